// RFC 7386 merge patches between two JSON values: objects are compared field by field, lists and scalars are replaced.

type Fields = Readonly<Record<string, unknown>>;

/** A JSON value without members that JSON does not write: undefined members vanish as they do on the wire. */
function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A member, and nothing that every object inherits: names like `constructor` are names like any other. */
function own(fields: Fields, name: string): unknown {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}

/** Whether two JSON values are equal; the order of members does not count, members that are undefined are absent. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => sameJson(item, b[index]));
  }
  if (!isFields(a) || !isFields(b)) return false;
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((name) => sameJson(own(a, name), own(b, name)));
}

/** The patch that makes `wanted` out of `current`; undefined when they are equal. */
export function mergePatchOf(current: Fields, wanted: Fields): Fields | undefined {
  const entries: [string, unknown][] = [];
  for (const name of new Set([...Object.keys(current), ...Object.keys(wanted)])) {
    const [from, to] = [own(current, name), own(wanted, name)];
    if (sameJson(from, to)) continue;
    if (to === undefined) entries.push([name, null]);
    else if (isFields(from) && isFields(to)) entries.push([name, mergePatchOf(from, to) ?? {}]);
    else entries.push([name, to]);
  }
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** What a server makes of a patch; for tests and for judging what a write would give. */
export function applyMergePatch(target: unknown, patch: unknown): unknown {
  if (!isFields(patch)) return patch;
  const result = new Map(Object.entries(isFields(target) ? target : {}));
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) result.delete(name);
    else result.set(name, applyMergePatch(result.get(name), value));
  }
  return Object.fromEntries(result);
}

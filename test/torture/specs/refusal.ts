// Whether an answer of the API server is a good one. A refusal is good when it is a 400 or 422, every cause in it names a field
// below the object's root, and every cause lies where something was done to the object: at the same place, above or below it,
// beside it in the same object (rules speak of either side), or the sentence has the field's name in it.
import { isDeepStrictEqual } from 'node:util';
import type { ApiAnswer } from '../../support/api-proxy.ts';
import { type Case, dotted } from './cases.ts';
import { type Path, pathsIn } from './mutate.ts';

/** How the server answered: accepted, refused by schema or rule, or refused only by a rule between objects. */
export type Verdict = 'accepted' | 'refused' | 'contradicts';

/** A verdict, with what is wrong about the answer itself. */
export interface Judged {
  readonly verdict: Verdict;
  readonly complaints: readonly string[];
}

interface Cause {
  readonly field: string;
  readonly message: string;
}

// The server's own remark beside other causes.
const REMARK = /some validation rules were not checked/;
// A rule about the object's name can have no field of its own and begins with it.
const FIRST_WORD = /^(?:Invalid value: )?(metadata\.name)\b/;

// Cost limits and errors inside a rule are faults of the rule, whatever was sent.
const BROKEN_RULE =
  /cost (?:limit|budget)|budget exceeded|evaluating rule|resulted in error|no such (?:key|overload)|panic/i;

type Json = unknown;

function causesOf({ body, message }: ApiAnswer): readonly Cause[] {
  const causes: readonly { readonly field?: string; readonly message?: string }[] = body?.details?.causes ?? [];
  const real = causes.filter((cause) => !REMARK.test(cause.message ?? ''));
  if (real.length > 0)
    return real.map(({ field = '', message = '' }) => ({ field: FIRST_WORD.exec(message)?.[1] ?? field, message }));
  // Unknown and doubled fields are told apart before there is a list of causes.
  const strict = [...message.matchAll(/(?:unknown|duplicate) field "([^"]*)"/g)];
  const decoded = [...message.matchAll(/cannot unmarshal .* field ObjectMeta\.(\w+)/g)];
  return [
    ...strict.map(([text, field = '']) => ({ field, message: text })),
    ...decoded.map(([text, field]) => ({ field: `metadata.${field}`, message: text })),
  ];
}

const keysOf = (field: string): readonly string[] => field.split(/[.[\]]+/).filter((key) => key !== '');
const startsWith = (long: readonly string[], short: readonly string[]): boolean =>
  short.every((key, index) => long[index] === key);

function touches(cause: Cause, path: Path): boolean {
  const field = keysOf(cause.field);
  const place = path.map(String);
  if (startsWith(place, field) || startsWith(field, place)) return true;
  const [beside, parent] = [field.slice(0, -1), place.slice(0, -1)];
  if (beside.length > 1 && startsWith(place, beside)) return true;
  if (parent.length > 1 && startsWith(field, parent)) return true;
  const named = place.filter((key) => !/^\d+$/.test(key) && key !== 'spec');
  const words = new Set(cause.message.split(/[^\w-]+/));
  return named.some((key) => words.has(key));
}

/** Places in which a wish differs from what is there. */
export function differences(old: Json, now: Json, at: Path = []): readonly Path[] {
  const both = [old, now].every((value) => typeof value === 'object' && value !== null);
  if (!both) return isDeepStrictEqual(old, now) ? [] : [at];
  const [before, after]: readonly (readonly [string, Json])[][] = [
    Object.entries(Object(old)),
    Object.entries(Object(now)),
  ];
  const keys = new Set([...(before ?? []), ...(after ?? [])].map(([key]) => key));
  const [a, b] = [new Map(before), new Map(after)];
  return [...keys].flatMap((key) =>
    differences(a.get(key), b.get(key), [...at, Array.isArray(now) ? Number(key) : key]),
  );
}

function complaintsOf(answer: ApiAnswer, one: Case, touched: readonly Path[]): readonly string[] {
  if (answer.status !== 400 && answer.status !== 422) return [`answered ${answer.status}: ${answer.message}`];
  if (BROKEN_RULE.test(answer.message)) return [`a rule that fails by itself: ${answer.message}`];
  const causes = causesOf(answer);
  if (causes.length === 0) return [`names no cause: ${answer.message}`];
  const known = new Set(['metadata', ...pathsIn(one.object).map(([root]) => String(root))]);
  return causes.flatMap((cause) => {
    const [root = ''] = keysOf(cause.field);
    if (!known.has(root) && !/\bspec\b/.test(cause.field)) return [`a cause names no field: ${cause.message}`];
    if (cause.message.trim() === '') return [`${cause.field}: says nothing`];
    const explained = touched.length === 0 || touched.some((path) => touches(cause, path));
    return explained
      ? []
      : [`${cause.field} is named, ${touched.map(dotted).join(', ')} was changed: ${cause.message}`];
  });
}

/** Judges the answer to a case; `before` is what an update meets. */
export function judgeAnswer(answer: ApiAnswer, one: Case, before?: { readonly spec: unknown }): Judged {
  if (answer.status === 200 || answer.status === 201) return { verdict: 'accepted', complaints: [] };
  // A rule between objects speaks in one sentence that starts with the field: `... denied request: spec.subnets: ...`.
  if (answer.message.includes('ValidatingAdmissionPolicy')) {
    const said =
      /denied request: ((?:spec|metadata)\.[\w.[\]]+): \S/.test(answer.message) && !BROKEN_RULE.test(answer.message);
    return { verdict: 'contradicts', complaints: said ? [] : [`a policy names no field: ${answer.message}`] };
  }
  const isUpdate = one.way === 'update';
  const done = one.mutations.map(({ path }) => path);
  const touched = isUpdate ? [...done, ...differences(before?.spec, one.object.spec, ['spec'])] : done;
  const wrong = one.mutations.length === 0 && !isUpdate ? [`a right object is refused: ${answer.message}`] : [];
  return { verdict: 'refused', complaints: [...wrong, ...complaintsOf(answer, one, touched)] };
}

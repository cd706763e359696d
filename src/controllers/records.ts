// Reading and extending status.resources: the only record of ids. Pure.
import { type RecordedResource, type ResourceType, resourceType } from '../crds/index.ts';
import { ordinal } from '../plan/placement.ts';

/** True for the types that are kept on record: their creates make a new id each time they are sent. */
export function isRecorded(type: string): type is ResourceType {
  return resourceType.options.some((option) => option === type);
}

/** The record with this logical name. */
export function recordOf(records: readonly RecordedResource[], name: string): RecordedResource | undefined {
  return records.find((record) => record.name === name);
}

/** The servers of one fleet: `web/0`, `web/1`, ... */
export function serversOf(records: readonly RecordedResource[], fleet: string): readonly RecordedResource[] {
  return records.filter((record) => record.type === 'Server' && fleetOf(record.name) === fleet);
}

/** The fleet in a server's logical name. */
export function fleetOf(name: string): string {
  return name.slice(0, name.lastIndexOf('/'));
}

/** What one request made. */
export interface Made {
  readonly type: ResourceType;
  /** Logical name of the request: `vpc`, `vswitch/<zone>`, or `<fleet>/<zone>` for servers. */
  readonly resource: string;
  readonly ids: readonly string[];
  readonly zone?: string | undefined;
}

/** The records with what was made; ids already on record are left alone. Servers get the lowest free ordinals, ids in order. */
export function withMade(records: readonly RecordedResource[], made: Made): readonly RecordedResource[] {
  const fresh = made.ids.filter((id) => !records.some((record) => record.id === id)).toSorted();
  if (made.type !== 'Server') {
    const others = records.filter((record) => record.name !== made.resource);
    return fresh.length === 0 ? records : [...others, ...fresh.slice(0, 1).map((id) => entry(made, made.resource, id))];
  }
  const fleet = made.resource.split('/')[0] ?? made.resource;
  const names = freeNames(records, fleet, fresh.length);
  return [...records, ...fresh.map((id, index) => entry(made, names[index] ?? `${fleet}/${id}`, id))];
}

function entry(made: Made, name: string, id: string): RecordedResource {
  return { name, type: made.type, id, ...(made.zone === undefined ? {} : { zone: made.zone }) };
}

function freeNames(records: readonly RecordedResource[], fleet: string, count: number): readonly string[] {
  const taken = new Set(serversOf(records, fleet).map((record) => ordinal(record.name)));
  const names: string[] = [];
  for (let n = 0; names.length < count; n += 1) if (!taken.has(n)) names.push(`${fleet}/${n}`);
  return names;
}

const rank = ({ name }: RecordedResource): string =>
  `${fleetOf(name)}|${String(ordinal(name)).padStart(6, '0')}|${name}`;

/** Records in a fixed order, so that an unchanged set is an unchanged status. */
export function sorted(records: readonly RecordedResource[]): readonly RecordedResource[] {
  return records.toSorted((a, b) => (rank(a) < rank(b) ? -1 : Number(rank(a) > rank(b))));
}

/** Name in the cloud: the declared one, else the object's (and part's) name made to start with a letter and to have 2 to 128 characters (NET-4). */
export function cloudName(declared: string | undefined, ...parts: readonly string[]): string {
  if (declared !== undefined) return declared;
  const name = parts.join('-').replaceAll(/[^A-Za-z0-9_-]/g, '-');
  return (/^[A-Za-z]./.test(name) ? name : `fc-${name}`).slice(0, 128);
}

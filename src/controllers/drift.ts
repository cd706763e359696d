// The drift ledger and the findings of status: bounded, keyed, and moved only by what really changed. Pure.
import type { DriftEntry, FindingEntry } from '../crds/index.ts';
import type { Change, Reported } from '../plan/change.ts';
import type { Verdicts } from './kind.ts';

const LIMIT = 100;
const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, 256);

/** What is done about an open difference. */
export type Decision = Exclude<DriftEntry['decision'], 'Repaired'>;

/** What the ledger is made from. */
export interface DriftInput {
  readonly before: readonly DriftEntry[];
  readonly changes: readonly Change[];
  readonly reported: readonly Reported[];
  readonly repaired: Verdicts['repaired'];
  readonly decide: (change: Change) => Decision;
  readonly built: boolean;
  readonly now: string;
}

type Seen = Omit<DriftEntry, 'firstSeen'>;

/** The ledger after this visit: open differences first, then what was repaired, newest last kept. */
export function nextDrift(input: DriftInput): readonly DriftEntry[] {
  const seen = [
    ...(input.built
      ? input.changes
          .filter((change) => change.step !== true)
          .flatMap((change) => entriesOf(change, input.decide(change)))
      : []),
    ...input.reported.map(reportedEntry),
  ];
  const open = dedupe(seen).map((entry) => ({ ...entry, firstSeen: firstSeenOf(input, entry) }));
  const openPaths = new Set(open.map((entry) => entry.path));
  const inGuests = input.repaired.filter((item) => !openPaths.has(item.path)).map((item) => guestEntry(input, item));
  const guestPaths = new Set(inGuests.map((entry) => entry.path));
  const closed = input.before
    .filter((entry) => !openPaths.has(entry.path) && !guestPaths.has(entry.path) && entry.decision !== 'Reported')
    .map((entry) => ({ ...entry, decision: 'Repaired' }) as const);
  return [...open, ...[...closed, ...inGuests].slice(-Math.max(0, LIMIT - open.length))].slice(0, LIMIT);
}

/** How many open differences do not fit. */
export function driftOmitted(input: Pick<DriftInput, 'changes' | 'reported' | 'built'>): number {
  const count =
    (input.built ? input.changes.reduce((sum, change) => sum + Math.max(1, change.fields.length), 0) : 0) +
    input.reported.length;
  return Math.max(0, count - LIMIT);
}

function entriesOf(change: Change, decision: Decision): readonly Seen[] {
  const of = (path: string, values: Pick<Seen, 'desired' | 'observed'>): Seen => ({
    rule: change.blueprint,
    path: path.slice(0, 256),
    ...values,
    class: change.impact,
    decision,
  });
  if (change.fields.length > 0)
    return change.fields.map((field) =>
      of(joined(change.name, field.path), { desired: text(field.to), observed: text(field.from) }),
    );
  const present =
    change.verb === 'Create'
      ? { desired: change.count > 1 ? `present (${change.count})` : 'present', observed: 'absent' }
      : { desired: 'absent', observed: 'present' };
  return [of(change.name, present)];
}

function joined(name: string, path: string): string {
  return path.startsWith('[') ? `${name.split('/rules')[0]}/rules${path}` : `${name}.${path}`;
}

function reportedEntry(item: Reported): Seen {
  return {
    rule: item.blueprint,
    path: item.path.slice(0, 256),
    desired: text(item.desired),
    observed: text(item.observed),
    class: item.impact,
    decision: 'Reported',
  };
}

function guestEntry(input: DriftInput, item: Verdicts['repaired'][number]): DriftEntry {
  const before = input.before.find((entry) => entry.path === item.path && entry.observed === text(item.observed));
  return {
    rule: item.blueprint,
    path: item.path.slice(0, 256),
    desired: text(item.desired),
    observed: text(item.observed),
    firstSeen: before?.firstSeen ?? input.now,
    class: 'Safe',
    decision: 'Repaired',
  };
}

/** A difference that was repaired and comes again is a new one. */
function firstSeenOf(input: DriftInput, entry: Seen): string {
  const before = input.before.find((item) => item.path === entry.path);
  return before === undefined || before.decision === 'Repaired' ? input.now : before.firstSeen;
}

function dedupe(entries: readonly Seen[]): readonly Seen[] {
  return [...new Map(entries.map((entry) => [entry.path, entry])).values()];
}

/** Findings with the time since when each holds; at most 100, the worst first. */
export function nextFindings(
  before: readonly FindingEntry[],
  found: Verdicts['findings'],
  now: string,
): readonly FindingEntry[] {
  const rank = { Critical: 0, Warning: 1, Info: 2 } as const;
  return found
    .map((item) => ({
      ...item,
      message: item.message.slice(0, 512),
      ...(item.evidence === undefined ? {} : { evidence: item.evidence.slice(0, 512) }),
      since: before.find((old) => old.rule === item.rule && old.message === item.message.slice(0, 512))?.since ?? now,
    }))
    .toSorted((a, b) => rank[a.severity] - rank[b.severity])
    .slice(0, LIMIT);
}

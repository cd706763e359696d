// Judgements on what the objects say, and on how often they changed their mind.
import { conditionOf, type Condition, type KubeObject } from './facts.ts';
import { few, objections, verdict, type Verdict } from './verdict.ts';

/** One change of a condition, in the order seen; `at` in real milliseconds. */
export interface Transition {
  readonly at: number;
  readonly object: string;
  readonly type: string;
  /** Absent when the condition appeared or went away. */
  readonly from?: Pick<Condition, 'status' | 'reason'>;
  readonly to?: Pick<Condition, 'status' | 'reason' | 'message'>;
}

/** Changes of conditions between two states of one object; a new message alone is none. */
export function transitionsOf(before: KubeObject | undefined, after: KubeObject, at: number): readonly Transition[] {
  const types = new Set([...typesOf(before), ...typesOf(after)]);
  return [...types].flatMap((type) => {
    const from = conditionOf(before, type);
    const to = conditionOf(after, type);
    if (from?.status === to?.status && from?.reason === to?.reason) return [];
    return [
      { at, object: nameOf(after), type, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) },
    ];
  });
}

function typesOf(object: KubeObject | undefined): readonly string[] {
  return (object?.status?.conditions ?? []).map(({ type }) => type);
}

/** Kind and name, as kubectl prints them. */
export function nameOf(object: KubeObject): string {
  return `${object.kind}/${object.metadata.name}`;
}

/** It says Ready for the generation it has now. */
export function isReady(object: KubeObject): boolean {
  const ready = conditionOf(object, 'Ready');
  return ready?.status === 'True' && object.status?.observedGeneration === object.metadata.generation;
}

/** Every object says Ready for the generation it has now. */
export function allReady(objects: readonly KubeObject[], expected: number): Verdict {
  const waiting = objects.flatMap((object) => {
    if (isReady(object)) return [];
    const ready = conditionOf(object, 'Ready');
    return [
      `${nameOf(object)} ${ready === undefined ? 'has no Ready yet' : `${ready.reason}: ${clip(ready.message)}`}`,
    ];
  });
  return verdict(
    objections([
      [objects.length !== expected, `${objects.length} of ${expected} objects are there`],
      [waiting.length > 0, few(waiting, 2)],
    ]),
    `all ${expected} objects are Ready`,
  );
}

/** A message as one line; what is longer than a few lines of a terminal is cut. */
export function clip(text: string, most = 400): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length <= most ? line : `${line.slice(0, most - 1)}…`;
}

/** The environment says that the zone is impaired, and since when. */
export function saysImpaired(environment: KubeObject | undefined, zone: string): Verdict {
  const condition = conditionOf(environment, 'ZonesBalanced');
  const entry = environment?.status?.zones?.find(({ name }) => name === zone);
  if (condition === undefined) return { holds: false, text: 'the environment has no condition ZonesBalanced' };
  return verdict(
    objections([
      [condition.reason !== 'ZoneImpaired', `ZonesBalanced says ${condition.status} ${condition.reason}`],
      [entry?.state !== 'Impaired', `status.zones says ${entry?.state} of ${zone}`],
    ]),
    `ZonesBalanced ${condition.status} ZoneImpaired since ${entry?.since}`,
  );
}

/** Over the whole outage the condition turned once to ZoneImpaired and once back to True, nothing between. */
export function clearedOnce(transitions: readonly Transition[], object: string): Verdict {
  const states = transitions
    .filter((change) => change.object === object && change.type === 'ZonesBalanced')
    .map(({ to }) => (to === undefined ? 'absent' : `${to.status} ${to.reason}`));
  const impaired = states.filter((state) => state.endsWith('ZoneImpaired')).length;
  return verdict(
    objections([
      [impaired === 0, 'ZoneImpaired was never said'],
      [impaired > 1, `ZoneImpaired was said ${impaired} times: ${states.join(', ')}`],
      [states.length > 2, `ZonesBalanced changed ${states.length} times: ${states.join(', ')}`],
      [impaired > 0 && !(states.at(-1) ?? '').startsWith('True'), `ZonesBalanced is ${states.at(-1)}`],
    ]),
    `ZonesBalanced: ${states.join(', then ')}; once each, no flapping`,
  );
}

/** The matter was reported after the break, under one of its names: a condition of this type changed, or drift of this rule was listed. */
export function wasReported(
  transitions: readonly Transition[],
  drift: readonly string[],
  names: readonly string[],
): Verdict {
  const said = [
    ...drift.filter((rule) => names.includes(rule)).map((rule) => `drift ${rule}`),
    ...transitions
      .filter(({ type }) => names.includes(type))
      .map(({ type, to }) => `${type} ${to?.status ?? 'absent'} ${to?.reason ?? ''}`),
  ];
  return verdict(
    objections([[said.length === 0, `no object has said a word about it (${names.join(', ')})`]]),
    `kubectl showed it: ${few([...new Set(said)], 3)}`,
  );
}

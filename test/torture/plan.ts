// A plan: one small JSON file that plays one life of a bank with a fault in some of its phases, and replays alone.
import { z } from 'zod';

const position = z.enum(['alpha', 'beta', 'gamma']);
const at = z.strictObject({
  channel: z.enum(['kube', 'cloud']),
  /** What the write says for the first time, such as `environments/bank intents+vpc` or `CreateVSwitch vswitch/<zone>`. */
  fact: z.string().min(1),
  nth: z.number().int().min(1).default(1),
});
const times = z.number().int().min(1).max(10_000).default(1);
const ms = z.number().int().min(1).max(120_000);
/** Writes, the reads that follow the write aimed at, or every request of the channel. */
const scope = z.enum(['writes', 'reads', 'all']).default('writes');
const fault = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('kill'),
    position,
    /** Further kills: each at the `after`-th write that follows the one before. */
    again: z.array(z.strictObject({ after: z.number().int().min(1), position })).default([]),
  }),
  z.strictObject({ kind: z.literal('terminate') }),
  z.strictObject({
    kind: z.literal('answer'),
    status: z.number().int().min(200).max(599),
    headers: z.record(z.string(), z.string()).default({}),
    body: z.unknown().default({}),
    /** The body as it is, in place of JSON. */
    text: z.string().optional(),
    /** The request is sent on, and this is said in place of its answer. */
    applied: z.boolean().default(false),
    times,
    scope,
  }),
  /** The request is sent on, and its answer arrives in this state. */
  z.strictObject({ kind: z.literal('spoil'), what: z.enum(['truncated', 'empty', 'html', 'no-ids']), times, scope }),
  z.strictObject({ kind: z.literal('lose'), times }),
  z.strictObject({ kind: z.literal('hang'), times }),
  z.strictObject({
    kind: z.literal('watch'),
    what: z.enum(['reset', 'half-open', 'close', 'gone', 'error', 'past']),
    times,
  }),
  z.strictObject({ kind: z.literal('pause'), ms }),
  z.strictObject({ kind: z.literal('cut'), ms, channel: z.enum(['kube', 'cloud']).default('kube') }),
  /** The connection breaks, and the request is sent on so much later. */
  z.strictObject({ kind: z.literal('late'), ms }),
  /** Reads of the cloud are answered as before this write, all of them or every second one. */
  z.strictObject({ kind: z.literal('lag'), ms, flip: z.boolean().default(false) }),
  /** What was made is in no list. */
  z.strictObject({ kind: z.literal('hide'), ms }),
  /** What was made looks in lists as it looked when it was first seen. */
  z.strictObject({ kind: z.literal('stuck'), ms }),
  /** An item is missing from a list with and without its count, comes twice, or the count is too high. */
  z.strictObject({ kind: z.literal('list'), what: z.enum(['missing', 'short', 'double', 'total']), times }),
  /** The server that was made is gone a moment later, as after a failure of the cloud. */
  z.strictObject({ kind: z.literal('vanish') }),
  z.strictObject({ kind: z.literal('drop-lease') }),
  z.strictObject({
    kind: z.literal('store'),
    what: z.enum(['resources', 'intents', 'finalizers', 'conditions', 'status']),
  }),
  z.strictObject({ kind: z.literal('emulator'), rule: z.record(z.string(), z.unknown()) }),
]);
const phase = z.enum(['build', 'rebalance', 'drift', 'deletion']);
const shot = z.strictObject({ phase, at, fault });
const schema = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9.-]{1,80}$/),
  row: z.string().regex(/^[A-F]\d{1,2}$/),
  replicas: z.number().int().min(1).max(2).default(1),
  shots: z.array(shot).max(4),
  /** Phases that are lived through without a shot. */
  quiet: z.array(phase).max(4).default([]),
});

/** Before the request is sent on; applied with the answer lost; after the answer was given. */
export type Position = z.output<typeof position>;
/** The write that a fault is aimed at. */
export type At = Readonly<z.output<typeof at>>;
/** What happens there. */
export type Fault = Readonly<z.output<typeof fault>>;
/** One fault in one phase. */
export interface Shot {
  readonly phase: Phase;
  readonly at: At;
  readonly fault: Fault;
}
/** A life with its shots, at most one in a phase. */
export interface Plan {
  readonly name: string;
  /** Row of the fault matrix. */
  readonly row: string;
  readonly replicas: number;
  readonly shots: readonly Shot[];
  readonly quiet: readonly Phase[];
}
/** Phases of a life, in their order. */
export const PHASES = ['build', 'rebalance', 'drift', 'deletion'] as const;
export type Phase = (typeof PHASES)[number];

/** Reads a plan's text; throws an Error with one sentence that names the place. */
export function readPlan(text: string): Plan {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`no JSON: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success)
    throw new Error(
      parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'plan'}: ${message}`).join('; '),
    );
  const { data } = parsed;
  const phases = data.shots.map(({ phase }) => phase);
  const twice = phases.find((phase, index) => phases.indexOf(phase) !== index);
  if (twice !== undefined) throw new Error(`shots: phase ${twice} has two; a phase has one at most`);
  return data;
}

/** The phases that a plan lives through: the build, those that are shot at or asked for, and a rebalance before any drift, so that all drifts begin alike. */
export function phasesOf({ shots, quiet }: Plan): readonly Phase[] {
  const wanted = new Set<Phase>(['build', ...quiet, ...shots.map(({ phase }) => phase)]);
  if (wanted.has('drift')) wanted.add('rebalance');
  return PHASES.filter((phase) => wanted.has(phase));
}

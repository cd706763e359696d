// From points to plans: what is done at each of them, and how shots of several phases share one life. Pure.
import type { At, Fault, Plan, Position, Shot } from './plan.ts';
import { PHASES } from './plan.ts';
import { type Generator, type Points, everywhere, pack } from './packs.ts';
import { CLOUD } from './cloud-rows.ts';
import { spread } from './points.ts';

const POSITIONS: readonly Position[] = ['alpha', 'beta', 'gamma'];

/** A fault at every point of a channel, in all phases. */
const at =
  (channel: At['channel'] | undefined, fault: Fault): Generator =>
  (row, points) =>
    pack(
      row,
      everywhere(points, (point) => channel === undefined || point.channel === channel).map((place) => ({
        ...place,
        fault,
      })),
    );

/** A fault at some points of the build and the rebalance: for what takes long. */
const some =
  (count: number, fault: Fault, of: { readonly replicas?: number; readonly wanted?: RegExp } = {}): Generator =>
  (row, points) => {
    const { replicas = 1, wanted = /./ } = of;
    const places = everywhere(points, ({ channel, fact }) => channel === 'kube' && wanted.test(fact)).filter(
      ({ phase }) => phase === 'build' || phase === 'rebalance',
    );
    return spread(places, count).map((place, index) => ({
      name: `${row}-${String(index + 1).padStart(3, '0')}`,
      row,
      replicas,
      quiet: [],
      shots: [{ ...place, fault }],
    }));
  };

const kill = (
  position: Position,
  again: readonly { readonly after: number; readonly position: Position }[] = [],
): Fault => ({
  kind: 'kill',
  position,
  again: [...again],
});

/** Killed at every write, in all three positions. */
export const kills: Generator = (row, points) =>
  pack(
    row,
    everywhere(points).flatMap((place) => POSITIONS.map((position) => ({ ...place, fault: kill(position) }))),
  );

/** Killed once more at the first, second, third or fifth write of the recovery; the last points of a phase have none. */
export const doubles: Generator = (row, points) => {
  const early = Object.fromEntries(PHASES.map((phase) => [phase, points[phase].slice(0, -6)] as const));
  const places = PHASES.flatMap((phase) => (early[phase] ?? []).map((at) => ({ phase, at })));
  const again = [1, 2, 3, 5];
  return pack(
    row,
    places.flatMap((place, index) =>
      POSITIONS.map((position, turn) => {
        const after = again[(index + turn) % again.length] ?? 1;
        const second = POSITIONS[(index + turn + 1) % POSITIONS.length] ?? 'beta';
        return { ...place, fault: kill(position, [{ after, position: second }]) };
      }),
    ),
  );
};

/** Ten kills: each life after the first dies at its first write. */
export const loops: Generator = (row, points) =>
  pack(
    row,
    spread(points.build.slice(0, -10), 8).flatMap((at) =>
      (['alpha', 'beta'] as const).map((position) => ({
        phase: 'build' as const,
        at,
        fault: kill(
          position,
          Array.from({ length: 9 }, () => ({ after: 1, position: 'alpha' as const })),
        ),
      })),
    ),
  );

const refused = (code: number, reason: string) => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  code,
  reason,
  message: `${reason} by the harness`,
});
type Answering = Extract<Fault, { readonly kind: 'answer' }>;

const kube = (code: number, reason: string, more: Partial<Answering> = {}): Fault => ({
  kind: 'answer',
  status: code,
  headers: {},
  body: refused(code, reason),
  times: 1,
  scope: 'writes',
  applied: false,
  ...more,
});

const watch = (what: Extract<Fault, { readonly kind: 'watch' }>['what'], times = 1): Fault => ({
  kind: 'watch',
  what,
  times,
});

/** Longer than the lease of two replicas, and shorter than the deadline of a request: what the sleeper was told comes to it afterwards. */
const LONGER_THAN_LEASE_MS = 13_000;

/** Generators by row of the fault matrix. */
export const GENERATORS: Readonly<Record<string, Generator>> = {
  A1: at('kube', kube(409, 'Conflict', { times: 2 })),
  A2: at('kube', { kind: 'lose', times: 1 }),
  A3: at('kube', { kind: 'lose', times: 3 }),
  A4: some(12, kube(429, 'TooManyRequests', { headers: { 'retry-after': '1' }, times: 8, scope: 'all' })),
  A5: some(12, kube(503, 'ServiceUnavailable', { times: 40, scope: 'all' })),
  A7: some(6, { kind: 'hang', times: 1 }),
  A8: some(12, kube(401, 'Unauthorized', { times: 5, scope: 'all' })),
  A9: some(12, kube(403, 'Forbidden', { times: 3 })),
  A10: some(12, kube(404, 'NotFound')),
  A13: some(12, kube(500, 'InternalError', { times: 10 })),
  B1: some(12, watch('reset')),
  B2: some(2, watch('half-open')),
  B3: some(6, watch('close', 20)),
  B4: some(12, watch('gone', 4)),
  B5: some(12, watch('error')),
  B9: some(20, watch('past')),
  ...CLOUD,
  D1: kills,
  D2: doubles,
  D3: loops,
  D4: at(undefined, { kind: 'terminate' }),
  E1: some(4, { kind: 'pause', ms: LONGER_THAN_LEASE_MS }, { replicas: 2 }),
  E2: some(4, { kind: 'cut', ms: LONGER_THAN_LEASE_MS, channel: 'kube' }, { replicas: 2 }),
  E3: some(6, { kind: 'pause', ms: LONGER_THAN_LEASE_MS }, { replicas: 2, wanted: /intents\+/ }),
  E4: some(6, { kind: 'drop-lease' }, { replicas: 2 }),
  F1: (row, points) =>
    (['resources', 'intents', 'conditions', 'status'] as const)
      .flatMap((what) =>
        some(8, { kind: 'store', what }, { wanted: /environments.*(intents|resources|replacements)\+/ })(row, points),
      )
      .map((plan, index) => ({ ...plan, name: `${row}-${String(index + 1).padStart(3, '0')}` })),
  F4: some(8, { kind: 'store', what: 'finalizers' }, { wanted: /environments/ }),
};

/** The sample that every test run plays: kills while the sample is built, at writes of both kinds, and while a zone is rebalanced. */
export function sampleOf(points: Points, count: number): readonly Plan[] {
  const build = (channel: At['channel']) =>
    inTurn(
      points.build.filter((at) => at.channel === channel).map((at) => ({ phase: 'build', at })),
      count,
    );
  const [inKube, inCloud] = [build('kube'), build('cloud')];
  const moving = inTurn(
    points.rebalance.map((at) => ({ phase: 'rebalance', at })),
    count,
  );
  return [
    ...pack('D1', [...inKube, ...moving]),
    ...pack('D1', inCloud).map((plan) => ({ ...plan, name: `${plan.name}-cloud` })),
  ];
}

/** Rows of the cloud that every test run plays a life of, as many as there are lanes: what it forgets, hides, miscounts, garbles and does late. */
const CLOUD_SAMPLE = ['C4', 'C10', 'C13', 'C21', 'C22'];

/** One life of each of some rows of the cloud, each at another place. */
export function cloudSampleOf(points: Points): readonly Plan[] {
  return CLOUD_SAMPLE.flatMap((row, index) => {
    const plans = (CLOUD[row]?.(row, points) ?? []).filter(({ shots }) => shots.some(({ phase }) => phase === 'build'));
    return plans[(index * 7) % Math.max(1, plans.length)] ?? [];
  });
}

/** `count` kills, positions in rotation: places evenly spread, each once before any a second time and in another position. */
function inTurn(places: readonly Omit<Shot, 'fault'>[], count: number): readonly Shot[] {
  const chosen = spread(places, count);
  return Array.from({ length: Math.min(count, chosen.length * POSITIONS.length) }, (_, index) => {
    const round = Math.floor(index / chosen.length);
    const place = chosen[index % chosen.length];
    const position = POSITIONS[((index % chosen.length) + round) % POSITIONS.length];
    if (place === undefined || position === undefined) throw new Error(`no place ${index}`);
    return { ...place, fault: kill(position) };
  });
}

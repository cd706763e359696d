// References may form rings, for nothing waits for another object's Ready: whatever zones and pools say about each other, in
// whatever order they come, everything gets ready; and in whatever order they go, nothing is left in the cloud.
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { type Lab, startLab } from '../support/lab/lab.ts';
import type { Declared } from '../support/lab/objects.ts';
import { banks, bastionPool, securityZone } from '../support/lab/worlds.ts';

const NAMESPACE = 'team-0';
const MOST_ZONES = 4;

/** Who refers to whom: zones to zones (also to themselves) and to pools, pools to the zones in which they stand. */
interface Graph {
  readonly zones: number;
  readonly zoneEdges: readonly (readonly [from: number, to: number])[];
  readonly poolZones: readonly number[];
  readonly poolEdges: readonly (readonly [zone: number, pool: number])[];
  readonly withServers: boolean;
  /** Shuffles of creation and deletion. */
  readonly order: readonly number[];
  readonly leave: readonly number[];
}

const graphs: fc.Arbitrary<Graph> = fc.integer({ min: 1, max: MOST_ZONES }).chain((zones) =>
  fc.array(fc.nat(zones - 1), { maxLength: 2 }).chain((poolZones) =>
    fc.record({
      zones: fc.constant(zones),
      poolZones: fc.constant(poolZones),
      zoneEdges: fc.uniqueArray(fc.tuple(fc.nat(zones - 1), fc.nat(zones - 1)), { maxLength: 6, selector: String }),
      poolEdges:
        poolZones.length === 0
          ? fc.constant([])
          : fc.uniqueArray(fc.tuple(fc.nat(zones - 1), fc.nat(poolZones.length - 1)), {
              maxLength: 4,
              selector: String,
            }),
      withServers: fc.boolean(),
      order: fc.array(fc.nat(999), { minLength: 8, maxLength: 8 }),
      leave: fc.array(fc.nat(999), { minLength: 8, maxLength: 8 }),
    }),
  ),
);

const rule = (name: string, from: object) => ({ name, from, protocol: 'TCP', ports: ['22'] });

function objectsOf(graph: Graph): readonly Declared[] {
  const [environment] = banks(1, 2);
  assert.ok(environment !== undefined);
  const zones = Array.from({ length: graph.zones }, (_, index) => {
    const toZones = graph.zoneEdges
      .filter(([from]) => from === index)
      .map(([, to]) => rule(`zone-${to}`, { type: 'SecurityZone', securityZoneRef: { name: `z${to}` } }));
    const toPools = graph.poolEdges
      .filter(([from]) => from === index)
      .map(([, to]) => rule(`pool-${to}`, { type: 'BastionPool', bastionPoolRef: { name: `p${to}` } }));
    return securityZone(NAMESPACE, { name: `z${index}`, index, inbound: [...toZones, ...toPools] });
  });
  const pools = graph.poolZones.map((zone, index) => bastionPool(NAMESPACE, { name: `p${index}`, zone: `z${zone}` }));
  const text = JSON.stringify(environment).replace('"name":"dmz"', '"name":"z0"');
  const mine: Declared = JSON.parse(text);
  const bare: Declared = { ...mine, spec: { ...Object(mine.spec), modules: [] } };
  return [graph.withServers ? mine : bare, ...zones, ...pools];
}

/** The objects in an order that the graph's numbers decide. */
function shuffled<T>(items: readonly T[], keys: readonly number[]): readonly T[] {
  return items
    .map((item, index) => [keys[index] ?? 0, item] as const)
    .toSorted(([a], [b]) => a - b)
    .map(([, item]) => item);
}

const mine = (lab: Lab) => lab.objects().filter(({ kind }) => kind !== 'FinanceCloudAccount');

async function live(graph: Graph): Promise<void> {
  const objects = objectsOf(graph);
  const lab = await startLab();
  try {
    for (const object of shuffled(objects, graph.order)) {
      lab.apply(object);
      await lab.advance((graph.order[0] ?? 0) % 7);
    }
    await lab.untilReady(900);
    for (const { kind, metadata } of shuffled(objects, graph.leave)) {
      lab.remove(kind, `${NAMESPACE}/${metadata.name}`);
      await lab.advance((graph.leave[0] ?? 0) % 7);
    }
    await lab.until('all objects are gone', () => mine(lab).length === 0, 1800);
    assert.deepEqual(
      lab.living().map(({ type, id }) => `${type} ${id}`),
      [],
    );
  } finally {
    await lab.stop();
  }
}

describe('rings of references', function () {
  this.timeout(300_000);

  const self: Graph = {
    zones: 1,
    zoneEdges: [[0, 0]],
    poolZones: [0],
    poolEdges: [[0, 0]],
    withServers: true,
    order: [0, 1, 2, 3, 4, 5, 6, 7],
    leave: [0, 1, 2, 3, 4, 5, 6, 7],
  };
  for (const [why, graph] of [
    ['a zone that names itself and a pool that stands in it; the environment goes first', self],
    [
      'two zones that name each other, the environment comes last and goes first',
      {
        ...self,
        zones: 2,
        zoneEdges: [
          [0, 1],
          [1, 0],
        ],
        order: [7, 6, 5, 4, 3, 2, 1, 0],
      },
    ],
    [
      'three zones in a ring, no server anywhere',
      {
        ...self,
        zones: 3,
        zoneEdges: [
          [0, 1],
          [1, 2],
          [2, 0],
        ],
        poolZones: [],
        poolEdges: [],
        withServers: false,
      },
    ],
  ] as const) {
    it(why, () => live(graph));
  }

  it('whatever they are, and in any order', () =>
    fc.assert(fc.asyncProperty(graphs, live), { numRuns: 12, seed: 20_260_101 }));
});

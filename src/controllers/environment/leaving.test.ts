// A module that left the spec and whose removal is confirmed, planned visit after visit over a small cloud of values.
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { ServerRecord } from '../../cloud/ecs/model.ts';
import { ANNOTATIONS } from '../../crds/index.ts';
import { nextWave } from '../../plan/wave.ts';
import {
  F,
  G,
  balancer,
  businessModule,
  environment,
  recorded,
  recordedServers,
  replacement,
} from '../../../test/support/builders.ts';
import {
  balancerRecord,
  listenerRecord,
  runningServers,
  vSwitchRecord,
  vpcRecord,
} from '../../../test/support/cloud-records.ts';
import { NOW, environmentInput } from '../../../test/support/plan-input.ts';
import { viewOf } from '../../../test/support/view.ts';
import { type Draft, adoptPlan, draftOf } from '../draft.ts';
import type { CloudChange } from '../model.ts';
import { planEnvironment } from './plan.ts';

const DRAIN_SECONDS = 30;
const VISIT_MS = 5000;
const front = balancer({ address: 'Internet', displayName: 'core-banking-web', billing: { type: 'PayByTraffic' } });

/** A small cloud: the module's servers, their weights behind its load balancer, and what the operator has on record. */
class Scene {
  now = NOW;
  draft: Draft;
  servers: ServerRecord[];
  readonly weights: Map<string, number>;
  readonly limit: number;
  readonly memory = new Map<string, number>();
  readonly gone: string[] = [];
  readonly log: string[] = [];
  confirmed = 'old';
  modules: readonly ReturnType<typeof businessModule>[] = [];
  closed: ReadonlySet<string> = new Set();

  constructor(zones: readonly string[], limit: number) {
    const servers = recordedServers('old', zones);
    this.limit = limit;
    this.draft = draftOf({
      resources: [recorded('VPC', 'vpc', 'vpc-1'), recorded('LoadBalancer', 'old/lb', 'lb-9'), ...servers],
    });
    this.servers = [...runningServers(servers)];
    this.weights = new Map(servers.map(({ id }) => [id, 100]));
  }

  plan() {
    const backends = [...this.weights].map(([serverId, weight]) => ({ serverId, weight }));
    return planEnvironment(
      environmentInput({
        object: environment({
          annotations: { [ANNOTATIONS.confirmRemoval]: this.confirmed },
          spec: {
            modules: this.modules,
            deletionPolicy: 'Delete',
            repair: {
              disruptive: { policy: 'Automatic' },
              maxUnavailablePerZone: this.limit,
              drainSeconds: DRAIN_SECONDS,
            },
          },
        }),
        now: this.now,
        closedZones: this.closed,
        records: this.draft.resources,
        replacements: this.draft.replacements,
        view: viewOf({
          records: {
            VPC: [vpcRecord()],
            VSwitch: [vSwitchRecord(), vSwitchRecord({ zone: G })],
            Server: this.servers,
            Listener: [listenerRecord({ loadBalancerId: 'lb-9' })],
            LoadBalancer: this.gone.includes('lb-9') ? [] : [balancerRecord({ id: 'lb-9' })],
          },
          details: { LoadBalancerParts: { 'lb-9': { backends, health: [] } } },
          readAt: this.now,
          absent: this.gone,
        }),
        holdsSince: (what, holds, at) => {
          if (!holds) this.memory.delete(what);
          else if (!this.memory.has(what)) this.memory.set(what, at);
          return this.memory.get(what);
        },
      }),
    );
  }

  /** One visit: the record first, then the wave that follows from it. */
  visit(): void {
    const first = this.plan();
    this.draft = { ...adoptPlan(this.draft, first, this.now), replacements: first.replacements };
    for (const change of nextWave(this.plan().plan)) this.apply(change);
    this.now += VISIT_MS;
  }

  apply({ action: { action }, impact }: CloudChange): void {
    if (action.kind === 'SetWeights')
      for (const { serverId, weight } of action.backends) {
        this.weights.set(serverId, weight);
        this.log.push(`${serverId}=${weight}`);
      }
    else if (action.kind === 'RemoveBackends') for (const id of action.serverIds) this.weights.delete(id);
    else if (action.kind === 'DeleteServers')
      for (const id of action.ids) {
        assert.ok(!this.weights.has(id), `${id} is deleted while it is a member`);
        assert.equal(impact, 'Disruptive');
        this.servers = this.servers.filter((server) => server.id !== id);
        this.gone.push(id);
        this.log.push(`delete ${id}`);
      }
    else if (action.kind === 'DeleteLoadBalancer') {
      assert.deepEqual(this.servers, [], 'the load balancer goes last');
      assert.equal(impact, 'Disruptive');
      this.gone.push(action.id);
      this.log.push(`delete ${action.id}`);
    } else assert.fail(`${action.kind} has no place in a removal`);
  }

  get out(): ReadonlyMap<string, number> {
    const leaving = this.servers.filter(({ id }) => this.weights.get(id) !== 100);
    return new Map([...Map.groupBy(leaving, ({ zone }) => zone)].map(([zone, items]) => [zone, items.length]));
  }
}

describe('a module whose removal is confirmed', () => {
  it('drains, detaches and releases its servers, and then its load balancer', () => {
    const scene = new Scene([F, G], 1);
    scene.visit();
    assert.deepEqual(scene.log, ['i-old-0=0', 'i-old-1=0'], 'one of each zone');
    const drained = scene.now + DRAIN_SECONDS * 1000;
    while (scene.gone.length === 0) scene.visit();
    assert.ok(scene.now >= drained, 'not before the drain is over');
    for (let n = 0; n < 10; n += 1) scene.visit();
    assert.deepEqual(scene.gone, ['i-old-0', 'i-old-1', 'lb-9']);
    assert.deepEqual([scene.draft.resources.map(({ name }) => name), scene.draft.replacements], [['vpc'], []]);
  });

  it('ends whatever it was in the middle of: a surge is no surge any more', () => {
    const scene = new Scene([F, F], 1);
    scene.draft = {
      ...scene.draft,
      replacements: [replacement({ slot: 'old/1', module: 'old', surplusId: 'i-old-1' })],
    };
    for (let n = 0; n < 60; n += 1) scene.visit();
    assert.deepEqual(
      scene.gone.toSorted((a, b) => a.localeCompare(b)),
      ['i-old-0', 'i-old-1', 'lb-9'],
    );
  });

  it('is declared again in the middle: who has not gone serves again, and what is missing is made', () => {
    const scene = new Scene([F, G, F, G], 1);
    scene.visit();
    assert.deepEqual(scene.log, ['i-old-0=0', 'i-old-1=0']);
    scene.modules = [
      businessModule({
        name: 'old',
        servers: { replicas: 4, displayName: 'core-banking-web' },
        loadBalancer: front,
      }),
    ];
    for (let n = 0; n < 20; n += 1) scene.visit();
    assert.deepEqual(scene.log, ['i-old-0=0', 'i-old-1=0', 'i-old-0=100', 'i-old-1=100']);
    assert.deepEqual([scene.gone, scene.draft.replacements], [[], []]);
  });

  it('begins with nobody else when the confirmation is taken back, and finishes what it began', () => {
    const scene = new Scene([F, G, F, G], 1);
    scene.visit();
    scene.confirmed = '';
    for (let n = 0; n < 40; n += 1) scene.visit();
    assert.deepEqual(scene.gone, ['i-old-0', 'i-old-1']);
    assert.deepEqual([...scene.weights.values()], [100, 100]);
    assert.deepEqual(scene.draft.replacements, []);
  });

  it('a module that stays moves its servers itself: its load balancer goes alone', () => {
    const scene = new Scene([F, G, F], 1);
    scene.confirmed = 'old/lb';
    scene.modules = [businessModule({ name: 'old', servers: { replicas: 2, displayName: 'core-banking-web' } })];
    const { replacements, plan } = scene.plan();
    assert.deepEqual(
      replacements.map(({ slot }) => slot),
      ['old/2'],
    );
    scene.draft = { ...scene.draft, replacements };
    assert.deepEqual(
      scene.plan().replacements.map(({ slot }) => slot),
      ['old/2'],
      'a slot is listed once',
    );
    assert.deepEqual(
      plan.changes.map(({ verb, name }) => `${verb} ${name}`),
      ['Delete old/lb'],
    );
  });

  it('takes nothing out of an impaired zone', () => {
    const scene = new Scene([F, G], 1);
    scene.closed = new Set([G]);
    for (let n = 0; n < 40; n += 1) scene.visit();
    assert.deepEqual([scene.gone, scene.weights.get('i-old-1')], [['i-old-0'], 100]);
  });

  it('never takes more of a zone out of service than declared, wherever it stands and whenever it is restarted', () => {
    const zones = fc.array(fc.constantFrom(F, G), { minLength: 1, maxLength: 7 });
    fc.assert(
      fc.property(
        zones,
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 20 }),
        (where, limit, restartEvery) => {
          const scene = new Scene(where, limit);
          for (let n = 0; !scene.gone.includes('lb-9'); n += 1) {
            assert.ok(n < 400, 'it ends');
            if (n % restartEvery === 0) scene.memory.clear();
            // A process that forgets when the drain began waits for it once more; it must be let finish.
            if (n > 100) restartEvery = Number.POSITIVE_INFINITY;
            scene.visit();
            for (const [zone, out] of scene.out) assert.ok(out <= limit, `${out} of ${zone} at a time`);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});

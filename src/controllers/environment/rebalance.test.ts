// A module that is uneven, planned visit after visit over a small cloud of values: whatever is slow, refused or restarted,
// nobody is cut off.
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { BackendHealth, ListenerRecord } from '../../cloud/slb/model.ts';
import type { ServerRecord } from '../../cloud/ecs/model.ts';
import { WEIGHTS } from '../../plan/replacement.ts';
import { nextWave } from '../../plan/wave.ts';
import { countByZone, skew } from '../../plan/placement.ts';
import {
  F,
  G,
  balancer,
  businessModule,
  environment,
  intent,
  recorded,
  recordedServers,
} from '../../../test/support/builders.ts';
import {
  balancerRecord,
  listenerRecord,
  runningServers,
  serverRecord,
  vSwitchRecord,
  vpcRecord,
} from '../../../test/support/cloud-records.ts';
import { NOW, environmentInput, guestsThat, publishedZone } from '../../../test/support/plan-input.ts';
import { viewOf } from '../../../test/support/view.ts';
import { type Draft, adoptPlan, differs, draftOf, recordMade } from '../draft.ts';
import type { CloudChange } from '../model.ts';
import { planEnvironment } from './plan.ts';

const DRAIN_MS = 30_000;
const PROOF_MS = 6000; // 3 checks, 2 seconds apart
const WANTED = 4;
const declared = (replicas: number, maxUnavailablePerZone: number) =>
  environment({
    spec: {
      modules: [businessModule({ loadBalancer: balancer(), servers: { replicas } })],
      repair: { disruptive: { policy: 'Automatic' }, maxUnavailablePerZone, drainSeconds: DRAIN_MS / 1000 },
    },
  });

/** The small cloud, and what the operator has on record and in memory. */
class Scene {
  now = NOW;
  draft: Draft;
  memory = new Map<string, number>();
  servers: ServerRecord[];
  readonly weights = new Map<string, number>();
  readonly registeredAt = new Map<string, number>();
  readonly outSince = new Map<string, number>();
  readonly deleted: string[] = [];
  made = 0;
  readonly object;

  constructor(zones: readonly string[], limit = 1) {
    this.object = declared(zones.length, limit);
    const resources = [
      recorded('VPC', 'vpc', 'vpc-1'),
      recorded('LoadBalancer', 'web/lb', 'lb-1'),
      ...recordedServers('web', zones),
    ];
    this.draft = draftOf({ resources });
    this.servers = [...runningServers(resources)];
    for (const { id } of this.servers) this.join(id, WEIGHTS.serving, NOW - 60_000);
  }

  join(id: string, weight: number, at: number): void {
    this.weights.set(id, weight);
    this.registeredAt.set(id, at);
  }

  isNormal(id: string): boolean {
    return this.now - (this.registeredAt.get(id) ?? this.now) > PROOF_MS;
  }

  get serving(): number {
    return this.servers.filter(({ id }) => this.weights.get(id) === WEIGHTS.serving && this.isNormal(id)).length;
  }

  plan() {
    const health = [...this.weights.keys()].map(
      (serverId): BackendHealth => ({
        serverId,
        listenerPort: 80,
        backendPort: 8080,
        state: this.isNormal(serverId) ? 'normal' : 'abnormal',
      }),
    );
    const parts = { backends: [...this.weights].map(([serverId, weight]) => ({ serverId, weight })), health };
    const listeners: readonly ListenerRecord[] = [listenerRecord()];
    const records = {
      VPC: [vpcRecord()],
      VSwitch: [vSwitchRecord(), vSwitchRecord({ zone: G })],
      Server: this.servers,
      LoadBalancer: [balancerRecord()],
      Listener: listeners,
    };
    const view = viewOf({
      records,
      details: { LoadBalancerParts: { 'lb-1': parts } },
      readAt: this.now,
      absent: this.deleted,
    });
    return planEnvironment(
      environmentInput({
        object: this.object,
        view,
        now: this.now,
        records: this.draft.resources,
        replacements: this.draft.replacements,
        guests: guestsThat(),
        refs: { zones: new Map([['app', publishedZone]]), pools: [], problems: [] },
        holdsSince: (what, holds, at) => {
          if (!holds) this.memory.delete(what);
          else if (!this.memory.has(what)) this.memory.set(what, at);
          return this.memory.get(what);
        },
      }),
    );
  }

  /** One visit: what is new on record is written first, and nothing else then; `lazy` means that the cloud refuses. */
  visit(lazy: boolean): void {
    const plan = this.plan();
    const next = adoptPlan(this.draft, plan, this.now);
    if (differs(next, this.draft)) this.draft = next;
    else if (!lazy) for (const change of nextWave(plan.plan)) this.apply(change);
    this.now += 1000;
  }

  apply(change: CloudChange): void {
    const { action } = change.action;
    if (action.kind === 'RunServers') this.run(change, action.template.zone);
    else if (action.kind === 'AddBackends')
      for (const item of action.backends) this.join(item.serverId, item.weight, this.now);
    else if (action.kind === 'SetWeights') for (const item of action.backends) this.weigh(item.serverId, item.weight);
    else if (action.kind === 'RemoveBackends') for (const id of action.serverIds) this.leave(id);
    else if (action.kind === 'DeleteServers') for (const id of action.ids) this.delete(id);
    else assert.fail(`unexpected ${action.kind}`);
  }

  run(change: CloudChange, zone: string): void {
    const { count } = change;
    const ids = Array.from({ length: count }, (_, n) => `i-new-${this.made + n}`);
    this.made += count;
    this.servers.push(...ids.map((id) => serverRecord({ id, zone })));
    this.draft = recordMade(this.draft, intent({ resource: change.name, zone, count }), ids);
  }

  leave(id: string): void {
    assert.ok(this.drained(id), `${id} was removed before it was drained`);
    this.weights.delete(id);
  }

  weigh(id: string, weight: number): void {
    this.weights.set(id, weight);
    if (weight !== WEIGHTS.draining) return void this.outSince.delete(id);
    this.outSince.set(id, this.now);
    const newcomer = this.draft.replacements.find((item) => item.surplusId === id)?.newId;
    if (newcomer === undefined) return;
    assert.equal(this.weights.get(newcomer), WEIGHTS.serving, 'drained before the newcomer serves');
    assert.ok(this.isNormal(newcomer), 'drained before the newcomer is normal');
  }

  drained(id: string): boolean {
    return this.now - (this.outSince.get(id) ?? this.now) >= DRAIN_MS;
  }

  delete(id: string): void {
    assert.ok(!this.weights.has(id), `${id} was deleted while a backend`);
    assert.ok(this.drained(id), `${id} was deleted before it was drained`);
    this.servers = this.servers.filter((server) => server.id !== id);
    this.deleted.push(id);
  }
}

type Event = 'visit' | 'refused' | 'restart' | 'pause';

function play(scene: Scene, event: Event): void {
  if (event === 'restart') scene.memory = new Map();
  if (event === 'pause') scene.now += 45_000; // longer than the drain, shorter than anybody's patience
  scene.visit(event === 'refused');
}

describe('rebalancing a module', () => {
  it('moves one server at a time and ends even', () => {
    const scene = new Scene([F, F, F, F]);
    const seen = new Set<string>();
    for (let n = 0; n < 300; n += 1) {
      scene.visit(false);
      assert.ok(scene.draft.replacements.length <= 1);
      for (const { step, slot } of scene.draft.replacements) seen.add(`${slot} ${step}`);
      assert.ok(scene.serving >= WANTED);
    }
    assert.deepEqual(
      [...countByZone([F, G], scene.servers)],
      [
        [F, 2],
        [G, 2],
      ],
    );
    assert.equal(seen.size, 12, 'two servers, each through all six steps');
    assert.deepEqual(scene.draft.replacements, []);
  });

  it('moves as many together as declared, and ends even whatever is refused, slow or restarted', () => {
    const zones = fc.array(fc.constantFrom(F, G), { minLength: 5, maxLength: 8 });
    const events = fc.array(fc.constantFrom<Event>('visit', 'visit', 'refused', 'restart', 'pause'), { maxLength: 60 });
    fc.assert(
      fc.property(zones, fc.integer({ min: 1, max: 4 }), events, (start, limit, script) => {
        const scene = new Scene(start, limit);
        const check = () => {
          assert.ok(scene.serving >= start.length, `only ${scene.serving} serve`);
          assert.ok(scene.draft.replacements.length <= limit, 'more at once than declared');
          assert.ok(scene.servers.length <= start.length + limit);
        };
        for (const event of script) {
          play(scene, event);
          check();
        }
        for (let n = 0; n < 300; n += 1) {
          scene.visit(false);
          check();
        }
        assert.ok(skew(countByZone([F, G], scene.servers)) <= 1);
        assert.deepEqual([scene.servers.length, scene.draft.replacements], [start.length, []]);
      }),
      { numRuns: 15 },
    );
  });

  it('never leaves fewer serving than wanted, and drains in full, whatever is refused, slow or restarted', () => {
    const zones = fc.array(fc.constantFrom(F, G), { minLength: WANTED, maxLength: WANTED });
    const events = fc.array(fc.constantFrom<Event>('visit', 'visit', 'visit', 'refused', 'restart', 'pause'), {
      minLength: 60,
      maxLength: 120,
    });
    fc.assert(
      fc.property(zones, events, (start, script) => {
        const scene = new Scene(start);
        for (const event of script) {
          play(scene, event);
          assert.ok(scene.serving >= WANTED, `only ${scene.serving} serve`);
          assert.ok(scene.servers.length <= WANTED + 1, 'one more at most');
        }
        for (let n = 0; n < 400; n += 1) scene.visit(false);
        assert.ok(skew(countByZone([F, G], scene.servers)) <= 1);
        assert.equal(scene.servers.length, WANTED);
        assert.deepEqual(scene.draft.replacements, []);
      }),
      { numRuns: 20 },
    );
  });

  it('does nothing to an even module', () => {
    const scene = new Scene([F, G, F, G]);
    for (let n = 0; n < 10; n += 1) scene.visit(false);
    assert.equal(scene.made, 0);
    assert.equal(scene.serving, WANTED);
  });
});

import assert from 'node:assert/strict';
import {
  F,
  G,
  businessModule,
  environment,
  pool,
  recorded,
  recordedServers,
  zone,
} from '../../../test/support/builders.ts';
import { runningServers } from '../../../test/support/cloud-records.ts';
import { NOW } from '../../../test/support/plan-input.ts';
import { storesOf } from '../../../test/support/stores.ts';
import { viewOf } from '../../../test/support/view.ts';
import type { ZoneFactsOf } from '../kind.ts';
import { liveServers } from '../parts/fleet.ts';
import { environmentKind } from './index.ts';
import { resolveEnvironment, zoneNames } from './refs.ts';

const elsewhere = { environmentRef: { name: 'other' } };

describe('resolveEnvironment', () => {
  it('knows its own zones and pools and nobody else’s', () => {
    const stores = storesOf({
      zones: [zone(), zone({ name: 'b', spec: elsewhere }), zone({ name: 'far', namespace: 'other' })],
      pools: [pool(), pool({ name: 'b', spec: elsewhere })],
    });
    const refs = resolveEnvironment(environment(), stores);
    assert.deepEqual(
      [[...refs.zones.keys()], refs.pools.map((item) => item.metadata.name), refs.problems],
      [['app'], ['ops'], []],
    );
  });

  it('a module in a zone of another environment is a contradiction, named with its field', () => {
    const stores = storesOf({ zones: [zone({ name: 'b', spec: elsewhere })] });
    const object = environment({ spec: { modules: [businessModule({ securityZoneRef: { name: 'b' } })] } });
    const refs = resolveEnvironment(object, stores);
    assert.match(refs.problems.join(), /^spec.modules\[\].securityZoneRef: module web names zone b, .* \(ARCH-6\)$/);
    const admission = environmentKind.admit(object, refs, stores);
    assert.ok(admission.kind === 'invalid' && admission.message === refs.problems[0]);
    assert.deepEqual(environmentKind.admit(environment(), { ...refs, problems: [] }, stores), { kind: 'ok' });
  });
});

describe('zoneNames', () => {
  it('has the primary first, however it is declared', () => {
    const zones = [
      { name: G, role: 'Standby' },
      { name: F, role: 'Primary' },
    ] as const;
    assert.deepEqual(zoneNames(environment({ spec: { zones } })), [F, G]);
  });
});

const states = (of: ZoneFactsOf) =>
  environmentKind
    .zoneStates(environment(), { zones: new Map(), pools: [], problems: [] }, of)
    .map((item) => `${item.name} ${item.state}`);

describe('environmentKind', () => {
  const records = recordedServers('web', [F, F, G, G]);
  const facts = (states: Readonly<Record<string, string>>, more: Partial<ZoneFactsOf> = {}): ZoneFactsOf => {
    const servers = runningServers(records).map((record) => ({ ...record, state: states[record.zone] ?? 'Running' }));
    return {
      servers: liveServers(records, viewOf({ records: { Server: servers } })).servers,
      refusals: () => 0,
      healthySince: (_zone, healthy) => (healthy ? NOW : undefined),
      now: NOW,
      returnMs: 600_000,
      ...more,
    };
  };

  it('judges each zone from its own servers and refusals', () => {
    assert.deepEqual(states(facts({})), [`${F} Normal`, `${G} Normal`]);
    assert.deepEqual(states(facts({ [G]: 'Stopped' })), [`${F} Normal`, `${G} Impaired`]);
    assert.deepEqual(states(facts({}, { refusals: (name) => (name === F ? 2 : 0) })), [`${F} Impaired`, `${G} Normal`]);
  });

  it('asks since when each zone is healthy, by name', () => {
    const asked: string[] = [];
    states(
      facts(
        { [G]: 'Stopped' },
        {
          healthySince: (name, healthy) => {
            asked.push(`${name} ${healthy}`);
            return undefined;
          },
        },
      ),
    );
    assert.deepEqual(asked, [`${F} true`, `${G} false`]);
  });

  it('is its own environment, and keeps the parts of its load balancers read', () => {
    const object = environment({ spec: { mode: 'Observe', deletionPolicy: 'Delete' } });
    assert.deepEqual(environmentKind.belongs(object, storesOf({})), {
      environment: object,
      mode: 'Observe',
      deletionPolicy: 'Delete',
    });
    assert.deepEqual(
      environmentKind.details([recorded('VPC', 'vpc', 'vpc-1'), recorded('LoadBalancer', 'web/lb', 'lb-1')]),
      [{ type: 'LoadBalancerParts', parentId: 'lb-1' }],
    );
  });
});

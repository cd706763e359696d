import assert from 'node:assert/strict';
import type { LoadBalancerParts } from '../../cloud/slb/model.ts';
import type { Replacement } from '../../crds/index.ts';
import { F, recordedServers, replacement } from '../../../test/support/builders.ts';
import { runningServers, serverRecord } from '../../../test/support/cloud-records.ts';
import { expectPlan, viewOf } from '../../../test/support/view.ts';
import { type BackendsInput, planBackends } from './backends.ts';
import { liveServers } from './fleet.ts';

const recorded = recordedServers('web', [F, F, F]);
const servers = (view = viewOf({ records: { Server: runningServers(recorded) } })) =>
  liveServers(recorded, view).servers;
const members = (weights: Readonly<Record<string, number>>): LoadBalancerParts => ({
  health: [],
  backends: Object.entries(weights).map(([serverId, weight]) => ({ serverId, weight })),
});
const all = { 'i-web-0': 100, 'i-web-1': 100, 'i-web-2': 100 };

function input(more: Partial<BackendsInput> = {}): BackendsInput {
  return {
    name: 'web/lb',
    loadBalancerId: 'lb-1',
    servers: servers(),
    replacements: [],
    notReady: new Set(),
    retained: new Set(),
    parts: members(all),
    needs: [],
    ...more,
  };
}

const moving = (step: Partial<Replacement>) => [replacement({ surplusId: 'i-web-0', newId: 'i-web-2', ...step })];
const hidden = viewOf({ records: { Server: runningServers(recorded).slice(1) } });

interface Row {
  readonly why: string;
  readonly input: Partial<BackendsInput>;
  readonly is: readonly string[];
}

const rows: readonly Row[] = [
  { why: 'as they should be', input: {}, is: [] },
  {
    why: 'never read: nothing is concluded',
    input: { parts: undefined },
    is: ['wait Backends web/lb: its backends were not read yet'],
  },
  {
    why: 'a server of the module that is not behind it joins (SLB-5)',
    input: { parts: members({ 'i-web-0': 100, 'i-web-1': 100 }) },
    is: ['Attach Backends web/lb (lb-1) backends[i-web-2].weight: not a backend -> 100'],
  },
  {
    why: 'a weight that somebody changed is set back',
    input: { parts: members({ ...all, 'i-web-1': 7 }) },
    is: ['Weigh Backends web/lb (lb-1) backends[i-web-1].weight: 7 -> 100'],
  },
  {
    why: 'a server that does not run is not added',
    input: {
      parts: members({}),
      servers: servers(viewOf({ records: { Server: runningServers(recorded, { state: 'Starting' }) } })),
    },
    is: [],
  },
  {
    why: 'a server that stopped stays a backend: the health check takes it out',
    input: { servers: servers(viewOf({ records: { Server: runningServers(recorded, { state: 'Stopped' }) } })) },
    is: [],
  },
  {
    why: 'a server that is not visible is neither added nor weighed',
    input: { parts: members({}), servers: servers(hidden) },
    is: [
      'Attach Backends web/lb (lb-1) x2 backends[i-web-1].weight: not a backend -> 100, backends[i-web-2].weight: not a backend -> 100',
    ],
  },
  {
    why: 'a server whose start-up is not known joins later',
    input: { parts: members({ 'i-web-0': 100, 'i-web-1': 100 }), notReady: new Set(['i-web-2']) },
    is: [],
  },
  {
    why: 'a stranger is reported, never removed',
    input: { parts: members({ ...all, 'i-x': 50 }) },
    is: ['report web/lb.backends[i-x]: i-x, declared not declared [Disruptive]'],
  },
  {
    why: 'a server that was kept after it left the spec keeps its membership, and is no stranger',
    input: { parts: members({ ...all, 'i-old': 100 }), retained: new Set(['i-old']) },
    is: [],
  },
  {
    why: 'Surge: the newcomer stays out',
    input: { parts: members({ 'i-web-0': 100, 'i-web-1': 100 }), replacements: moving({ step: 'Surge' }) },
    is: [],
  },
  {
    why: 'Checked: the newcomer stays out until its next step is on record',
    input: { parts: members({ 'i-web-0': 100, 'i-web-1': 100 }), replacements: moving({ step: 'Checked' }) },
    is: [],
  },
  {
    why: 'Registered: the newcomer joins on trial',
    input: { parts: members({ 'i-web-0': 100, 'i-web-1': 100 }), replacements: moving({ step: 'Registered' }) },
    is: ['Attach Backends web/lb/replacement (lb-1) backends[i-web-2].weight: not a backend -> 1'],
  },
  {
    why: 'InService: the newcomer serves, and the surplus still does',
    input: { parts: members({ ...all, 'i-web-2': 1 }), replacements: moving({ step: 'InService' }) },
    is: ['Weigh Backends web/lb/replacement (lb-1) backends[i-web-2].weight: 1 -> 100'],
  },
  {
    why: 'Draining: the surplus gets nothing new',
    input: { replacements: moving({ step: 'Draining' }) },
    is: ['Weigh Backends web/lb/replacement (lb-1) backends[i-web-0].weight: 100 -> 0'],
  },
  {
    why: 'Draining: a weight of 0 is wanted then, not drift',
    input: { parts: members({ ...all, 'i-web-0': 0 }), replacements: moving({ step: 'Draining' }) },
    is: [],
  },
  {
    why: 'Released: the surplus leaves',
    input: { parts: members({ ...all, 'i-web-0': 0 }), replacements: moving({ step: 'Released' }) },
    is: ['Detach Backends web/lb/replacement (lb-1) [Disruptive]'],
  },
  {
    why: 'a step and drift beside it are two changes: only one of them is drift',
    input: {
      parts: members({ 'i-web-0': 100, 'i-web-1': 7, 'i-web-2': 100 }),
      replacements: moving({ step: 'Draining' }),
    },
    is: [
      'Weigh Backends web/lb (lb-1) backends[i-web-1].weight: 7 -> 100',
      'Weigh Backends web/lb/replacement (lb-1) backends[i-web-0].weight: 100 -> 0',
    ],
  },
  {
    why: 'a server that only leaves drains too',
    input: { replacements: [replacement({ surplusId: 'i-web-0', toZone: F, step: 'Draining' })] },
    is: ['Weigh Backends web/lb/replacement (lb-1) backends[i-web-0].weight: 100 -> 0'],
  },
];

describe('planBackends', () => {
  for (const row of rows) it(row.why, () => expectPlan(planBackends(input(row.input)), row.is));

  it('marks what a step asks for, so that it is not called drift', () => {
    const { changes } = planBackends(
      input({
        parts: members({ 'i-web-0': 100, 'i-web-1': 7, 'i-web-2': 100 }),
        replacements: moving({ step: 'Draining' }),
      }),
    );
    assert.deepEqual(
      changes.map((change) => change.step === true),
      [false, true],
    );
  });

  it('names exactly the servers in what the service is asked for', () => {
    const [change] = planBackends(
      input({ servers: servers(viewOf({ records: { Server: [serverRecord()] } })), parts: members({}) }),
    ).changes;
    assert.deepEqual(change?.action, {
      service: 'slb',
      action: { kind: 'AddBackends', id: 'lb-1', backends: [{ serverId: 'i-web-0', weight: 100 }] },
    });
  });
});

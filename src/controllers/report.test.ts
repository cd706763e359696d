import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { CloudError, ErrorClass } from '../cloud/call.ts';
import {
  type ConcernJudgement,
  type Condition,
  type EnvironmentStatus,
  type Progress,
  REASONS,
  environmentStatus,
} from '../crds/index.ts';
import { formatTime } from '../kernel/timestamp.ts';
import { type Change, emptyPlan } from '../plan/change.ts';
import {
  F,
  G,
  environment,
  intent,
  recorded,
  recordedServers,
  replacement,
  zone,
  change,
} from '../../test/support/builders.ts';
import { checkConditions } from '../../test/support/condition-checks.ts';
import { NOW } from '../../test/support/plan-input.ts';
import { refused } from '../../test/support/recorded-cloud.ts';
import { type Draft, draftOf } from './draft.ts';
import type { KindPlan, Verdicts } from './kind.ts';
import type { CloudChange } from './model.ts';
import { type ReportInput, isStalling, reasonOf, statusOf } from './report.ts';

const renamed = (name: string, more: Partial<CloudChange> = {}): CloudChange =>
  change(
    {
      name,
      fields: [{ path: 'displayName', from: 'x', to: 'y', impact: 'Safe', rule: 'mutable', blueprint: 'NET-4' }],
    },
    more,
  );
const plan = (...changes: readonly CloudChange[]): KindPlan => ({
  plan: { ...emptyPlan, changes },
  fleets: [],
  replacements: [],
  gone: [],
  retain: [],
});
const concern = (status: Condition['status'], message = 'm'): ConcernJudgement => ({
  type: 'NetworkReady',
  status,
  reason: status === 'True' ? 'Succeeded' : 'NetworkDrift',
  message,
});
const verdicts = (more: Partial<Verdicts> = {}): Verdicts => ({
  concerns: [concern('True')],
  findings: [],
  addresses: [],
  repaired: [],
  ...more,
});
const settled: Progress = { kind: 'settled' };

function input(more: Partial<ReportInput> = {}): ReportInput {
  return {
    object: environment(),
    draft: draftOf(undefined),
    plan: plan(),
    verdicts: verdicts(),
    progress: settled,
    mode: 'Enforce',
    deletionPolicy: 'Retain',
    decide: () => 'Repairing',
    built: true,
    now: NOW,
    ...more,
  };
}

/** The status as the API server keeps it: parsed by the schema of the CRD. */
function status(more: Partial<ReportInput> = {}): EnvironmentStatus {
  return environmentStatus.parse(JSON.parse(JSON.stringify(statusOf(input(more)))));
}
const stored = (more: Partial<ReportInput> = {}) => environment({ status: status(more) });

const decide = (item: Change) => (item.name === 'vpc' ? 'Waiting' : 'Reported');

describe('statusOf', () => {
  it('leaves out what has no content', () => {
    assert.deepEqual(Object.keys(status()).toSorted(), ['conditions', 'lastDeletionPolicy', 'observedGeneration']);
  });

  it('writes everything that safety rests on', () => {
    const draft: Draft = {
      resources: recordedServers('web', [F, G]),
      intents: [intent()],
      attempt: 4,
      replacements: [replacement()],
      retained: [{ name: 'old/0', type: 'Server', id: 'i-9', since: '2026-01-01T00:00:00Z', reason: 'kept' }],
      zones: [{ name: F, state: 'Normal', since: '2026-01-01T00:00:00Z' }],
      boots: [{ id: 'i-web-0', bootedAt: '2026-01-01T00:00:00Z' }],
    };
    assert.deepEqual(draftOf(status({ draft })), draft);
  });

  it('is equal for an equal visit later: nothing is written while nothing happens', () => {
    const given = {
      plan: plan(renamed('vpc')),
      verdicts: verdicts({ findings: [{ rule: 'ARCH-7', severity: 'Warning', message: 'one', evidence: 'x' }] }),
    };
    const before = stored(given);
    assert.deepEqual(status({ ...given, object: before, now: NOW + 3_600_000 }), before.status);
  });

  it('a visit that could not plan or judge leaves ledger, findings, addresses, concerns and plan standing', () => {
    const finding = { rule: 'ARCH-7', severity: 'Warning', message: 'one', evidence: 'x' } as const;
    const address = { name: 'web/lb', type: 'Internet', address: '203.0.113.10' } as const;
    const before = stored({
      mode: 'Observe',
      plan: plan(renamed('vpc')),
      verdicts: verdicts({ findings: [finding], addresses: [address], concerns: [concern('False')] }),
    });
    const progress: Progress = { kind: 'working', reason: 'CloudUnavailable', message: 'down' };
    const after = status({
      object: before,
      mode: 'Observe',
      plan: undefined,
      verdicts: undefined,
      progress,
      now: NOW + 1000,
    });
    for (const field of ['drift', 'findings', 'addresses', 'plan'] as const) {
      assert.ok(after[field] !== undefined, field);
      assert.deepEqual(after[field], before.status?.[field], field);
    }
    assert.deepEqual(
      after.conditions?.map((item) => `${item.type} ${item.status}`),
      ['Ready False', 'Reconciling True', 'NetworkReady False'],
    );
  });

  it('the conditions of others are neither copied nor summed up', () => {
    const other: Condition = {
      type: 'example.org/Audited',
      status: 'False',
      reason: 'No',
      message: '',
      lastTransitionTime: '2026-01-01T00:00:00Z',
    };
    const object = environment({ status: { conditions: [other] } });
    for (const judged of [verdicts(), undefined]) {
      const { conditions = [] } = status({ object, verdicts: judged });
      assert.deepEqual(
        conditions.filter((item) => item.type === other.type),
        [other],
      );
      assert.equal(conditions.find((item) => item.type === 'Ready')?.status, 'True');
    }
  });

  it('shows the plan in Observe only', () => {
    assert.equal(status({ plan: plan(renamed('vpc')) }).plan, undefined);
    const shown = status({
      mode: 'Observe',
      plan: plan(renamed('vpc'), renamed('sg', { verb: 'Create', type: 'SecurityGroup', fields: [], count: 1 })),
    }).plan;
    assert.equal(shown?.summary, 'Update 1, Create 1');
    assert.deepEqual(shown.changes[0], {
      action: 'Update',
      resource: 'vpc',
      field: 'displayName',
      from: 'x',
      to: 'y',
      class: 'Safe',
    });
    assert.equal(
      status({ object: stored({ mode: 'Observe', plan: plan(renamed('vpc')) }), mode: 'Observe' }).plan,
      undefined,
      'nothing to do is no plan',
    );
  });

  it('remembers the last policy, so that an object can leave when its environment is gone', () => {
    assert.equal(
      status({ object: stored({ deletionPolicy: 'Delete' }), deletionPolicy: undefined }).lastDeletionPolicy,
      'Delete',
    );
  });

  it('only environments have zones', () => {
    const draft = {
      ...draftOf(undefined),
      zones: [{ name: F, state: 'Normal', since: '2026-01-01T00:00:00Z' }],
    } as const;
    assert.ok('zones' in statusOf(input({ draft })));
    assert.ok(!('zones' in statusOf(input({ draft, object: zone() }))));
  });

  it('says what is done about each difference', () => {
    assert.deepEqual(
      status({ plan: plan(renamed('vpc'), renamed('b')), decide }).drift?.map((item) => item.decision),
      ['Waiting', 'Reported'],
    );
  });
});

const anyProgress: fc.Arbitrary<Progress> = fc.oneof(
  fc.constant<Progress>({ kind: 'settled' }),
  fc.constant<Progress>({ kind: 'working', reason: 'Progressing', message: 'working' }),
  fc.constant<Progress>({ kind: 'working', reason: 'Throttled', message: 'slowly' }),
  fc.constant<Progress>({ kind: 'stalled', reason: 'QuotaExceeded', message: 'stuck' }),
);
const anyVerdicts = fc.option(
  fc
    .subarray([concern('True'), concern('False'), concern('Unknown')], { maxLength: 1 })
    .map((concerns) => verdicts({ concerns })),
  { nil: undefined },
);

const ready = (of: EnvironmentStatus) => of.conditions?.find((item) => item.type === 'Ready')?.lastTransitionTime;

describe('conditions over time', () => {
  it('keep every numbered check, whatever follows on whatever', () => {
    const visits = fc.array(fc.record({ progress: anyProgress, verdicts: anyVerdicts, newGeneration: fc.boolean() }), {
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(visits, (script) => {
        let object = environment();
        for (const [index, visit] of script.entries()) {
          const generation = object.metadata.generation + (visit.newGeneration ? 1 : 0);
          const before = { ...object, metadata: { ...object.metadata, generation } };
          const written = status({
            object: before,
            progress: visit.progress,
            verdicts: visit.verdicts,
            now: NOW + index * 1000,
          });
          const after = { ...before, status: written };
          checkConditions(after, before);
          object = after;
        }
      }),
    );
  });

  it('move the transition time with the status', () => {
    const before = stored();
    const later = { object: before, now: NOW + 60_000 };
    assert.equal(ready(status(later)), formatTime(NOW));
    assert.equal(
      ready(status({ ...later, progress: { kind: 'stalled', reason: 'QuotaExceeded', message: 'x' } })),
      formatTime(NOW + 60_000),
    );
  });
});

const id = (index: number) => `i-uf6${String(index).padStart(17, '0')}`;

describe('the largest environment', () => {
  it('has a status below 256 KiB that the schema takes', () => {
    const modules = Array.from(
      { length: 32 },
      (_, index) => `module-${String(index).padStart(2, '0')}-with-a-longish-nam`,
    );
    const servers = Array.from({ length: 1000 }, (_, index) => ({
      ...recorded('Server', `${modules[index % 32]}/${Math.floor(index / 32)}`, id(index)),
      zone: index % 2 === 0 ? F : G,
    }));
    const balancers = modules.map((name, index) =>
      recorded('LoadBalancer', `${name}/lb`, `lb-uf6${String(index).padStart(17, '0')}`),
    );
    const long = 'x'.repeat(256);
    const draft: Draft = {
      resources: [recorded('VPC', 'vpc', 'vpc-uf6aaaaaaaaaaaaaaaaaa'), ...balancers, ...servers],
      intents: Array.from({ length: 20 }, (_, index) =>
        intent({ attempt: index + 1, token: 't'.repeat(64), request: 'r'.repeat(3276) }),
      ),
      attempt: 999_999,
      replacements: Array.from({ length: 10 }, (_, index) =>
        replacement({
          slot: `${modules[index]}/1`,
          module: modules[index] ?? '',
          surplusId: id(index),
          newId: id(index + 500),
        }),
      ),
      retained: [],
      zones: [F, G].map((name) => ({ name, state: 'Impaired', since: '2026-01-01T00:00:00Z' })),
      boots: servers.map((server) => ({ id: server.id, bootedAt: '2026-01-01T00:00:00Z' })),
    };
    const reported = Array.from(
      { length: 400 },
      (_, index) =>
        ({
          path: `${modules[index % 32]}/${index}.instanceType`,
          desired: 'ecs.g6.large',
          observed: 'ecs.g5.xlarge',
          impact: 'Forbidden',
          blueprint: 'ECS-15',
        }) as const,
    );
    const findings = Array.from(
      { length: 150 },
      (_, index) =>
        ({ rule: 'ARCH-7', severity: 'Warning', message: `${index} ${long}`, evidence: 'e'.repeat(120) }) as const,
    );
    const addresses = modules.map(
      (name) => ({ name: `${name}/lb`, type: 'Internet', address: '203.0.113.100' }) as const,
    );
    const given = {
      draft,
      plan: { ...plan(), plan: { ...emptyPlan, reported } },
      verdicts: verdicts({ findings, addresses, concerns: [concern('False', 'm'.repeat(2000))] }),
    };
    const written = status(given);
    const kib = Buffer.byteLength(JSON.stringify(written)) / 1024;
    assert.ok(kib < 256, `${kib.toFixed(0)} KiB`);
    assert.deepEqual(draftOf(written), { ...draft, boots: [] }, 'what safety rests on is whole');
    assert.deepEqual([written.drift?.length, written.driftOmitted], [25, 375]);
    assert.deepEqual([written.findings?.length, written.findingsOmitted], [25, 125]);
    const quiet = status({ ...given, draft: { ...draft, intents: [] } });
    assert.deepEqual(
      [quiet.boots?.length, quiet.findings?.length],
      [1000, 25],
      'once nothing is being made, boots fit again',
    );
    const small = status({ ...given, draft: { ...draft, resources: [], boots: [], intents: [] } });
    assert.deepEqual(
      [small.drift?.length, small.driftOmitted, small.findings?.length, small.findingsOmitted],
      [100, 300, 100, 50],
    );
  });
});

const every: readonly ErrorClass[] = [
  'throttled',
  'transient',
  'busy',
  'in-progress',
  'token-mismatch',
  'stock',
  'money',
  'quota',
  'rights',
  'credential',
  'absent',
  'exists',
  'bad-request',
  'unknown',
];
const errorOf = (errorClass: ErrorClass): CloudError => {
  const answer = refused(errorClass, { action: 'RunInstances', requestId: 'REQ-9' });
  assert.ok(answer.kind === 'error');
  return answer.error;
};

describe('reasonOf', () => {
  for (const errorClass of every) {
    it(`${errorClass}: a word of the vocabulary, and what, where, which request`, () => {
      const { reason, message } = reasonOf(errorOf(errorClass));
      assert.ok(Object.hasOwn(REASONS, reason));
      for (const part of ['ecs RunInstances', errorClass, 'request REQ-9']) assert.ok(message.includes(part), message);
      assert.match(message, /\. [A-Z]/, 'and what to do');
    });
  }

  it('leaves out what the cloud calculated for this one request', () => {
    const text = 'Specified signature is not matched with our calculation. server string to sign is:ACS3\n01dc';
    const { message } = reasonOf({ ...errorOf('credential'), message: text });
    assert.match(message, /not matched with our calculation, request REQ-9\. Check the Secret/);
  });

  it('names the RAM action that is missing', () =>
    assert.match(reasonOf(errorOf('rights')).message, /Grant the RAM action ecs:RunInstances/));

  const named = [
    { code: 'InvalidInstanceType.NotSupported', field: 'instanceType' },
    { code: 'Invalid.InstanceType', field: 'instanceType' },
    { code: 'InvalidImageId.NotFound', field: 'image.id' },
    { code: 'InvalidKeyPairName.NotFound', field: 'keyPairName' },
    { code: 'InvalidRamRole.NotEcsRole', field: 'ramRoleName' },
    { code: 'InvalidSystemDiskSize.LessThanImageSize', field: 'systemDisk.sizeGiB' },
    { code: 'InvalidDiskCategory.NotSupported', field: 'systemDisk.category' },
    { code: 'InvalidUserData.SizeExceeded', field: 'userDataFrom' },
    { code: 'InvalidTagValue.Malformed', field: 'tags' },
  ];
  for (const { code, field } of named) {
    it(`names ${field} when the code is ${code}: the cloud says which parameter it refuses`, () =>
      assert.ok(
        reasonOf({ ...errorOf('bad-request'), code }).message.endsWith(
          `Correct the declaration: ${field} of these servers`,
        ),
      ));
  }

  it('names no field of servers where the refusal is about something else', () => {
    const other = { ...errorOf('bad-request'), code: 'InvalidInstanceType.NotSupported', action: 'ModifyVpcAttribute' };
    assert.ok(reasonOf(other).message.endsWith('Correct the declaration'));
    assert.ok(!reasonOf({ ...errorOf('stock'), code: 'InvalidInstanceType' }).message.includes('these servers'));
  });

  it('says that an endpoint does not serve an action, and stalls: trying again does not help', () => {
    const error = { ...errorOf('unknown'), status: 501 };
    assert.equal(reasonOf(error).reason, 'CloudUnavailable');
    assert.match(reasonOf(error).message, /ecs RunInstances .* does not serve this action: check spec.endpoints/);
    assert.ok(isStalling(error));
  });

  it('only what a person must end stalls', () => {
    assert.deepEqual(
      every.filter((item) => isStalling(errorOf(item))),
      ['money', 'quota', 'rights', 'bad-request'],
    );
  });
});

// The steps that every visit shares: the one way a status is written, the gate before a wave, and what differs being drift or building.
import assert from 'node:assert/strict';
import { F, change, intent, zone } from '../../test/support/builders.ts';
import { sessionOf } from '../../test/support/session.ts';
import { refused } from '../../test/support/recorded-cloud.ts';
import { type VisitScene, zoneVisit } from '../../test/support/visits.ts';
import { FINALIZER, type Condition, type DriftEntry, type Progress } from '../crds/index.ts';
import { changeKey, emptyPlan } from '../plan/change.ts';
import type { KubeFailure } from '../runtime/kube.ts';
import { type Draft, type RecordEntry, draftOf, withEntries } from './draft.ts';
import type { KindPlan } from './kind.ts';
import { ObjectMemory } from './memory.ts';
import type { CloudChange } from './model.ts';
import { ZONE_RESOURCE } from './resources.ts';
import {
  type Findings,
  fetchScripts,
  inputOf,
  isBuilt,
  isOutdated,
  objectTagOf,
  report,
  waveContext,
} from './visit.ts';

const SINCE = '2026-01-01T00:00:00Z';
const working = (message: string): Progress => ({ kind: 'working', reason: 'Progressing', message });
const noPlan = (progress: Progress, draft: Draft = draftOf(undefined)): Findings => ({
  draft,
  plan: undefined,
  verdicts: undefined,
  progress,
});

describe('report', () => {
  const open = intent({ type: 'SecurityGroup', resource: 'sg', attempt: 3, token: 'token-3' });
  const entries: readonly RecordEntry[] = [{ kind: 'made', intent: open, ids: ['sg-1'] }];
  const object = zone({ finalizers: [FINALIZER], status: { intents: [open], attempt: 3 } });
  /** A wave made the group; its report goes on until `limitMs` have passed. */
  const made = (scene: VisitScene = {}) => {
    const all = zoneVisit({ object, ...scene });
    const found = { ...noPlan(working('Made the group'), withEntries(all.visit.draft, entries)), entries };
    const ended = async (limitMs = 70_000) => {
      const outcome = report(all.visit, all.tools, found);
      await all.clock.advance(limitMs);
      return outcome;
    };
    return { ...all, ended };
  };
  const ids = (all: ReturnType<typeof made>) => all.stored()?.status?.resources?.map(({ id }) => id);

  it('goes on with what the server answered, and tells what was written once', async () => {
    const all = made();
    const before = all.visit.object;
    assert.equal(await all.ended(), undefined);
    assert.deepEqual([ids(all), all.stored()?.status?.intents], [['sg-1'], undefined]);
    assert.deepEqual(all.visit.object, all.stored());
    assert.deepEqual(all.visit.draft, draftOf(all.stored()?.status));
    assert.deepEqual(all.heard, [{ before, after: all.visit.object }]);
  });

  it('writes and tells nothing when nothing changed', async () => {
    const { visit, tools, kube, heard } = zoneVisit();
    await report(visit, tools, noPlan(working('one')));
    assert.equal(heard.length, 1);
    const { operations } = kube;
    await report(visit, tools, noPlan(working('one'), visit.draft));
    assert.deepEqual([operations.length, heard.length], [1, 1]);
  });

  it('puts what a wave made on top of what others wrote meanwhile, and keeps theirs', async () => {
    const all = made();
    const theirs = { name: 'vswitch/1f', type: 'VSwitch', id: 'vsw-9' } as const;
    const other = intent({ type: 'VSwitch', resource: 'vswitch/1g', attempt: 7, token: 'token-7' });
    all.kube.put(ZONE_RESOURCE, {
      metadata: all.visit.object.metadata,
      status: { resources: [theirs], intents: [open, other], attempt: 7 },
    });
    assert.equal(await all.ended(), undefined);
    const status = all.stored()?.status;
    assert.deepEqual(new Set(ids(all)), new Set(['vsw-9', 'sg-1']));
    assert.deepEqual([status?.intents, status?.attempt], [[other], 7]);
    assert.deepEqual(all.visit.draft.resources, status?.resources);
  });

  it('finds out that a write whose answer was lost is there, and tells it', async () => {
    const all = made();
    let lost = 0;
    all.kube.interfere = ({ verb }) => (verb === 'patch' && lost++ === 0 ? 'lose-answer' : undefined);
    assert.equal(await all.ended(), undefined);
    assert.deepEqual([ids(all), all.heard.length], [['sg-1'], 1]);
    assert.equal(all.kube.operations.filter(({ verb }) => verb === 'patch').length, 1);
  });

  it('does not go on once another replica may be in charge', async () => {
    const all = made();
    all.kube.interfere = ({ verb }) => (verb === 'patch' ? { kind: 'conflict', message: '' } : undefined);
    all.lead.leads = false;
    assert.deepEqual(await all.ended(), { kind: 'requeue', reason: 'status conflict' });
    assert.equal(all.kube.operations.filter(({ verb }) => verb === 'patch').length, 1);
  });

  it('without anything that must not be lost tries once, and a conflict ends the visit', async () => {
    const { visit, tools, kube, heard } = zoneVisit();
    kube.put(ZONE_RESOURCE, { metadata: { ...visit.object.metadata, labels: { a: 'b' } } });
    const outcome = await report(visit, tools, noPlan(working('one')));
    assert.deepEqual(outcome, { kind: 'requeue', reason: 'status conflict' });
    assert.deepEqual([kube.operations.length, heard], [1, []]);
  });

  it('ends quietly when the object is gone', async () => {
    const { visit, tools, kube } = zoneVisit({ object: zone() });
    kube.erase(ZONE_RESOURCE, 'payments/app');
    assert.deepEqual(await report(visit, tools, noPlan(working('one'))), {
      kind: 'requeue',
      reason: 'the object is gone',
    });
  });

  const failures: readonly [KubeFailure, number][] = [
    [{ kind: 'unavailable', message: 'cut off' }, 0],
    [{ kind: 'throttled', message: 'busy', retryAfterMs: 4000 }, 4000],
  ];
  for (const [failure, atLeastMs] of failures) {
    it(`is tried again after ${atLeastMs} ms when the server is ${failure.kind}`, async () => {
      const { visit, tools, kube } = zoneVisit();
      kube.interfere = () => failure;
      const outcome = await report(visit, tools, noPlan(working('one')));
      assert.deepEqual(outcome, { kind: 'retry', error: new Error(`write status: ${failure.message}`), atLeastMs });
    });
  }
});

describe('report while something is being built', () => {
  const plan: KindPlan = { plan: emptyPlan, fleets: [], replacements: [], gone: [], retain: [] };
  const verdicts = { concerns: [], findings: [], addresses: [], repaired: [] };
  const waiting = (reason: 'Progressing' | 'DependencyNotReady', message: string): Progress => ({
    kind: 'working',
    reason,
    message,
  });
  const lacks = (message: string, reason: 'NoStock' | 'QuotaExceeded' = 'NoStock'): Progress => ({
    kind: 'working',
    reason,
    message,
  });
  const stuck = (message: string): Progress => ({ kind: 'stalled', reason: 'NoStock', message });
  const open = intent({ type: 'SecurityGroup', resource: 'sg' });

  const cases: readonly {
    readonly why: string;
    readonly before: Progress;
    readonly after: Progress;
    readonly scene?: VisitScene;
    readonly draft?: Draft;
    readonly noPlan?: true;
    readonly newSpec?: true;
    readonly writes: boolean;
  }[] = [
    {
      why: 'the same wait for other resources is not worth a write',
      before: working('a'),
      after: working('b'),
      writes: false,
    },
    {
      why: 'a wait for another reason is',
      before: working('a'),
      after: waiting('DependencyNotReady', 'a'),
      writes: true,
    },
    {
      why: 'the same dependency is not',
      before: waiting('DependencyNotReady', 'Waits for x'),
      after: waiting('DependencyNotReady', 'Waits for x'),
      writes: false,
    },
    {
      why: 'another dependency is: people look for what is missing',
      before: waiting('DependencyNotReady', 'Waits for x'),
      after: waiting('DependencyNotReady', 'Waits for y'),
      writes: true,
    },
    { why: 'the end of the wait is', before: working('a'), after: { kind: 'settled' }, writes: true },
    {
      why: 'what is to be sent is, however alike',
      before: working('a'),
      after: working('b'),
      draft: { ...draftOf(undefined), intents: [open], attempt: 1 },
      writes: true,
    },
    { why: 'a visit without a plan says why', before: working('a'), after: working('b'), noPlan: true, writes: true },
    {
      why: 'once it was built everything is',
      before: working('a'),
      after: working('b'),
      scene: { visit: { built: true } },
      writes: true,
    },
    {
      why: 'the first word about a new declaration is',
      before: working('a'),
      after: working('b'),
      newSpec: true,
      writes: true,
    },
    { why: 'the same trouble of another resource is not', before: lacks('i-1'), after: lacks('i-2'), writes: false },
    {
      why: 'trouble of another kind is',
      before: lacks('i-1'),
      after: lacks('i-1', 'QuotaExceeded'),
      writes: true,
    },
    {
      why: 'trouble that only a person can end is',
      before: lacks('i-1'),
      after: stuck('i-1'),
      writes: true,
    },
    {
      why: 'trouble that a person has ended is',
      before: stuck('i-1'),
      after: lacks('i-1'),
      writes: true,
    },
  ];
  for (const row of cases) {
    it(row.why, async () => {
      const all = zoneVisit(row.scene ?? {});
      const found = (progress: Progress, draft: Draft): Findings => ({ draft, plan, verdicts, progress });
      await report(all.visit, all.tools, { ...found(row.before, all.visit.draft), plan: undefined });
      if (row.newSpec) {
        all.visit.object = all.kube.put(ZONE_RESOURCE, {
          metadata: all.visit.object.metadata,
          spec: { changed: true },
        });
      }
      await all.clock.advance(2000);
      const before = all.kube.operations.length;
      const after = found(row.after, row.draft ?? all.visit.draft);
      await report(all.visit, all.tools, row.noPlan ? { ...after, plan: undefined } : after);
      assert.equal(all.kube.operations.length > before, row.writes);
    });
  }
});

describe('report of trouble while the building goes on', () => {
  const plan: KindPlan = { plan: emptyPlan, fleets: [], replacements: [], gone: [], retain: [] };
  const network = (
    status: Condition['status'],
    message: string,
    reason: 'NoStock' | 'QuotaExceeded' | 'Progressing' = 'NoStock',
  ) => ({ type: 'NetworkReady', status, reason, message }) as const;
  type Said = readonly [Progress, ReturnType<typeof network>];
  const waits = { kind: 'working', reason: 'DependencyNotReady', message: 'Waits for x' } as const;
  const noStock = { kind: 'working', reason: 'NoStock', message: 'a' } as const;

  const rows: readonly {
    readonly why: string;
    readonly before: Said;
    readonly after: Said;
    readonly writes: boolean;
  }[] = [
    {
      why: 'the same trouble that meets another resource is not worth a write',
      before: [working('a'), network('False', 'i-1')],
      after: [working('b'), network('False', 'i-2')],
      writes: false,
    },
    {
      why: 'trouble of another kind is',
      before: [working('a'), network('False', 'i-1')],
      after: [working('a'), network('False', 'i-1', 'QuotaExceeded')],
      writes: true,
    },
    {
      why: 'the first trouble is, though its reason is the one of the wait before',
      before: [noStock, network('Unknown', 'i-1')],
      after: [noStock, network('False', 'i-1')],
      writes: true,
    },
    {
      why: 'the end of trouble is, though the wait has its reason',
      before: [working('a'), network('False', 'i-1')],
      after: [noStock, network('Unknown', 'i-1')],
      writes: true,
    },
    {
      why: 'a wait that became a failure is, though both have the same word',
      before: [working('a'), network('Unknown', 'i-1')],
      after: [working('a'), network('False', 'i-1', 'Progressing')],
      writes: true,
    },
    {
      why: 'a failure that became a wait is, though both have the same word',
      before: [working('a'), network('False', 'i-1', 'Progressing')],
      after: [working('a'), network('Unknown', 'i-1')],
      writes: true,
    },
    {
      why: 'that the building stands still now is',
      before: [working('a'), network('False', 'i-1')],
      after: [noStock, network('False', 'i-1')],
      writes: true,
    },
    {
      why: 'that the building goes on again is',
      before: [noStock, network('False', 'i-1')],
      after: [working('a'), network('False', 'i-1')],
      writes: true,
    },
    {
      why: 'that nothing is being built any more is, and the trouble is left',
      before: [working('a'), network('False', 'i-1')],
      after: [{ kind: 'settled' }, network('False', 'i-1')],
      writes: true,
    },
    {
      why: 'the same dependency is not, whatever else is seen meanwhile',
      before: [waits, network('Unknown', 'i-1')],
      after: [waits, network('Unknown', 'i-2')],
      writes: false,
    },
  ];
  for (const { why, before, after, writes } of rows) {
    it(why, async () => {
      const { visit, tools, kube, clock } = zoneVisit();
      const say = ([progress, concern]: Said, of: KindPlan | undefined) => {
        const verdicts = { concerns: [concern], findings: [], addresses: [], repaired: [] };
        return report(visit, tools, { draft: visit.draft, plan: of, verdicts, progress });
      };
      await say(before, undefined);
      await clock.advance(2000);
      await say(after, plan);
      assert.equal(kube.operations.length, writes ? 2 : 1);
    });
  }
});

describe('what is done about a difference', () => {
  const repair = change();
  const forbidden = change({ impact: 'Forbidden' });

  const failure = refused('transient');
  /** A memory in which the change failed and is not tried again before a time. */
  const heldUntil = (until: number): ObjectMemory => {
    const memory = new ObjectMemory();
    if (failure.kind === 'error') memory.holds.set(changeKey(repair), { until, error: failure.error, generation: 1 });
    return memory;
  };

  const rows: readonly {
    readonly why: string;
    readonly visit?: VisitScene['visit'];
    readonly change?: CloudChange;
    readonly frozen?: true;
    readonly is: string;
  }[] = [
    { why: 'it is repaired', is: 'Repairing' },
    { why: 'in Observe it is only shown', visit: { mode: 'Observe' }, is: 'Reported' },
    { why: 'what would lose something is only shown', change: forbidden, is: 'Reported' },
    { why: 'a suspension holds it back', visit: { suspended: true }, is: 'Waiting' },
    { why: 'frozen writes hold it back', frozen: true, is: 'Waiting' },
    { why: 'a failure a moment ago holds it back', visit: { memory: heldUntil(60_000) }, is: 'Waiting' },
    { why: 'a failure long ago does not', visit: { memory: heldUntil(0) }, is: 'Repairing' },
  ];
  for (const { why, visit: more, change: planned = repair, frozen = false, is } of rows) {
    it(why, async () => {
      const { session } = sessionOf({ frozen });
      const { visit, tools, stored } = zoneVisit({ visit: { built: true, session, ...more } });
      const plan: KindPlan = {
        plan: { ...emptyPlan, changes: [planned] },
        fleets: [],
        replacements: [],
        gone: [],
        retain: [],
      };
      const verdicts = { concerns: [], findings: [], addresses: [], repaired: [] };
      await report(visit, tools, { draft: visit.draft, plan, verdicts, progress: working('x') });
      assert.deepEqual(
        stored()?.status?.drift?.map(({ decision }) => decision),
        [is],
      );
    });
  }
});

describe('the gate before a wave', () => {
  type Change = (all: ReturnType<typeof zoneVisit>) => void;
  const rows: readonly { readonly why: string; readonly change: Change; readonly is: unknown }[] = [
    { why: 'is open when the object is still the one that was planned from', change: () => undefined, is: undefined },
    {
      why: 'is shut when the object has changed',
      change: ({ kube, visit }) => kube.put(ZONE_RESOURCE, { metadata: visit.object.metadata, spec: { a: 1 } }),
      is: { kind: 'requeue', reason: 'the object has changed' },
    },
    {
      why: 'is shut when another object has its name, though it had the same version',
      change: ({ visit }) => {
        visit.object = { ...visit.object, metadata: { ...visit.object.metadata, uid: 'uid-before' } };
      },
      is: { kind: 'requeue', reason: 'the object has changed' },
    },
    {
      why: 'is shut when the object is gone',
      change: ({ kube, visit }) => {
        kube.put(ZONE_RESOURCE, { metadata: { ...visit.object.metadata, finalizers: [] } });
        kube.erase(ZONE_RESOURCE, visit.key);
      },
      is: { kind: 'requeue', reason: 'the object is gone' },
    },
    {
      why: 'is shut when nobody can tell',
      change: ({ kube }) => (kube.interfere = () => ({ kind: 'unavailable', message: 'cut off' })),
      is: { kind: 'retry', error: new Error('read before writing to the cloud: cut off'), atLeastMs: 0 },
    },
  ];
  for (const { why, change, is } of rows) {
    it(why, async () => {
      const all = zoneVisit();
      change(all);
      assert.deepEqual(await isOutdated(all.visit, all.tools), is);
    });
  }

  for (const finalizers of [undefined, [], ['somebody.else/finalizer']] as const) {
    it(`is shut without our finalizer (${JSON.stringify(finalizers ?? 'none')}): nothing would keep the object until its resources are gone`, async () => {
      const { visit, tools } = zoneVisit({ object: zone(finalizers === undefined ? {} : { finalizers }) });
      assert.deepEqual(await isOutdated(visit, tools), { kind: 'requeue', reason: 'the finalizer is gone' });
    });
  }
});

describe('isBuilt', () => {
  const ready = (status: Condition['status'], observedGeneration: number): Condition => ({
    type: 'Ready',
    status,
    reason: 'x',
    message: '',
    observedGeneration,
    lastTransitionTime: SINCE,
  });
  const drifting = (decision: DriftEntry['decision']): DriftEntry => ({
    path: 'sg.displayName',
    rule: 'NET-1',
    desired: 'a',
    observed: 'b',
    class: 'Safe',
    decision,
    firstSeen: SINCE,
  });
  const rows: readonly {
    readonly why: string;
    readonly conditions?: readonly Condition[];
    readonly drift?: readonly DriftEntry[];
    readonly mode?: 'Observe';
    readonly is: boolean;
  }[] = [
    { why: 'an object without a status is being built', is: false },
    { why: 'in Observe nothing is being built', mode: 'Observe', is: true },
    { why: 'it was Ready as it is declared now', conditions: [ready('True', 2)], is: true },
    { why: 'it was Ready as it was declared before', conditions: [ready('True', 1)], is: false },
    { why: 'it is not Ready', conditions: [ready('False', 2)], is: false },
    { why: 'another condition is True', conditions: [{ ...ready('True', 2), type: 'NetworkReady' }], is: false },
    { why: 'a difference is being repaired, so it was built before', drift: [drifting('Repairing')], is: true },
    { why: 'a repair is held back', drift: [drifting('Waiting')], is: true },
    { why: 'what was repaired long ago says nothing', drift: [drifting('Repaired')], is: false },
    { why: 'what is only shown says nothing', drift: [drifting('Reported')], is: false },
  ];
  for (const { why, is, conditions = [], drift = [], mode = 'Enforce' } of rows) {
    it(why, () => {
      const object = zone({ generation: 2, status: { conditions, drift } });
      assert.equal(isBuilt(object, new ObjectMemory(), mode), is);
    });
  }

  it('remembers that a generation was Ready when it is not any more', () => {
    const memory = new ObjectMemory();
    const at = (status: Condition['status'], generation: number) =>
      zone({ generation, status: { conditions: [ready(status, generation)] } });
    assert.equal(isBuilt(at('True', 2), memory, 'Enforce'), true);
    assert.equal(isBuilt(at('False', 2), memory, 'Enforce'), true);
    assert.equal(isBuilt(at('False', 3), memory, 'Enforce'), false);
  });
});

describe('what a visit hands on', () => {
  it('is the scripts that its requests need, read from its own namespace, and nothing when they need none', async () => {
    const { visit, tools } = zoneVisit();
    const asked: unknown[] = [];
    const read = new Map([['Secret/boot/script', { resourceVersion: '7', base64: 'IyE=' }]]);
    const reading: typeof tools = { ...tools, readScripts: async (...of) => (asked.push(of), read) };
    await fetchScripts(visit, reading, []);
    assert.deepEqual([asked, visit.scripts.size], [[], 0]);
    const sources = [{ kind: 'Secret', name: 'boot', key: 'script' }] as const;
    await fetchScripts(visit, reading, sources);
    assert.deepEqual([asked, visit.scripts], [[['payments', sources]], read]);
  });

  it('is the tag of the object, with its kind, namespace and name', () => {
    assert.equal(objectTagOf(zone()), 'SecurityZone/payments/app');
  });

  it('is, of the zones, which are closed and since when each is in its state', () => {
    const { visit, session } = zoneVisit();
    const zones = [
      { name: F, state: 'Impaired', since: SINCE },
      { name: 'cn-shanghai-finance-1g', state: 'Normal', since: '2026-01-02T00:00:00Z' },
    ] as const;
    const input = inputOf(visit, session, { draft: visit.draft, zones, kind: 'SecurityZone' });
    assert.deepEqual(input.closedZones, new Set([F]));
    assert.deepEqual([...input.zoneSince.values()], [SINCE, '2026-01-02T00:00:00Z']);
  });

  it('is a first-boot script only in the very version that the request was made from', async () => {
    const from = { param: 'UserData', kind: 'Secret', name: 'boot', key: 'script' } as const;
    const scripts = new Map([['Secret/boot/script', { resourceVersion: '7', base64: 'IyE=' }]]);
    const { visit, tools, session } = zoneVisit({ visit: { scripts } });
    const { userData } = waveContext(visit, session, tools);
    const of = (resourceVersion: string) => userData(intent({ fromObjects: [{ ...from, resourceVersion }] }));
    assert.deepEqual(await Promise.all([of('7'), of('8'), userData(intent())]), ['IyE=', undefined, undefined]);
    const other = intent({ fromObjects: [{ ...from, kind: 'ConfigMap', resourceVersion: '7' }] });
    assert.equal(await userData(other), undefined);
  });
});

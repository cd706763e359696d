// The judge can fail: ends and steps that break a promise are named.
import assert from 'node:assert/strict';
import { type Life, awaited, stepVerdicts, verdicts } from './judge.ts';

const life = (type: string, id: string, more: Partial<Life> = {}): Life => ({
  type,
  id,
  zone: null,
  deletedAt: null,
  attributes: {},
  createdBy: { accessKeyId: 'good' },
  ...more,
});
const tags = (uid: string, resource: string) => ({
  tagsNow: { 'financecloud.io/uid': uid, 'financecloud.io/resource': resource },
});
const wish = { made: { vpc: 1 }, peak: { vpc: 1, vswitch: 2, instance: 1 }, living: ['vpc  {}'] };
const ready = {
  kind: 'X',
  metadata: { name: 'x' },
  status: { conditions: [{ type: 'Ready', status: 'True' }], resources: [{ id: 'vpc-1' }] },
};
const open = { ...ready, status: { ...ready.status, intents: [{}] } };
const one = life('vpc', 'vpc-1');

describe('torture: the judge of ends', () => {
  const cases = [
    { why: 'the wished end holds', lives: [one], objects: [ready], problems: 0 },
    {
      why: 'a second VPC lives and is on no record',
      lives: [one, life('vpc', 'vpc-2')],
      objects: [ready],
      problems: 3,
    },
    {
      why: 'a second VPC was made and released again: it was made twice all the same',
      lives: [one, life('vpc', 'vpc-2', { deletedAt: 'then' })],
      objects: [ready],
      problems: 1,
    },
    { why: 'nothing was made', lives: [], objects: [ready], problems: 2 },
    { why: 'an open intent is no end', lives: [one], objects: [open], problems: 1 },
    {
      why: 'an attribute is not as in the undisturbed life',
      lives: [life('vpc', 'vpc-1', { attributes: { name: 'other' } })],
      objects: [ready],
      problems: 1,
    },
    {
      why: 'a stranger’s network is no business of ours until it is deleted',
      lives: [one, life('vpc', 'vpc-9', { createdBy: { accessKeyId: 'console' }, deletedAt: 'then' })],
      objects: [ready],
      problems: 1,
    },
  ];
  for (const { why, lives, objects, problems } of cases)
    it(why, () => assert.equal(verdicts({ lives, objects }, wish).length, problems));

  it('after a deletion no object and nothing of ours may be left', () => {
    const gone = { ...wish, living: undefined, gone: true };
    assert.equal(verdicts({ lives: [one], objects: [ready] }, gone).length, 2);
    assert.equal(verdicts({ lives: [{ ...one, deletedAt: 'then' }], objects: [] }, gone).length, 0);
  });
});

describe('torture: the judge of steps', () => {
  const uids = new Set(['u']);
  const cases: readonly { readonly why: string; readonly lives: readonly Life[]; readonly problem?: RegExp }[] = [
    {
      why: 'two switches of two names may live',
      lives: [life('vswitch', 'a', tags('u', 'x')), life('vswitch', 'b', tags('u', 'y'))],
    },
    {
      why: 'two switches for one wish may not, for any moment',
      lives: [life('vswitch', 'a', tags('u', 'x')), life('vswitch', 'b', tags('u', 'x'))],
      problem: /2 live for one wish/,
    },
    {
      why: 'one server too many lives for a moment',
      lives: [life('instance', 'a', tags('u', 'x')), life('instance', 'b', tags('u', 'x'))],
      problem: /2 of instance live at once/,
    },
    {
      why: 'our own server may be deleted',
      lives: [life('instance', 'a', { ...tags('u', 'x'), deletedAt: 'then', deletedBy: { accessKeyId: 'good' } })],
    },
    {
      why: 'a server of another object may not be deleted by us',
      lives: [life('instance', 'a', { ...tags('v', 'x'), deletedAt: 'then', deletedBy: { accessKeyId: 'good' } })],
      problem: /does not carry the uid/,
    },
    {
      why: 'what a colleague deletes is not our doing',
      lives: [life('instance', 'a', { ...tags('v', 'x'), deletedAt: 'then', deletedBy: { accessKeyId: 'console' } })],
    },
  ];
  for (const { why, lives, problem } of cases)
    it(why, () => {
      const found = stepVerdicts(lives, wish, uids);
      assert.equal(found.length, problem === undefined ? 0 : 1);
      if (problem !== undefined) assert.match(found[0] ?? '', problem);
    });
});

describe('torture: the end that waits for a person', () => {
  const due = { made: { vpc: 1, instance: 2 }, peak: {}, living: undefined };
  const environment = (reason: string, message: string) => ({
    kind: 'FinanceCloudEnvironment',
    metadata: { name: 'bank', uid: 'u' },
    status: {
      resources: [{ id: 'vpc-1' }],
      conditions: [{ type: 'Stalled', status: 'True', reason, message }],
    },
  });
  const lost = life('instance', 'i-1', tags('u', 'web/f'));
  const cases = [
    {
      why: 'the lost server is named',
      reason: 'ExistingResources',
      message: 'holds i-1',
      lives: [one, lost],
      ok: true,
    },
    { why: 'it is not named', reason: 'ExistingResources', message: 'holds i-2', lives: [one, lost], ok: false },
    { why: 'it stops for another reason', reason: 'NoStock', message: 'holds i-1', lives: [one, lost], ok: false },
    {
      why: 'the server is of another object',
      reason: 'ExistingResources',
      message: 'holds i-1',
      lives: [one, life('instance', 'i-1', tags('x', 'web/f'))],
      ok: false,
    },
    { why: 'nothing was lost', reason: 'ExistingResources', message: 'holds i-1', lives: [one], ok: false },
    {
      why: 'a network was lost: that one is found again',
      reason: 'ExistingResources',
      message: 'holds vpc-2',
      lives: [life('vpc', 'vpc-2', tags('u', 'vpc'))],
      ok: false,
    },
    {
      why: 'too many were made',
      reason: 'ExistingResources',
      message: 'holds i-1 i-2 i-3',
      lives: [one, lost, life('instance', 'i-2', tags('u', 'w')), life('instance', 'i-3', tags('u', 'w'))],
      ok: false,
    },
  ];
  for (const { why, reason, message, lives, ok } of cases)
    it(why, () => {
      const end = awaited({ lives, objects: [environment(reason, message)] }, due);
      assert.deepEqual(end, ok ? { asked: ['i-1'], reported: [] } : undefined);
    });

  it('another server is only reported', () => {
    const object = environment('ExistingResources', 'holds i-1');
    const findings = [{ message: "Server i-2 carries this object's tags and is not on record (UnrecordedServer)" }];
    const second = life('instance', 'i-2', tags('u', 'web/g'));
    const objects = [{ ...object, status: { ...object.status, findings } }];
    assert.deepEqual(awaited({ lives: [one, lost, second], objects }, due), { asked: ['i-1'], reported: ['i-2'] });
  });
});

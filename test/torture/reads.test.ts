// Reads lie for as long as they are told to, and about nothing else.
import assert from 'node:assert/strict';
import type { Answer, Asked } from './proxy.ts';
import { type ReadFault, Reads } from './reads.ts';

const FIRST = 'i-000000000000001';
const SECOND = 'i-000000000000002';

const asked = (action: string): Asked => ({
  method: 'POST',
  url: '/?RegionId=r',
  headers: { 'x-acs-action': action },
  body: '',
});
const servers = (items: readonly (readonly [id: string, status: string])[]): Answer => ({
  status: 200,
  headers: {},
  body: Buffer.from(
    JSON.stringify({
      TotalCount: items.length,
      Instances: { Instance: items.map(([InstanceId, Status]) => ({ InstanceId, Status })) },
    }),
  ),
});

/** What the operator reads when the cloud holds these servers: their ids with states, and the count. */
async function read(reads: Reads, truth: readonly (readonly [id: string, status: string])[]): Promise<string> {
  const way = reads.ask(asked('DescribeInstances'));
  assert.ok(way !== undefined && (way.kind === 'whole' || way.kind === 'answer'));
  const answer = servers(truth);
  const fate = way.kind === 'answer' ? { answer: way.answer } : await way.applied(answer);
  assert.ok(fate !== 'drop');
  const body = JSON.parse((fate === 'give' ? answer : fate.answer).body.toString('utf8'));
  const items: readonly { readonly InstanceId: string; readonly Status: string }[] = body.Instances.Instance;
  return `${items.map(({ InstanceId, Status }) => `${InstanceId.slice(-1)}${Status}`).join(' ')} of ${body.TotalCount}`;
}

describe('torture: reads of the cloud', () => {
  const cases: readonly { readonly why: string; readonly fault: ReadFault; readonly due: readonly string[] }[] = [
    {
      why: 'old answers only',
      fault: { kind: 'lag', ms: 60_000, flip: false },
      due: ['1P of 1', '1P of 1', '1P of 1'],
    },
    {
      why: 'old, new and old again',
      fault: { kind: 'lag', ms: 60_000, flip: true },
      due: ['1P of 1', '1R 2P of 2', '1P of 1'],
    },
    { why: 'what was made is hidden', fault: { kind: 'hide', ms: 60_000 }, due: ['1R of 1', '1R of 1', '1R of 1'] },
    {
      why: 'what was made looks as it first looked',
      fault: { kind: 'stuck', ms: 60_000 },
      due: ['1R 2P of 2', '1R 2P of 2', '1R 2P of 2'],
    },
    {
      why: 'an item is missing and counted',
      fault: { kind: 'list', what: 'missing', times: 1 },
      due: ['1R of 2', '1R 2R of 2', '1R 2R of 2'],
    },
    {
      why: 'an item is missing and not counted',
      fault: { kind: 'list', what: 'short', times: 2 },
      due: ['1R of 1', '1R of 1', '1R 2R of 2'],
    },
    {
      why: 'an item comes twice',
      fault: { kind: 'list', what: 'double', times: 1 },
      due: ['1R 2P 2P of 2', '1R 2R of 2', '1R 2R of 2'],
    },
    {
      why: 'one too many is counted',
      fault: { kind: 'list', what: 'total', times: 1 },
      due: ['1R 2P of 3', '1R 2R of 2', '1R 2R of 2'],
    },
  ];
  for (const { why, fault, due } of cases)
    it(why, async () => {
      const reads = new Reads();
      assert.equal(await read(reads, [[FIRST, 'P']]), '1P of 1', 'the truth before');
      reads.disturb(fault, [SECOND]);
      const then = [
        await read(reads, [
          [FIRST, 'R'],
          [SECOND, 'P'],
        ]),
      ];
      const later = [
        [FIRST, 'R'],
        [SECOND, fault.kind === 'lag' ? 'P' : 'R'],
      ] as const;
      then.push(await read(reads, later), await read(reads, later));
      assert.deepEqual(then, due);
    });

  it('writes and questions inside guests are no reads', () => {
    for (const action of ['RunInstances', 'RunCommand']) assert.equal(new Reads().ask(asked(action)), undefined);
  });
});

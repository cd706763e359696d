// Writes are found again in another life by what they say, also when they came together or in another order.
import assert from 'node:assert/strict';
import { cloudFacts, kubeFacts } from './facts.ts';
import type { Seen } from './gate.ts';
import { pointsOf, spread } from './points.ts';

const url = '/apis/financecloud.io/v1alpha1/namespaces/n/financecloudenvironments/bank/status?x=1';
const status = (body: object, before: object = {}): readonly string[] =>
  kubeFacts({ method: 'PATCH', url, body: { status: body } }, before);

describe('torture: what a write says', () => {
  const intents = (...names: readonly string[]) => ({ intents: names.map((resource) => ({ resource })) });
  const cases = [
    { why: 'new entries', facts: status(intents('a', 'b'), intents('a')), due: ['environments/bank intents+b'] },
    { why: 'entries that went', facts: status(intents('b'), intents('a', 'b')), due: ['environments/bank intents-a'] },
    {
      why: 'a list that was dropped',
      facts: status({ intents: null }, intents('a')),
      due: ['environments/bank intents-', 'environments/bank intents-a'],
    },
    { why: 'times and messages are no facts', facts: status({ boots: [{ id: 'i-1' }], findings: [] }), due: [] },
    {
      why: 'a finalizer',
      facts: kubeFacts(
        {
          method: 'PATCH',
          url,
          body: [
            { op: 'test', path: '/a' },
            { op: 'add', path: '/metadata/finalizers/-' },
          ],
        },
        {},
      ),
      due: ['environments/bank add /metadata/finalizers'],
    },
    {
      why: 'a lease is no object of ours',
      facts: kubeFacts({ method: 'PUT', url: '/apis/coordination.k8s.io/v1/x', body: {} }, {}),
      due: [],
    },
  ];
  for (const { why, facts, due } of cases) it(why, () => assert.deepEqual(facts, due));

  it('a create says its logical name, another call those of its ids', () => {
    const tags = { 'Tag.1.Key': 'financecloud.io/resource', 'Tag.1.Value': 'web/f' };
    assert.deepEqual(cloudFacts('RunInstances', { ...tags, VSwitchId: 'vsw-000000000000000' }, new Map()), [
      'RunInstances web/f',
    ]);
    const names = new Map([['i-000000000000000', 'web/f']]);
    assert.deepEqual(cloudFacts('DeleteInstances', { 'InstanceId.1': 'i-000000000000000' }, names), [
      'DeleteInstances web/f',
    ]);
  });
});

describe('torture: points', () => {
  const seen = (...facts: readonly string[]): Seen => ({ phase: 'build', channel: 'kube', facts, ms: 0 });

  it('two writes of one life that were one in another share a fact with it each', () => {
    const lives = [[seen('x intents+a'), seen('x intents+b')], [seen('x intents+a', 'x intents+b')]];
    assert.deepEqual(
      pointsOf(lives, 'build').map(({ fact }) => fact),
      ['x intents+a', 'x intents+b'],
    );
  });

  it('a write that one life did not make is masked', () => {
    const lives = [[seen('x conditions+A=True'), seen('x intents+b')], [seen('x intents+b')]];
    assert.deepEqual(
      pointsOf(lives, 'build').map(({ fact }) => fact),
      ['x intents+b'],
    );
  });

  it('what was made names a write rather than how things look', () => {
    const write = seen('x conditions+A=True', 'x resources+a');
    assert.deepEqual(
      pointsOf([[write], [write]], 'build').map(({ fact }) => fact),
      ['x resources+a'],
    );
  });

  it('a spread takes the ends of a list as well as its middle', () => {
    assert.deepEqual(spread([1, 2, 3, 4, 5, 6], 3), [1, 3, 5]);
    assert.deepEqual(spread([1, 2], 3), [1, 2]);
  });
});

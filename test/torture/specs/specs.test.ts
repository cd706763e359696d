// A sample of random specs in each test run, and the judge itself: it must be able to say no.
import assert from 'node:assert/strict';
import type { ApiAnswer } from '../../support/api-proxy.ts';
import { CONTROL_PLANE_TIMEOUT_MS } from '../../support/shared-control-plane.ts';
import { type Case, casesOf, dotted } from './cases.ts';
import { liveAll } from './ends.ts';
import { pathsIn } from './mutate.ts';
import { judgeAnswer } from './refusal.ts';
import { type Server, complaintsOf, openServer, sendAll } from './server.ts';
import { shrunk } from './shrink.ts';

const COUNT = 500;
const LIVES = 24;
const SEED = 20_260_101;

const wrongReplicas: Case = {
  index: 0,
  kind: 'FinanceCloudEnvironment',
  way: 'create',
  object: { metadata: { name: 'bank' }, spec: { modules: [{ servers: { replicas: 0 } }], mode: 'Enforce' } },
  mutations: [{ path: ['spec', 'modules', 0, 'servers', 'replicas'], what: '= 0' }],
};
const refusal = (status: number, field: string, message: string): ApiAnswer => ({
  status,
  message,
  body: { details: { causes: [{ field, message }] } },
});

describe('the judge of refusals', () => {
  const cases: readonly (readonly [string, ApiAnswer, number])[] = [
    ['the very field is named', refusal(422, 'spec.modules[0].servers.replicas', 'must be 1 or more'), 0],
    ['what stands beside it may be named', refusal(422, 'spec.modules[0].servers', 'replicas must be 1 or more'), 0],
    ['another field does not explain it', refusal(422, 'spec.mode', 'is not supported'), 1],
    ['a sentence without a field helps nobody', refusal(422, '<nil>', 'is invalid'), 1],
    ['a field without a sentence neither', refusal(422, 'spec.modules[0].servers.replicas', ''), 1],
    ['an error of the server is no refusal', refusal(500, 'spec.modules[0].servers.replicas', 'panic'), 1],
    ['a rule that costs too much is a fault of the rule', refusal(422, 'spec.modules', 'call cost limit exceeded'), 1],
    ['no cause at all', { status: 422, message: 'is invalid', body: {} }, 1],
  ];
  for (const [why, answer, complaints] of cases)
    it(why, () => assert.equal(judgeAnswer(answer, wrongReplicas).complaints.length, complaints));

  it('a right object that is refused is a complaint', () => {
    const answer = refusal(422, 'spec.mode', 'is not supported');
    assert.equal(judgeAnswer(answer, { ...wrongReplicas, mutations: [] }).complaints.length, 1);
  });

  it('an update is explained by what it changes', () => {
    const update: Case = { ...wrongReplicas, way: 'update', mutations: [] };
    const answer = refusal(422, 'spec.network.cidr', 'cannot be changed');
    const before = { spec: { ...update.object.spec, network: { cidr: '10.0.0.0/8' } } };
    assert.deepEqual(judgeAnswer(answer, update, before).complaints, []);
    assert.equal(
      judgeAnswer(answer, update, { spec: { ...update.object.spec, mode: 'Observe' } }).complaints.length,
      1,
    );
  });
});

it('a failing case is made small', async () => {
  const [one] = casesOf(SEED, 50).filter(({ kind, way }) => kind === 'SecurityZone' && way === 'create');
  assert.ok(one !== undefined);
  const small = await shrunk(one, ({ object }) => Promise.resolve(object.spec?.tier !== undefined), 200);
  assert.deepEqual(Object.keys(small.object.spec), ['tier']);
});

describe('random specs', function () {
  this.timeout(CONTROL_PLANE_TIMEOUT_MS);
  const all = casesOf(SEED, COUNT);
  let server: Server;
  before(async () => {
    server = await openServer();
  });
  after(() => server.stop());

  it('are the same for the same seed, and most of them are wrong somewhere', () => {
    assert.deepEqual(casesOf(SEED, 20), all.slice(0, 20));
    const wrong = all.filter(({ mutations }) => mutations.length > 0);
    assert.ok(wrong.length > COUNT / 2);
    const places = new Set(wrong.flatMap(({ mutations }) => mutations.map(({ path }) => dotted(path))));
    assert.ok(places.size > 100, `${places.size} places`);
    assert.ok(all.every(({ object }) => pathsIn(object).length > 0));
  });

  it(`${COUNT} of them: each refusal names its field, each accepted one ends Ready or with a reason`, async () => {
    const answered = await sendAll(server, all);
    assert.deepEqual(complaintsOf(answered), []);
    const accepted = answered.filter(({ verdict }) => verdict === 'accepted');
    assert.ok(accepted.length > COUNT / 10 && accepted.length < COUNT / 2, `${accepted.length} accepted`);
    const ends = await liveAll(accepted.filter((_, n) => n % 4 === 0).slice(0, LIVES));
    assert.deepEqual(ends.complaints, []);
    assert.ok(ends.reasons.has('Succeeded'), 'something gets ready');
  });
});

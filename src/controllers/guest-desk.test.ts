// The desk in virtual time, over a cloud whose guests answer what the test says.
import assert from 'node:assert/strict';
import type { Call } from '../cloud/call.ts';
import { silentLogger } from '../kernel/logger.ts';
import { F, recordedServers } from '../../test/support/builders.ts';
import { runningServers } from '../../test/support/cloud-records.ts';
import { ok, recordedCloud, refused } from '../../test/support/recorded-cloud.ts';
import { viewOf } from '../../test/support/view.ts';
import { VirtualClock } from '../../test/support/virtual-clock.ts';
import { GuestDesk } from './guest-desk.ts';
import type { LocalRequest, StartUpSpec } from './kind.ts';
import { type LiveServer, liveServers } from './parts/fleet.ts';

const spec: StartUpSpec = { units: ['nginx.service'], probe: 'AfterBoot', repair: 'EnableAndStart' };
const request: LocalRequest = { host: '', port: 8080, path: '/', codes: ['http_2xx'] };
const GOOD = 'u 1 enabled active\n';
const OFF = 'u 1 disabled inactive\n';

function servers(
  count: number,
  more: { readonly startedAt?: string; readonly state?: string } = {},
): readonly LiveServer[] {
  const recorded = recordedServers(
    'web',
    Array.from({ length: count }, () => F),
  );
  return liveServers(recorded, viewOf({ records: { Server: runningServers(recorded, more) } })).servers;
}
const idsOf = (call: Call): readonly string[] =>
  Array.isArray(call.params['InstanceId']) ? call.params['InstanceId'].map(String) : [];

const nameOf = (call: Call): string => JSON.stringify(call.params['Name']).replaceAll(/"|finance-cloud-operator-/g, '');

/** A desk whose guests print `output()`; `asked` are the commands, with how many servers each went to. */
function open(
  output: (asked: readonly string[]) => string,
  answers: () => boolean = () => true,
  refusal = refused('transient'),
  runMs = 0,
) {
  const asked: string[] = [];
  const tokens: string[] = [];
  const news: string[] = [];
  let targets: readonly string[] = [];
  const client = recordedCloud((call) => {
    if (call.action === 'DescribeCloudAssistantStatus') {
      return ok({
        InstanceCloudAssistantStatusSet: {
          InstanceCloudAssistantStatus: idsOf(call).map((id) => ({
            InstanceId: id,
            CloudAssistantStatus: 'true',
            OSType: 'Linux',
          })),
        },
      });
    }
    if (!answers()) return refusal;
    if (call.action === 'RunCommand') {
      targets = idsOf(call);
      asked.push(`${nameOf(call)} x${targets.length}`);
      return ok({ CommandId: 'c', InvokeId: 't' });
    }
    const text = Buffer.from(output(asked), 'utf8').toString('base64');
    return ok({
      Invocation: {
        NextToken: '',
        InvocationResults: {
          InvocationResult: targets.map((id) => ({
            InstanceId: id,
            InvocationStatus: 'Success',
            ExitCode: 0,
            ErrorCode: '',
            Output: text,
          })),
        },
      },
    });
  });
  const clock = new VirtualClock();
  const desk = new GuestDesk({
    region: 'r',
    owner: 'bank',
    reader: client,
    clock,
    log: silentLogger,
    limits: { agentGraceMs: 300_000, retryMs: 30_000, periodMs: 600_000 },
    news: (key) => news.push(key),
    prober: {
      run: async (call, options) => {
        tokens.push(options.token);
        const answer = client.run(call, options);
        if (runMs > 0) await clock.sleep(runMs);
        return answer;
      },
    },
  });
  return { desk, clock, asked, tokens, news, guests: desk.for('owner') };
}

/** Every server that a test may have on record. */
const onRecord: ReadonlySet<string> = new Set(servers(200).map(({ id }) => id));

describe('GuestDesk', () => {
  it('forgets who is on record no more: neither its own memory nor the record grows with every server that was replaced', async () => {
    const { guests, clock } = open(() => GOOD);
    const three = servers(3);
    for (const server of three) guests.startUp(server, spec);
    await clock.advance(2000);
    const ids = (of: ReadonlySet<string>) => guests.judged(of).map(({ id }) => id);
    assert.deepEqual(ids(onRecord), ['i-web-0', 'i-web-1', 'i-web-2']);
    assert.deepEqual(ids(new Set(['i-web-1'])), ['i-web-1']);
    assert.deepEqual(ids(onRecord), ['i-web-1']);
  });

  it('asks all servers of one question with one command, and tells the owner', async () => {
    const { guests, clock, asked, news } = open(() => GOOD);
    const three = servers(3);
    assert.deepEqual(
      three.map((server) => guests.startUp(server, spec).kind),
      ['asking', 'asking', 'asking'],
    );
    await clock.advance(2000);
    assert.deepEqual(asked, ['CheckUnits x3']);
    assert.deepEqual(
      three.map((server) => guests.startUp(server, spec).kind),
      ['good', 'good', 'good'],
    );
    assert.deepEqual(news, ['owner', 'owner', 'owner']);
    assert.deepEqual(
      guests.judged(onRecord),
      [0, 1, 2].map((n) => ({ id: `i-web-${n}`, bootedAt: '2026-01-01T00:01:00Z' })),
    );
    await clock.advance(3_600_000);
    assert.equal(asked.length, 1, 'once after each boot');
  });

  it('commands 100 servers at a time', async () => {
    const { guests, clock, asked } = open(() => GOOD);
    for (const server of servers(130)) guests.startUp(server, spec);
    await clock.advance(2000);
    assert.deepEqual(asked.toSorted(), ['CheckUnits x100', 'CheckUnits x30']);
  });

  it('repairs, and verifies by asking again, each time with a token of its own', async () => {
    const { guests, clock, asked, tokens } = open((sent) => (sent.includes('EnableAndStartUnits x1') ? GOOD : OFF));
    const [server] = servers(1);
    assert.ok(server !== undefined);
    guests.startUp(server, spec);
    await clock.advance(5000);
    assert.deepEqual(asked, ['CheckUnits x1', 'EnableAndStartUnits x1', 'CheckUnits x1']);
    assert.equal(guests.startUp(server, spec).kind, 'repaired');
    assert.equal(new Set(tokens).size, 3);
  });

  const periodic: StartUpSpec = { ...spec, probe: 'Periodic' };
  for (const { why, reach, declared, expected, verdict } of [
    {
      why: 'nothing runs in a guest while writes are stopped',
      reach: 'Nothing',
      declared: periodic,
      expected: [],
      verdict: 'not-asked',
    },
    {
      why: 'a probe by default is no wish to run commands under Observe',
      reach: 'Look',
      declared: spec,
      expected: [],
      verdict: 'not-asked',
    },
    {
      why: 'Observe looks where that is declared, and mends nothing',
      reach: 'Look',
      declared: periodic,
      expected: ['CheckUnits x1'],
      verdict: 'broken',
    },
  ] as const)
    it(why, async () => {
      const { guests, clock, asked } = open(() => OFF);
      const [server] = servers(1);
      assert.ok(server !== undefined);
      guests.allow(reach);
      guests.startUp(server, declared);
      assert.equal(guests.gate(server, [request]), 'asking');
      await clock.advance(60_000);
      assert.deepEqual(asked, expected);
      assert.equal(guests.startUp(server, declared).kind, verdict);
    });

  it('a repair that was due when writes were stopped waits, and is made when they go on', async () => {
    const { guests, clock, asked } = open((sent) => (sent.includes('EnableAndStartUnits x1') ? GOOD : OFF));
    const [server] = servers(1);
    assert.ok(server !== undefined);
    guests.startUp(server, spec);
    guests.allow('Nothing');
    await clock.advance(60_000);
    assert.deepEqual(asked, []);
    assert.equal(guests.startUp(server, spec).kind, 'not-asked');
    guests.allow('Repair');
    guests.startUp(server, spec);
    await clock.advance(60_000);
    assert.equal(guests.startUp(server, spec).kind, 'repaired');
  });

  it('asks again after a reboot, also one within the same minute', async () => {
    const { guests, clock, asked } = open(() => GOOD);
    const visit = async (more: Parameters<typeof servers>[1]) => {
      for (const server of servers(1, more)) guests.startUp(server, spec);
      await clock.advance(2000);
    };
    await visit({});
    await visit({ startedAt: '2026-01-01T00:05Z' });
    assert.equal(asked.length, 2, 'another boot time');
    await visit({ startedAt: '2026-01-01T00:05Z', state: 'Stopped' });
    await visit({ startedAt: '2026-01-01T00:05Z' });
    assert.equal(asked.length, 3, 'it was seen down');
  });

  it('does not ask about a boot that an earlier process judged', async () => {
    const { guests, clock, asked } = open(() => GOOD);
    guests.know([{ id: 'i-web-0', bootedAt: '2026-01-01T00:01:00Z' }]);
    assert.deepEqual(
      servers(2).map((server) => guests.startUp(server, spec).kind),
      ['good', 'asking'],
    );
    await clock.advance(2000);
    assert.deepEqual(asked, ['CheckUnits x1']);
  });

  it('asks anew when other units are declared', async () => {
    const { guests, clock, asked } = open(() => GOOD);
    const [server] = servers(1);
    assert.ok(server !== undefined);
    guests.startUp(server, spec);
    await clock.advance(2000);
    assert.equal(guests.startUp(server, { ...spec, units: ['other.service'] }).kind, 'asking');
    await clock.advance(2000);
    assert.equal(asked.length, 2);
  });

  it('a server that does not run is not asked', async () => {
    const { guests, clock, asked } = open(() => GOOD);
    for (const server of servers(1, { state: 'Stopped' })) assert.equal(guests.startUp(server, spec).kind, 'asking');
    await clock.advance(60_000);
    assert.deepEqual(asked, []);
  });

  it('a gate passes when the listener’s own request is answered inside the guest, and is asked until then', async () => {
    let status = 'h 404\n';
    const { guests, clock, asked } = open(() => status);
    const [server] = servers(1);
    assert.ok(server !== undefined);
    assert.equal(guests.gate(server, [request]), 'asking');
    await clock.advance(1500);
    assert.equal(guests.gate(server, [request]), 'failed');
    status = 'h 200\n';
    await clock.advance(5000);
    assert.equal(guests.gate(server, [request]), 'passed');
    const count = asked.length;
    await clock.advance(60_000);
    assert.equal(asked.length, count, 'a passed gate is not asked again');
  });

  it('asks nothing once it is closed', async () => {
    const { guests, clock, asked, desk } = open(() => GOOD);
    for (const server of servers(1)) guests.startUp(server, spec);
    desk.close();
    await clock.advance(60_000);
    assert.deepEqual(asked, []);
  });

  it('lives through a cloud that refuses, says so after the grace, and asks again', async () => {
    let up = false;
    const { guests, clock } = open(
      () => (up ? GOOD : ''),
      () => up,
    );
    const [server] = servers(1);
    assert.ok(server !== undefined);
    guests.startUp(server, spec);
    await clock.advance(200_000);
    assert.equal(guests.startUp(server, spec).kind, 'asking');
    await clock.advance(200_000);
    assert.equal(guests.startUp(server, spec).kind, 'unanswered');
    up = true;
    await clock.advance(60_000);
    assert.equal(guests.startUp(server, spec).kind, 'good');
  });

  it('says which right is missing as soon as it is refused, and forgets it once it is granted', async () => {
    let granted = false;
    const { guests, clock, news } = open(
      () => 'h 200\n',
      () => granted,
      refused('rights', { action: 'RunCommand' }),
    );
    const [server] = servers(1);
    assert.ok(server !== undefined);
    guests.gate(server, [request]);
    await clock.advance(1500);
    assert.equal(guests.lacks(server.id), 'ecs:RunCommand');
    assert.ok(news.length > 0, 'whoever waits for it is visited');
    granted = true;
    await clock.advance(10_000);
    assert.deepEqual([guests.lacks(server.id), guests.gate(server, [request])], [undefined, 'passed']);
  });

  it('forgets an owner that is gone', async () => {
    const { guests, clock, asked, desk } = open(() => GOOD);
    for (const server of servers(1)) guests.startUp(server, spec);
    desk.forget('owner');
    await clock.advance(60_000);
    assert.deepEqual([asked, guests.judged(onRecord)], [[], []]);
  });
});

describe('GuestDesk, several owners and questions', () => {
  const two = () => {
    const [one, other] = servers(2);
    assert.ok(one !== undefined && other !== undefined);
    return [one, other] as const;
  };
  const rights = refused('rights', { action: 'RunCommand' });
  const granting = (granted: () => boolean) => open(() => GOOD, granted, rights);

  it('forgets of an owner that is gone what was judged, and nothing of others', async () => {
    const { desk, clock, asked } = open(() => GOOD);
    const [one, other] = two();
    const [a, b] = [desk.for('a'), desk.for('b')];
    a.startUp(one, spec);
    b.startUp(other, spec);
    await clock.advance(2000);
    desk.forget('a');
    assert.deepEqual([a.judged(onRecord), b.judged(onRecord).map(({ id }) => id)], [[], ['i-web-1']]);
    assert.deepEqual([a.startUp(one, spec).kind, b.startUp(other, spec).kind], ['asking', 'good']);
    await clock.advance(2000);
    assert.deepEqual(asked, ['CheckUnits x2', 'CheckUnits x1']);
  });

  it('forgets of an owner that is gone its gates, and no gate of others', async () => {
    const { desk, clock } = open(() => 'h 200\n');
    const [one, other] = two();
    const [a, b] = [desk.for('a'), desk.for('b')];
    a.gate(one, [request]);
    b.gate(other, [request]);
    await clock.advance(2000);
    desk.forget('a');
    assert.deepEqual([a.gate(one, [request]), b.gate(other, [request])], ['asking', 'passed']);
  });

  it('forgets of an owner that is gone which right was missing and how far questions went', async () => {
    const { desk, clock, asked } = granting(() => false);
    const [one, other] = two();
    const [a, b] = [desk.for('a'), desk.for('b')];
    a.startUp(one, spec);
    b.startUp(other, spec);
    await clock.advance(2000);
    assert.deepEqual([a.lacks(one.id), b.lacks(other.id)], ['ecs:RunCommand', 'ecs:RunCommand']);
    a.allow('Nothing');
    desk.forget('a');
    assert.deepEqual([a.lacks(one.id), b.lacks(other.id)], [undefined, 'ecs:RunCommand']);
    assert.equal(a.startUp(one, spec).kind, 'asking', 'whoever has its name next begins anew');
    assert.deepEqual(asked, []);
  });

  it('notes nothing for an owner that went while its gate was asked', async () => {
    const { desk, clock } = open(
      () => '',
      () => false,
      rights,
      5000,
    );
    const [one] = two();
    const a = desk.for('a');
    a.gate(one, [request]);
    await clock.advance(1000);
    desk.forget('a');
    await clock.advance(20_000);
    assert.equal(a.lacks(one.id), undefined);
  });

  it('asks a gate neither before its time nor once it passed, whatever else is asked meanwhile', async () => {
    let output = 'h 404\n';
    const { guests, clock, asked } = open(() => output);
    const [one, other] = two();
    const gates = () => asked.filter((what) => what.startsWith('RequestLocally')).length;
    guests.gate(one, [request]); // fails at once, and is due again in two seconds
    await clock.advance(500);
    output = GOOD;
    guests.startUp(one, spec);
    await clock.advance(500);
    assert.equal(gates(), 1);
    output = 'h 200\n';
    await clock.advance(1000);
    assert.deepEqual(
      [gates(), guests.gate(one, [request])],
      [2, 'passed'],
      'it was not forgotten for the other question',
    );
    output = GOOD;
    guests.startUp(other, spec);
    await clock.advance(60_000);
    assert.equal(gates(), 2);
  });

  it('names as judged what is good and will not be asked again in this boot, by id', async () => {
    const { desk, clock } = open(() => GOOD);
    const [one, other] = two();
    const [third] = servers(3).slice(2);
    assert.ok(third !== undefined);
    const a = desk.for('a');
    a.startUp(other, spec);
    a.startUp(one, spec);
    a.startUp(third, { ...spec, probe: 'Periodic' });
    desk.for('b').startUp({ ...third, id: 'i-b' }, spec);
    await clock.advance(2000);
    assert.deepEqual(
      a.judged(onRecord).map(({ id }) => id),
      ['i-web-0', 'i-web-1'],
    );
  });

  it('names nothing as judged that is not good', async () => {
    const { guests, clock } = open(() => OFF);
    const [one] = two();
    guests.startUp(one, { ...spec, repair: 'Report' });
    await clock.advance(2000);
    assert.deepEqual(
      [guests.startUp(one, { ...spec, repair: 'Report' }).kind, guests.judged(onRecord)],
      ['broken', []],
    );
  });

  it('knows also while nothing may be asked what an earlier process judged', () => {
    const { guests } = open(() => GOOD);
    const [one, other] = two();
    guests.know([{ id: one.id, bootedAt: '2026-01-01T00:01:00Z' }]);
    guests.allow('Nothing');
    assert.deepEqual([guests.startUp(one, spec).kind, guests.startUp(other, spec).kind], ['good', 'not-asked']);
  });

  it('asks a periodic probe whatever an earlier process judged', async () => {
    const { guests, clock, asked } = open(() => GOOD);
    const [one] = two();
    guests.know([{ id: one.id, bootedAt: '2026-01-01T00:01:00Z' }]);
    assert.equal(guests.startUp(one, { ...spec, probe: 'Periodic' }).kind, 'asking');
    await clock.advance(2000);
    assert.deepEqual(asked, ['CheckUnits x1']);
  });

  it('asks nothing that was due for a repair once only looking is allowed, nor a report when nothing is', async () => {
    const { guests, clock, asked } = open(() => OFF);
    const [one, other] = two();
    guests.startUp(one, { ...spec, probe: 'Periodic' });
    guests.allow('Look');
    await clock.advance(2000);
    guests.allow('Nothing');
    guests.startUp(other, { ...spec, probe: 'Periodic', repair: 'Report' });
    await clock.advance(2000);
    assert.deepEqual(asked, []);
  });

  it('a gate of several requests passes when all of them did', async () => {
    const { guests, clock } = open(() => 'h 200\n');
    const [one] = two();
    const second = { ...request, path: '/other' };
    guests.gate(one, [request]);
    await clock.advance(2000);
    assert.equal(guests.gate(one, [request, second]), 'asking');
    await clock.advance(2000);
    assert.equal(guests.gate(one, [request, second]), 'passed');
    assert.equal(guests.gate(one, []), 'passed');
  });

  it('asks a gate again every two seconds, each time with a token of its own, and tells its owner', async () => {
    const { guests, clock, asked, tokens, news } = open(() => 'h 503\n');
    const [one] = two();
    guests.gate(one, [request]);
    await clock.advance(9000);
    assert.equal(asked.length, 5);
    assert.equal(new Set(tokens).size, 5);
    assert.equal(news.length, 5);
  });

  it('asks who comes later at once, and who failed in its own time, without being asked to', async () => {
    let up = false;
    const { guests, clock, asked } = open(
      () => GOOD,
      () => up,
    );
    const [one, other] = two();
    guests.startUp(one, spec); // fails, and is due again in half a minute
    await clock.advance(1000);
    up = true;
    guests.startUp(other, spec);
    await clock.advance(1000);
    assert.deepEqual([asked, guests.startUp(other, spec).kind], [['CheckUnits x1'], 'good']);
    await clock.advance(28_000);
    assert.deepEqual(asked, ['CheckUnits x1', 'CheckUnits x1']);
  });

  it('asks nobody twice while a command is under way', async () => {
    const { guests, clock, asked } = open(() => GOOD, undefined, undefined, 5000);
    const [one, other] = two();
    guests.startUp(one, spec);
    await clock.advance(1000);
    guests.startUp(other, spec);
    await clock.advance(1000);
    assert.deepEqual(asked, ['CheckUnits x1', 'CheckUnits x1']);
    await clock.advance(60_000);
    assert.equal(asked.length, 2);
  });

  it('asks no gate twice while its request is under way', async () => {
    const { guests, clock, asked } = open(() => 'h 200\n', undefined, undefined, 5000);
    const [one, other] = two();
    guests.gate(one, [request]);
    await clock.advance(1000);
    guests.gate(other, [request]);
    await clock.advance(1000);
    assert.equal(asked.length, 2);
  });

  it('tells its owner of an answer that changed something, and not of the same once more', async () => {
    const { guests, clock, asked, news } = open(() => GOOD);
    const [one] = two();
    guests.startUp(one, { ...spec, probe: 'Periodic' });
    await clock.advance(1_900_000);
    assert.ok(asked.length >= 3);
    assert.equal(news.length, 1);
  });

  it('tells its owner that a right is missing, once, and that it was granted', async () => {
    let granted = false;
    const { guests, clock, news } = granting(() => granted);
    const [one] = two();
    guests.startUp(one, spec);
    await clock.advance(100_000);
    assert.deepEqual([news.length, guests.lacks(one.id)], [1, 'ecs:RunCommand']);
    granted = true;
    await clock.advance(60_000);
    assert.deepEqual([news.length, guests.lacks(one.id)], [3, undefined], 'of the right, and that all is well');
  });

  it('arms no timer once it is closed', async () => {
    const { guests, clock, desk, asked } = open(() => GOOD);
    const [one] = two();
    desk.close();
    guests.startUp(one, spec);
    guests.gate(one, [request]);
    assert.equal(clock.pending, 0);
    await clock.advance(60_000);
    assert.deepEqual(asked, []);
  });
});

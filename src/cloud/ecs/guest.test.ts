import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { ok, recordedCloud, refused, type Script } from '../../../test/support/recorded-cloud.ts';
import type { ParamValue } from '../call.ts';
import { scriptFor } from './guest-script.ts';
import { answers, ask, type Invocation } from './guest.ts';
import type { GuestQuestion } from './model.ts';

const check: GuestQuestion = {
  kind: 'CheckUnits',
  serverIds: ['i-1', 'i-2'],
  units: ['bank-web.service', 'bank-app.service'],
};
const local: GuestQuestion = {
  kind: 'RequestLocally',
  serverIds: ['i-1'],
  units: [],
  request: { method: 'GET', host: 'bank.example.com', port: 8080, path: '/app/health' },
};

const agents = (...list: readonly (readonly [string, string, string?])[]) =>
  ok({
    InstanceCloudAssistantStatusSet: {
      InstanceCloudAssistantStatus: list.map(([id, online, os]) => ({
        InstanceId: id,
        CloudAssistantStatus: online,
        OSType: os ?? 'Linux',
      })),
    },
  });

const online = (ids: ParamValue | undefined) =>
  agents(...(Array.isArray(ids) ? ids : []).map((id) => [String(id), 'true'] as const));

const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');
const result = (id: string, more: object) => ({
  InstanceId: id,
  InvocationStatus: 'Success',
  ExitCode: 0,
  ErrorCode: '',
  ...more,
});
const results = (list: readonly object[], next = '') =>
  ok({ Invocation: { NextToken: next, InvocationResults: { InvocationResult: list } } });

async function asking(question: GuestQuestion, script: Script) {
  const cloud = recordedCloud(script);
  return { asked: await ask(question, { region: 'r1', reader: cloud, prober: cloud, token: 't1' }), cloud };
}

describe('ask', () => {
  it('sends one command to the servers that can be asked, and settles the others at once', async () => {
    const question = { ...check, serverIds: ['i-1', 'i-2', 'i-3', 'i-4'] };
    const { asked, cloud } = await asking(question, [
      agents(['i-1', 'true'], ['i-2', 'false'], ['i-3', 'true', 'Windows']),
      ok({ CommandId: 'c-1', InvokeId: 't-1' }),
    ]);
    assert.deepEqual(asked, {
      kind: 'asked',
      invocation: {
        invokeId: 't-1',
        question,
        asked: ['i-1'],
        settled: [
          { kind: 'agent-offline', serverId: 'i-2' },
          { kind: 'unsupported-os', serverId: 'i-3' },
          { kind: 'agent-offline', serverId: 'i-4' },
        ],
      },
    });
    const { CommandContent: content, ...command } = cloud.asked[1]?.call.params ?? {};
    assert.ok(typeof content === 'string');
    assert.deepEqual(command, {
      RegionId: 'r1',
      Name: 'finance-cloud-operator-CheckUnits',
      Type: 'RunShellScript',
      ContentEncoding: 'Base64',
      RepeatMode: 'Once',
      KeepCommand: false,
      Timeout: 60,
      InstanceId: ['i-1'],
    });
    assert.deepEqual([cloud.asked[1]?.face, cloud.asked[1]?.token], ['run', 't1']);
    assert.match(
      Buffer.from(content, 'base64').toString('utf8'),
      /\nmain -- 'bank-web\.service' 'bank-app\.service'\n$/,
    );
  });

  it('runs nothing when nobody can be asked', async () => {
    const { asked, cloud } = await asking(check, [agents()]);
    assert.equal(asked.kind === 'asked' && asked.invocation.settled.length, 2);
    assert.equal(cloud.asked.length, 1);
  });

  it('asks for 50 agents at a time and commands 100 servers at once', async () => {
    const serverIds = Array.from({ length: 100 }, (_, index) => `i-${index}`);
    const { asked, cloud } = await asking({ ...check, serverIds }, (call) =>
      call.action === 'RunCommand' ? ok({ InvokeId: 't-1' }) : online(call.params['InstanceId']),
    );
    assert.equal(asked.kind === 'asked' && asked.invocation.asked.length, 100);
    assert.deepEqual(
      cloud.asked.map((one) => one.call.action),
      ['DescribeCloudAssistantStatus', 'DescribeCloudAssistantStatus', 'RunCommand'],
    );
    const more = await asking({ ...check, serverIds: [...serverIds, 'i-100'] }, []);
    assert.deepEqual(more.asked, { kind: 'refused', why: 'more than 100 servers' });
  });

  const ends = [
    { why: 'the gate', answer: { kind: 'held', reason: 'frozen' } as const, want: 'held' },
    { why: 'the cloud', answer: refused('rights'), want: 'failed' },
    { why: 'an answer without an invocation', answer: ok({}), want: 'failed' },
  ];
  for (const { why, answer, want } of ends) {
    it(`ends as ${want} because of ${why}`, async () => {
      assert.equal((await asking(check, [agents(['i-1', 'true']), answer])).asked.kind, want);
    });
  }
});

describe('answers', () => {
  const invocation: Invocation = { invokeId: 't-1', question: check, asked: ['i-1'], settled: [] };
  const answerOf = async (question: GuestQuestion, one: object) => {
    const cloud = recordedCloud([results([one])]);
    const read = await answers({ ...invocation, question }, { region: 'r1', reader: cloud });
    return read.kind === 'ok' ? read.answers[0] : read;
  };

  const units = (...states: readonly [boolean, boolean][]) =>
    states.map(([enabled, active], index) => ({ unit: check.units[index], enabled, active }));
  const outputs = [
    {
      why: 'both enabled and running',
      output: 'u 1 enabled active\nu 2 enabled active\n',
      want: units([true, true], [true, true]),
    },
    {
      why: 'switched off but running',
      output: 'u 1 disabled active\nu 2 enabled inactive\n',
      want: units([false, true], [true, false]),
    },
    {
      why: 'enabled only until the next boot',
      output: 'u 1 enabled-runtime active\nu 2 static failed\n',
      want: units([false, true], [true, false]),
    },
    {
      why: 'a unit that does not exist',
      output: 'u 1 - inactive\nu 2 masked inactive\n',
      want: units([false, false], [false, false]),
    },
    {
      why: 'noise of the guest around it',
      output: 'motd\r\nu 1 enabled active\r\nu 2 enabled active\r\nbye',
      want: units([true, true], [true, true]),
    },
  ];
  for (const { why, output, want } of outputs) {
    it(`reads ${why}`, async () => {
      assert.deepEqual(await answerOf(check, result('i-1', { Output: base64(output) })), {
        kind: 'answered',
        serverId: 'i-1',
        units: want,
      });
    });
  }

  const ends = [
    {
      why: 'half an answer is none',
      one: result('i-1', { Output: base64('u 1 enabled active\n') }),
      kind: 'failed',
      code: 'ExitCode.0',
    },
    { why: 'not finished', one: result('i-1', { InvocationStatus: 'Running' }), kind: 'pending' },
    { why: 'not even begun', one: result('i-1', { InvocationStatus: 'Pending' }), kind: 'pending' },
    { why: 'not told of yet', one: result('i-9', {}), kind: 'pending' },
    {
      why: 'the agent went away',
      one: result('i-1', { InvocationStatus: 'Failed', ErrorCode: 'ClientNotRunning' }),
      kind: 'agent-offline',
    },
    {
      why: 'the server went down',
      one: result('i-1', { InvocationStatus: 'Failed', ErrorCode: 'InstanceNotRunning' }),
      kind: 'agent-offline',
    },
    {
      why: 'no shell there',
      one: result('i-1', { InvocationStatus: 'Failed', ErrorCode: 'CommandNotApplicable' }),
      kind: 'unsupported-os',
    },
    {
      why: 'time ran out',
      one: result('i-1', { InvocationStatus: 'Timeout', ErrorCode: 'ExecutionTimeout', ErrorInfo: 'late' }),
      kind: 'failed',
      code: 'ExecutionTimeout',
    },
    {
      why: 'more than 4 KiB: what lies behind is not read',
      one: result('i-1', { Output: base64(`${'x'.repeat(5000)}\nu 1 enabled active\nu 2 enabled active\n`) }),
      kind: 'failed',
      code: 'ExitCode.0',
    },
  ];
  for (const { why, one, kind, code } of ends) {
    it(why, async () => {
      const answer = await answerOf(check, one);
      assert.equal(answer?.kind, kind);
      assert.equal(answer?.kind === 'failed' ? answer.code : undefined, code);
    });
  }

  const statuses = [
    { why: 'the status of the local request', output: 'h 200\n', want: 200 },
    { why: 'nobody listens', output: 'h 000\n', want: 0 },
    { why: 'no curl in the guest', output: 'h -\n', want: undefined },
  ];
  for (const { why, output, want } of statuses) {
    it(`reads ${why}`, async () => {
      const answer = await answerOf(local, result('i-1', { Output: base64(output) }));
      assert.equal(answer?.kind === 'answered' ? answer.httpStatus : undefined, want);
      assert.equal(answer?.kind, want === undefined ? 'failed' : 'answered');
    });
  }

  it('reads all pages, and keeps what was settled before', async () => {
    const cloud = recordedCloud([
      results([result('i-1', { Output: base64('u 1 enabled active\nu 2 enabled active\n') })], 'T1'),
      results([]),
    ]);
    const read = await answers(
      { ...invocation, asked: ['i-1', 'i-2'], settled: [{ kind: 'agent-offline', serverId: 'i-3' }] },
      { region: 'r1', reader: cloud },
    );
    assert.ok(read.kind === 'ok');
    assert.deepEqual(
      read.answers.map((answer) => [answer.serverId, answer.kind]),
      [
        ['i-3', 'agent-offline'],
        ['i-1', 'answered'],
        ['i-2', 'pending'],
      ],
    );
    const asked = { RegionId: 'r1', InvokeId: 't-1', ContentEncoding: 'Base64', MaxResults: 50 };
    assert.deepEqual(
      cloud.asked.map((one) => one.call.params),
      [asked, { ...asked, NextToken: 'T1' }],
    );
  });

  it('asks nothing about a command that never ran', async () => {
    const read = await answers(
      { ...invocation, invokeId: '', asked: [], settled: [{ kind: 'agent-offline', serverId: 'i-1' }] },
      { region: 'r1', reader: recordedCloud([]) },
    );
    assert.deepEqual(read, { kind: 'ok', answers: [{ kind: 'agent-offline', serverId: 'i-1' }] });
  });
});

describe('scriptFor', () => {
  const refusals: readonly { readonly why: string; readonly question: GuestQuestion }[] = [
    { why: 'a quote in a unit', question: { ...check, units: ["a'; reboot; '.service"] } },
    { why: 'an option for a unit', question: { ...check, units: ['--root=x.service'] } },
    { why: 'a line end in a unit', question: { ...check, units: ['a.service\nreboot.service'] } },
    { why: 'another kind of unit', question: { ...check, units: ['a.timer'] } },
    { why: 'a unit of systemd itself', question: { ...check, units: ['systemd-journald.service'] } },
    { why: 'the rescue shell', question: { ...check, units: ['rescue.service'] } },
    { why: 'no units', question: { ...check, units: [] } },
    { why: 'no request', question: { ...check, kind: 'RequestLocally' } },
    {
      why: 'a quote in a path',
      question: { ...local, request: { method: 'GET', host: '', port: 80, path: "/'$(reboot)" } },
    },
    {
      why: 'a path without a slash',
      question: { ...local, request: { method: 'GET', host: '', port: 80, path: 'health' } },
    },
    { why: 'a blank in a host', question: { ...local, request: { method: 'GET', host: 'a b', port: 80, path: '/' } } },
    {
      why: 'a port out of range',
      question: { ...local, request: { method: 'GET', host: '', port: 65_536, path: '/' } },
    },
  ];
  for (const { why, question } of refusals)
    it(`refuses ${why}`, () => assert.equal(scriptFor(question).kind, 'refused'));

  // Really run by sh: every stub writes down its arguments, one a line, so that nothing hidden in a name stays unseen.
  let folder = '';
  let log = '';
  const stub = (name: string, body: string) =>
    writeFileSync(join(folder, name), `#!/bin/sh\nprintf '%s\\n' "$@" >> '${log}'\n${body}\n`, { mode: 0o755 });
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'guest-script-'));
    log = join(folder, 'log');
    stub('systemctl', 'case $1 in is-enabled) echo disabled; exit 1;; is-active) echo active;; esac');
    stub('curl', 'printf 404');
  });
  after(() => rmSync(folder, { recursive: true }));

  const run = (question: GuestQuestion) => {
    const command = scriptFor(question);
    assert.ok(command.kind === 'ok');
    writeFileSync(log, '');
    const printed = execFileSync('/bin/sh', ['-c', command.script], { env: { PATH: folder }, encoding: 'utf8' });
    const called = execFileSync('/bin/cat', [log], { encoding: 'utf8' }).trim().split('\n');
    return { printed, called };
  };

  it('asks systemctl for each unit, names after --', () => {
    const { printed, called } = run(check);
    assert.equal(printed, 'u 1 disabled active\nu 2 disabled active\n');
    const each = check.units.flatMap((unit) => ['is-enabled', '--', unit, 'is-active', '--', unit]);
    assert.deepEqual(called, each);
  });

  const repairs = [
    { kind: 'EnableUnits', verbs: ['enable'] },
    { kind: 'EnableAndStartUnits', verbs: ['enable', 'start'] },
  ] as const;
  for (const { kind, verbs } of repairs) {
    it(`${kind} repairs first and looks afterwards`, () => {
      const { printed, called } = run({ ...check, kind });
      assert.equal(printed, 'u 1 disabled active\nu 2 disabled active\n');
      const repaired = verbs.flatMap((verb) => check.units.flatMap((unit) => [verb, '--', unit]));
      assert.deepEqual(called.slice(0, repaired.length), repaired);
    });
  }

  it('sends the listener’s own request on loopback', () => {
    const { printed, called } = run(local);
    assert.equal(printed, 'h 404\n');
    const shared = ['-s', '-o', '/dev/null', '-w', '%{http_code}', '-m', '5'];
    assert.deepEqual(called, [
      ...shared,
      '-X',
      'GET',
      '-H',
      'Host: bank.example.com',
      'http://127.0.0.1:8080/app/health',
    ]);
    const head = run({ ...local, request: { method: 'HEAD', host: '', port: 80, path: '/' } });
    assert.deepEqual(head.called, [...shared, '-I', 'http://127.0.0.1:80/']);
  });

  it('hands any name it accepts to systemctl exactly as it is', () => {
    const name = fc
      .string({ unit: fc.constantFrom('a', 'Z', '0', ':', '_', '.', '@', '-'), minLength: 1, maxLength: 12 })
      .map((text) => `${text}.service`);
    fc.assert(
      fc.property(name, (unit) => {
        fc.pre(scriptFor({ ...check, units: [unit] }).kind === 'ok');
        assert.equal(run({ ...check, units: [unit] }).called[2], unit);
      }),
      { numRuns: 15 },
    );
  });

  it('accepts nothing that could end a quoted argument', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const command = scriptFor({ ...check, units: [`${text}.service`] });
        if (command.kind === 'ok') assert.match(text, /^[A-Za-z0-9][A-Za-z0-9:_.@-]*$/);
      }),
    );
  });
});

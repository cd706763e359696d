// Cloud Assistant over the wire: commands that really run, and how a server that cannot run them says so.
import assert from 'node:assert/strict';
import { closeShell } from '../../guest-shell.ts';
import { guestsModule } from '../../guests.ts';
import { startLab } from '../../testing/lab.ts';
import type { Body, Lab } from '../../testing/lab.ts';
import { placeServer, power, releaseServer } from '../../testing/servers.ts';
import type { Module } from '../../service.ts';
import type { Settings } from '../../settings.ts';
import { assistantOperations } from './assistant.ts';

const refusal = { status: 403, code: 'IdempotentParameterMismatch', message: '' };
// Only Cloud Assistant of ECS: the servers are put into the world.
const ecs: Module = {
  name: 'ecs',
  wire: {
    version: '2014-05-26',
    product: 'Ecs',
    tokenInFlight: refusal,
    tokenMismatch: refusal,
    denied: refusal,
    operations: assistantOperations,
  },
};
const WEB = 'bank-web.service';
const GUESTS = { units: { [WEB]: { serves: [{ port: 8080, paths: { '/app/health': 200 } }], startSeconds: 4 } } };
const SECOND: Settings['lifecycle'] = { 'ecs.assistant.dispatch': { kind: 'uniform', minSeconds: 1, maxSeconds: 1 } };

let lab: Lab;
const open = async (settings: Partial<Settings> = {}): Promise<void> => {
  lab = await startLab([ecs, guestsModule], { guests: GUESTS, guestShell: 'on', lifecycle: SECOND, ...settings });
};
const run = async (script: string, more: Record<string, unknown> = {}): Promise<string> =>
  (
    await lab.must('ecs', 'RunCommand', {
      Type: 'RunShellScript',
      CommandContent: script,
      InstanceId: ['i-1'],
      ...more,
    })
  ).InvokeId;
const results = async (InvokeId: string, more: Record<string, unknown> = {}): Promise<readonly Body[]> =>
  (await lab.must('ecs', 'DescribeInvocationResults', { InvokeId, ...more })).Invocation.InvocationResults
    .InvocationResult;
const result = async (InvokeId: string): Promise<Body> =>
  (await results(InvokeId, { ContentEncoding: 'PlainText' }))[0];
const output = async (script: string): Promise<string> => {
  const id = await run(script);
  await lab.advance(300);
  return (await result(id)).Output;
};
const refused = async (action: string, params: Record<string, unknown>): Promise<string> => {
  const { status, code } = await lab.ask('ecs', action, params);
  return `${status} ${code}`;
};
const online = async (id = 'i-1'): Promise<string> =>
  (await lab.must('ecs', 'DescribeCloudAssistantStatus', { InstanceId: [id] })).InstanceCloudAssistantStatusSet
    .InstanceCloudAssistantStatus[0].CloudAssistantStatus;

describe('cloud assistant', function () {
  this.timeout(20_000);
  beforeEach(async () => {
    await open();
    placeServer(lab.scope, 'i-1', { privateIp: '10.0.0.1' });
    await lab.advance(5);
  });
  afterEach(() => lab.stop());
  after(() => closeShell());

  it('goes from Pending over Running to Success, with the output in Base64', async () => {
    const id = await run('echo hello; sleep 10; echo bye');
    const seen = async (): Promise<string> => {
      const { InvocationStatus, InvokeRecordStatus, ExitCode } = await result(id);
      return `${InvocationStatus} ${InvokeRecordStatus} ${ExitCode}`;
    };
    assert.equal(await seen(), 'Pending Running undefined');
    await lab.advance(1);
    assert.equal(await seen(), 'Running Running undefined');
    await lab.advance(9);
    assert.equal(await seen(), 'Running Running undefined');
    await lab.advance(1);
    assert.equal(await seen(), 'Success Finished 0');
    assert.equal((await results(id))[0].Output, Buffer.from('hello\nbye\n').toString('base64'));
    const { Invocations } = await lab.must('ecs', 'DescribeInvocations', { InvokeId: id, IncludeOutput: true });
    const [one] = Invocations.Invocation;
    assert.deepEqual(
      [one.InvokeStatus, one.InvocationStatus, one.RepeatMode, one.CommandType],
      ['Finished', 'Success', 'Once', 'RunShellScript'],
    );
    assert.equal(one.CommandContent, Buffer.from('echo hello; sleep 10; echo bye').toString('base64'));
    assert.equal(one.InvokeInstances.InvokeInstance[0].InstanceInvokeStatus, 'Finished');
  });

  it('tells a nonzero exit code and a timeout apart', async () => {
    const failed = await run('exit 3');
    const late = await run('while :; do sleep 5; done', { Timeout: 60 });
    await lab.advance(120);
    const [a, b] = [await result(failed), await result(late)];
    assert.deepEqual(
      [a.InvocationStatus, a.InvokeRecordStatus, a.ExitCode, a.ErrorCode],
      ['Failed', 'Failed', 3, 'ExitCodeNonzero'],
    );
    assert.deepEqual(
      [b.InvocationStatus, b.InvokeRecordStatus, b.ExitCode, b.ErrorCode],
      ['Timeout', 'Failed', undefined, 'ExecutionTimeout'],
    );
  });

  it('changes the guest: enabled and started, alive after a reboot, answering its own request', async () => {
    assert.equal(await output(`systemctl is-enabled ${WEB}`), 'disabled\n');
    const id = await run(`systemctl enable -- ${WEB}; systemctl start -- ${WEB}`);
    await lab.advance(60);
    assert.equal((await result(id)).InvocationStatus, 'Success');
    power(lab.scope, 'i-1', 'reboot');
    await lab.advance(60);
    assert.equal(await output(`systemctl is-enabled ${WEB}; systemctl is-active ${WEB}`), 'enabled\nactive\n');
    assert.equal(
      await output("curl -s -o /dev/null -w '%{http_code}' -m 5 -I http://127.0.0.1:8080/app/health"),
      '200',
    );
    assert.equal(await output('uptime -s'), '2026-01-01 00:06:05\n', 'the last boot, by the emulator’s clock');
  });

  it('sees what the control API did to the guest', async () => {
    const set = await lab.control('POST', 'guests/i-1', { units: { [WEB]: { enabled: true, active: true } } });
    assert.deepEqual(set.body.units[WEB].state, 'active');
    await lab.control('POST', 'guests/i-1', { units: { [WEB]: { active: false } } });
    assert.equal(await output(`systemctl is-enabled ${WEB}; systemctl is-active ${WEB}`), 'enabled\ninactive\n');
    for (const body of [
      { unit: {} },
      { units: { [WEB]: { on: true } } },
      { units: { 'a b': {} } },
      { agent: 'no' },
      { serves: { [WEB]: [{ port: 0 }] } },
    ]) {
      assert.equal((await lab.control('POST', 'guests/i-1', body)).status, 400, JSON.stringify(body));
    }
    assert.equal((await lab.control('POST', 'guests/i-none', {})).status, 404);
  });

  it('takes Base64 and parameters', async () => {
    const CommandContent = Buffer.from('printf "%s-%s" {{a}} {{ b }}').toString('base64');
    const id = await run(CommandContent, {
      ContentEncoding: 'Base64',
      EnableParameter: true,
      Parameters: JSON.stringify({ a: 'x', b: 'y' }),
    });
    await lab.advance(5);
    assert.equal((await result(id)).Output, 'x-y');
  });

  it('repeats the answer for the same ClientToken, and runs nothing again', async () => {
    const asked = { Type: 'RunShellScript', CommandContent: 'echo 1', InstanceId: ['i-1'], ClientToken: 't-1' };
    const [one, two] = [await lab.must('ecs', 'RunCommand', asked), await lab.must('ecs', 'RunCommand', asked)];
    assert.equal(one.InvokeId, two.InvokeId);
    assert.equal((await lab.must('ecs', 'DescribeInvocations')).TotalCount, 1);
    assert.equal(
      await refused('RunCommand', { ...asked, CommandContent: 'echo 2' }),
      '403 IdempotentParameterMismatch',
    );
  });

  it('keeps a command and invokes it', async () => {
    const { CommandId } = await lab.must('ecs', 'CreateCommand', {
      Name: 'look',
      Type: 'RunShellScript',
      CommandContent: 'hostname',
    });
    const { InvokeId } = await lab.must('ecs', 'InvokeCommand', { CommandId, InstanceId: ['i-1'] });
    await lab.advance(5);
    assert.equal((await result(InvokeId)).Output, 'server\n');
    const { Commands, TotalCount } = await lab.must('ecs', 'DescribeCommands', {
      Name: 'look',
      ContentEncoding: 'PlainText',
    });
    assert.deepEqual(
      [TotalCount, Commands.Command[0].CommandContent, Commands.Command[0].InvokeTimes],
      [1, 'hostname', 1],
    );
    await lab.must('ecs', 'DeleteCommand', { CommandId });
    assert.equal(await refused('InvokeCommand', { CommandId, InstanceId: ['i-1'] }), '404 InvalidCmdId.NotFound');
  });

  it('runs in many servers, page by page', async () => {
    const ids = Array.from({ length: 12 }, (_, n) => `i-many-${n}`);
    for (const id of ids) placeServer(lab.scope, id, { hostName: id });
    await lab.advance(5);
    const id = await run('hostname', { InstanceId: ids });
    await lab.advance(5);
    const seen: string[] = [];
    let NextToken = '';
    do {
      const { Invocation } = await lab.must('ecs', 'DescribeInvocationResults', {
        InvokeId: id,
        MaxResults: 5,
        ContentEncoding: 'PlainText',
        ...(NextToken === '' ? {} : { NextToken }),
      });
      seen.push(...Invocation.InvocationResults.InvocationResult.map((row: Body) => row.Output.trim()));
      ({ NextToken } = Invocation);
    } while (NextToken !== '');
    assert.deepEqual(seen, ids);
    assert.equal(
      await refused('DescribeInvocationResults', { InvokeId: id, MaxResults: 51 }),
      '400 InvalidParameter.MaxResults',
    );
  });

  it('stops what has not ended', async () => {
    const id = await run('sleep 50');
    await lab.advance(2);
    await lab.must('ecs', 'StopInvocation', { InvokeId: id });
    const { InvocationStatus, InvokeRecordStatus } = await result(id);
    assert.deepEqual([InvocationStatus, InvokeRecordStatus], ['Terminated', 'Stopped']);
    assert.equal(await refused('StopInvocation', { InvokeId: 't-none' }), '404 InvalidInvokeId.NotFound');
  });

  it('undoes what a script was still to do when the server boots again', async () => {
    await run(`sleep 30; systemctl start ${WEB}`);
    await lab.advance(5);
    power(lab.scope, 'i-1', 'reboot');
    await lab.advance(60);
    assert.equal(await output(`systemctl is-active ${WEB}`), 'inactive\n');
  });

  const calls = [
    { why: 'no server named', params: { InstanceId: [] }, want: '400 MissingParam.InstanceId' },
    { why: 'an unknown server', params: { InstanceId: ['i-none'] }, want: '404 InvalidInstance.NotFound' },
    { why: 'a type of another system', params: { Type: 'RunBatScript' }, want: '400 InvalidInstance.NotMatch' },
    { why: 'an unknown type', params: { Type: 'RunPython' }, want: '404 InvalidCmdType.NotFound' },
    {
      why: 'Base64 that is none',
      params: { ContentEncoding: 'Base64', CommandContent: '???' },
      want: '400 CmdContent.DecodeError',
    },
    {
      why: 'parameters where none are enabled',
      params: { Parameters: JSON.stringify({ a: '1' }) },
      want: '400 Parameter.Disabled',
    },
    {
      why: 'a repetition, which is not implemented and says so',
      params: { RepeatMode: 'EveryReboot' },
      want: '501 EmulatorNotImplemented',
    },
  ];
  for (const { why, params, want } of calls) {
    it(`refuses ${why}`, async () => {
      assert.equal(
        await refused('RunCommand', { Type: 'RunShellScript', CommandContent: 'echo', InstanceId: ['i-1'], ...params }),
        want,
      );
    });
  }

  const silent: readonly {
    readonly why: string;
    readonly make: () => Promise<unknown> | void;
    readonly code: string;
  }[] = [
    { why: 'a stopped server', make: () => power(lab.scope, 'i-1', 'off'), code: 'InstanceNotRunning' },
    {
      why: 'a guest whose agent is off',
      make: () => lab.control('POST', 'guests/i-1', { agent: false }),
      code: 'ClientNotRunning',
    },
    { why: 'a server that has just booted', make: () => power(lab.scope, 'i-1', 'reboot'), code: 'ClientNotRunning' },
  ];
  for (const { why, make, code } of silent) {
    it(`says ${code} for ${why}`, async () => {
      await make();
      assert.equal(await online(), 'false');
      const id = await run('echo');
      await lab.advance(1);
      const { InvocationStatus, InvokeRecordStatus, ErrorCode } = await result(id);
      assert.deepEqual([InvocationStatus, InvokeRecordStatus, ErrorCode], ['Aborted', 'Failed', code]);
    });
  }

  it('says InstanceReleased for a server that went meanwhile', async () => {
    const id = await run('echo');
    releaseServer(lab.scope, 'i-1');
    await lab.advance(5);
    assert.equal((await result(id)).ErrorCode, 'InstanceReleased');
  });

  it('says true a few seconds after the boot, and false for Windows', async () => {
    placeServer(lab.scope, 'i-win', { imageId: 'win2022_21H2_x64_dtc_zh-cn_40G_alibase_20240610.vhd' });
    await lab.advance(5);
    assert.deepEqual([await online(), await online('i-win')], ['true', 'false']);
    assert.equal(
      await refused('DescribeCloudAssistantStatus', { InstanceId: ['i-none'] }),
      '404 InvalidInstance.NotFound',
    );
  });

  it('runs nothing without the guest shell, and says so', async () => {
    await lab.stop();
    await open({ guestShell: 'off' });
    placeServer(lab.scope, 'i-1');
    await lab.advance(5);
    assert.equal(await online(), 'false');
    const id = await run('echo');
    await lab.advance(1);
    const { ErrorCode, ErrorInfo } = await result(id);
    assert.equal(ErrorCode, 'ClientNotRunning');
    assert.match(ErrorInfo, /--guest-shell/);
  });
});

describe('user data', function () {
  this.timeout(20_000);
  afterEach(() => lab.stop());
  after(() => closeShell());

  const state = async (id: string): Promise<string> => {
    const { body } = await lab.control('GET', `guests/${id}`);
    return `${body.units[WEB].enabled} ${body.units[WEB].state}`;
  };
  const plain = `#!/bin/sh\n# set up\nsystemctl enable --now ${WEB}\n`;
  const clever = `#!/bin/sh\nunit=bank-web\nfor verb in enable start; do systemctl $verb $unit; done\n`;
  const cloud = `#cloud-config\nruncmd:\n  - systemctl enable --now ${WEB}\n`;
  const table = [
    { why: 'a script runs', guestShell: 'on', userData: clever, want: 'true active' },
    { why: 'cloud-config is read for plain lines', guestShell: 'on', userData: cloud, want: 'true active' },
    { why: 'without the shell plain lines count', guestShell: 'off', userData: plain, want: 'true active' },
    { why: 'without the shell nothing clever is guessed', guestShell: 'off', userData: clever, want: 'false inactive' },
    { why: 'none leaves the image as it is', guestShell: 'on', userData: undefined, want: 'false inactive' },
  ] as const;
  for (const { why, guestShell, userData, want } of table) {
    it(`${why}: ${want}`, async () => {
      await open({ guestShell });
      placeServer(lab.scope, 'i-1', { userData });
      await lab.advance(60);
      assert.equal(await state('i-1'), want);
    });
  }

  it('runs at the first boot only', async () => {
    await open();
    placeServer(lab.scope, 'i-1', { userData: plain });
    await lab.advance(60);
    await lab.control('POST', 'guests/i-1', { units: { [WEB]: { enabled: false } } });
    power(lab.scope, 'i-1', 'reboot');
    await lab.advance(60);
    assert.equal(await state('i-1'), 'false inactive');
  });
});

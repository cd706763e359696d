// Cloud Assistant: commands that are kept, and commands that run in servers.
import type { Answer, Call, Operation } from '../../service.ts';
import { own } from '../../json.ts';
import { acceptTags, tagParams, tagsMatch } from '../../tags.ts';
import type { TagCodes } from '../../tags.ts';
import {
  describeAssistantStatus,
  describeCommands,
  describeInvocationResults,
  describeInvocations,
} from './assistant-reads.ts';
import { contentOf, filled, parametersOf, TYPES } from './assistant-script.ts';
import { commands, invocations } from './assistant-table.ts';
import type { Command, Invocation, Target } from './assistant-table.ts';
import { instances } from './tables.ts';
import { osOf } from '../../guest-table.ts';

const TAG_CODES: TagCodes = {
  key: 'InvalidTagKey.Malformed',
  value: 'InvalidTagValue.Malformed',
  duplicate: 'Duplicate.TagKey',
  quota: 'NumberExceed.Tags',
};

/** RunCommand: makes a command and runs it at once; kept only when asked. */
function runCommand(call: Call): Answer {
  refuseRepeats(call);
  const command = newCommand(call);
  const invokeId = invoke(call, command);
  if (call.params.flag('KeepCommand') === true) call.table(commands).put(command.id, { ...command, invokeTimes: 1 });
  return { CommandId: command.id, InvokeId: invokeId };
}

/** CreateCommand. */
function createCommand(call: Call): Answer {
  const command = newCommand(call);
  if (call.table(commands).list().length >= call.quota('ecs.commands', 500)) call.refuse('CmdCount.ExceedQuota');
  call.table(commands).put(command.id, command);
  return { CommandId: command.id };
}

/** InvokeCommand: runs a kept command. */
function invokeCommand(call: Call): Answer {
  refuseRepeats(call);
  const id = call.params.required('CommandId');
  const command = call.table(commands).get(id) ?? call.refuse('InvalidCmdId.NotFound');
  const invokeId = invoke(call, { ...command, timeoutSeconds: call.params.int('Timeout') ?? command.timeoutSeconds });
  call.table(commands).update(id, { invokeTimes: command.invokeTimes + 1 });
  return { InvokeId: invokeId };
}

/** DeleteCommand. */
function deleteCommand(call: Call): Answer {
  const id = call.params.required('CommandId');
  if (call.table(commands).get(id) === undefined) call.refuse('InvalidCmdId.NotFound');
  call.table(commands).remove(id);
  return {};
}

/** StopInvocation: what has not ended in the named servers (or all) ends now. */
function stopInvocation(call: Call): Answer {
  const row = call.table(invocations).get(call.params.required('InvokeId')) ?? call.refuse('InvalidInvokeId.NotFound');
  const named = call.params.texts('InstanceId');
  const now = call.now();
  const targets = row.targets.map((target): Target => {
    const { step, instanceId } = target;
    if (named.length > 0 && !named.includes(instanceId)) return target;
    if (step.kind === 'pending') return { instanceId, step: { kind: 'stopped', at: now, startedAt: undefined } };
    if (step.kind === 'ran' && step.finishedAt > now)
      return { instanceId, step: { kind: 'stopped', at: now, startedAt: step.startedAt } };
    return target;
  });
  call.table(invocations).update(row.id, { targets });
  return {};
}

function refuseRepeats(call: Call): void {
  const mode = call.params.text('RepeatMode') ?? 'Once';
  if (!['Once', 'Period', 'NextRebootOnly', 'EveryReboot', 'DryRun'].includes(mode))
    call.refuse('InvalidRepeatMode.NotFound');
  if (mode === 'Once' && call.params.flag('Timed') !== true) return;
  call.refuse('EmulatorNotImplemented', {
    status: 501,
    message: `${mode === 'Once' ? 'Timed' : `RepeatMode ${mode}`} is not implemented by this emulator; RepeatMode Once is.`,
  });
}

function newCommand(call: Call): Command {
  const type = call.params.required('Type');
  if (own(TYPES, type) === undefined) call.refuse('InvalidCmdType.NotFound');
  const content = contentOf(call);
  const id = call.newId('c');
  return {
    id,
    type,
    content,
    name: call.params.text('Name') ?? `cmd-${id}`,
    description: call.params.text('Description') ?? '',
    workingDir: call.params.text('WorkingDir') ?? '',
    timeoutSeconds: call.params.int('Timeout') ?? 60,
    enableParameter: call.params.flag('EnableParameter') ?? false,
    createdAt: call.now(),
    invokeTimes: 0,
    tags: acceptTags(call, TAG_CODES),
  };
}

function invoke(call: Call, command: Command): string {
  const parameters = parametersOf(call, command);
  const ids = targetsOf(call, command);
  const id = call.newId('t');
  const row: Invocation = {
    id,
    commandId: command.id,
    name: command.name,
    description: command.description,
    type: command.type,
    content: command.content,
    script: filled(command, parameters),
    workingDir: call.params.text('WorkingDir') ?? command.workingDir,
    username: call.params.text('Username') ?? '',
    timeoutSeconds: command.timeoutSeconds,
    parameters: JSON.stringify(parameters),
    createdAt: call.now(),
    targets: ids.map((instanceId) => ({ instanceId, step: { kind: 'pending' } })),
    tags: command.tags,
  };
  call.table(invocations).put(id, row);
  for (const instanceId of ids) {
    call.later('ecs.assistant.dispatch', { service: 'guests', kind: 'command', id, data: { instanceId } });
  }
  return id;
}

function targetsOf(call: Call, command: Command): readonly string[] {
  const ids = [...new Set([...call.params.texts('InstanceId'), ...taggedServers(call)])];
  if (ids.length === 0) call.refuse('MissingParam.InstanceId');
  if (ids.length > 100) call.refuse('InstanceIds.ExceedLimit');
  for (const id of ids) {
    const server = call.table(instances).get(id) ?? call.refuse('InvalidInstance.NotFound');
    if (osOf(server.imageId) !== TYPES[command.type]) call.refuse('InvalidInstance.NotMatch');
  }
  return ids;
}

function taggedServers(call: Call): readonly string[] {
  const filter = tagParams(call.params, 'ResourceTag');
  if (filter.length === 0) return [];
  if (call.params.texts('InstanceId').length > 0) call.refuse('InvalidResourceTag.ConflictWithInstanceIds');
  const rows = call
    .table(instances)
    .list()
    .filter((row) => tagsMatch(row.tags, filter));
  return rows.length === 0 ? call.refuse('InvalidResourceTag.InstanceNotFound') : rows.map((row) => row.id);
}

/** Cloud Assistant's actions, to be registered with the service. */
export const assistantOperations: Readonly<Record<string, Operation>> = {
  RunCommand: {
    effect: 'write',
    coverage: 'partial',
    note: 'RepeatMode Once only; containers and Windows commands do not run',
    token: true,
    run: runCommand,
  },
  CreateCommand: { effect: 'write', coverage: 'partial', note: 'no parameter store', run: createCommand },
  InvokeCommand: {
    effect: 'write',
    coverage: 'partial',
    note: 'RepeatMode Once only; containers and Windows commands do not run',
    token: true,
    run: invokeCommand,
  },
  DeleteCommand: { effect: 'write', coverage: 'full', run: deleteCommand },
  StopInvocation: { effect: 'write', coverage: 'full', run: stopInvocation },
  DescribeCommands: { effect: 'read', coverage: 'full', run: describeCommands },
  DescribeInvocations: { effect: 'read', coverage: 'full', run: describeInvocations },
  DescribeInvocationResults: { effect: 'read', coverage: 'full', run: describeInvocationResults },
  DescribeCloudAssistantStatus: { effect: 'read', coverage: 'full', run: describeAssistantStatus },
};

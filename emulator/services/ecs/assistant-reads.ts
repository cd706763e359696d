// What Cloud Assistant's Describe calls show.
import { isoSeconds } from '../../clock.ts';
import { guestOf, osOf } from '../../guest-table.ts';
import { numberedPage, tokenPage } from '../../paging.ts';
import type { Answer, Call } from '../../service.ts';
import { tagParams, tagsMatch } from '../../tags.ts';
import { agentOnline } from './assistant-run.ts';
import { placeholders } from './assistant-script.ts';
import { commands, invocations, show } from './assistant-table.ts';
import type { Invocation, Shown, Target } from './assistant-table.ts';
import { instances } from './tables.ts';

type Page<T> = { readonly items: readonly T[]; readonly fields: Answer };

const LIMITS: readonly (readonly [string, number, string])[] = [
  ['PageNumber', Number.MAX_SAFE_INTEGER, 'InvalidParam.PageNumber'],
  ['PageSize', 50, 'InvalidParam.PageSize'],
  ['MaxResults', 50, 'InvalidParameter.MaxResults'],
];

/** One page in the style asked for; these calls know both, up to 50 entries. */
function pageOf<T>(call: Call, rows: readonly T[]): Page<T> {
  for (const [name, most, code] of LIMITS) {
    const value = call.params.int(name) ?? 1;
    if (value < 1 || value > most) call.refuse(code);
  }
  if (!call.params.has('MaxResults') && !call.params.has('NextToken')) return numberedPage(call, rows);
  const places = rows.map((row, index) => ({ row, place: index + 1 }));
  const { items, next } = tokenPage(call, places, { seq: ({ place }) => place });
  const fields = { TotalCount: rows.length, PageNumber: 0, PageSize: 0, NextToken: next };
  return { items: items.map(({ row }) => row), fields };
}

/** Whether every filter that the request gives has the row's value. */
function fits(call: Call, values: Readonly<Record<string, string>>): boolean {
  return Object.entries(values).every(([name, value]) => (call.params.text(name) ?? value) === value);
}

const tagList = (tags: Readonly<Record<string, string>>): Answer => ({
  Tag: Object.entries(tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue })),
});

const encoded = (call: Call, text: string): string =>
  call.params.text('ContentEncoding') === 'PlainText' ? text : Buffer.from(text).toString('base64');

const output = (call: Call, base64: string): string =>
  call.params.text('ContentEncoding') === 'PlainText' ? Buffer.from(base64, 'base64').toString('utf8') : base64;

/** DescribeCommands: those that were kept. */
export function describeCommands(call: Call): Answer {
  const rows = call
    .table(commands)
    .listSeen()
    .filter(
      (row) =>
        fits(call, { CommandId: row.id, Name: row.name, Type: row.type, Provider: 'User' }) &&
        row.description.includes(call.params.text('Description') ?? '') &&
        tagsMatch(row.tags, tagParams(call.params)),
    );
  const { items, fields } = pageOf(call, rows);
  const Command = items.map((row) => ({
    CommandId: row.id,
    Name: row.name,
    Description: row.description,
    Type: row.type,
    Timeout: row.timeoutSeconds,
    WorkingDir: row.workingDir,
    CommandContent: encoded(call, row.content),
    CreationTime: isoSeconds(row.createdAt),
    EnableParameter: row.enableParameter,
    InvokeTimes: row.invokeTimes,
    Latest: true,
    Version: 1,
    Provider: 'User',
    Category: '',
    ParameterNames: { ParameterName: row.enableParameter ? placeholders(row.content) : [] },
    ParameterDefinitions: { ParameterDefinition: [] },
    Tags: tagList(row.tags),
  }));
  return { ...fields, Commands: { Command } };
}

function wanted(call: Call, row: Invocation): boolean {
  const { id, commandId, name, type, tags } = row;
  const values = { InvokeId: id, CommandId: commandId, CommandName: name, CommandType: type, RepeatMode: 'Once' };
  return fits(call, values) && call.params.flag('Timed') !== true && tagsMatch(tags, tagParams(call.params));
}

// By id or by server where one is given: a long run has thousands of invocations.
function found(call: Call): readonly Invocation[] {
  const table = call.table(invocations);
  const [id, server] = [call.params.text('InvokeId'), call.params.text('InstanceId')];
  if (id !== undefined) return [table.seen(id)].filter((row) => row !== undefined).filter((row) => wanted(call, row));
  return (server === undefined ? table.listSeen() : table.bySeen('server', server)).filter((row) => wanted(call, row));
}

const named = (call: Call, target: Target): boolean =>
  (call.params.text('InstanceId') ?? target.instanceId) === target.instanceId;

/** DescribeInvocations: one entry per invocation, its servers within. */
export function describeInvocations(call: Call): Answer {
  const now = call.now();
  const rows = found(call)
    .filter((row) => row.targets.some((target) => named(call, target)))
    .map((row) => ({ row, steps: row.targets.map((target) => ({ target, shown: show(target.step, now) })) }))
    .filter(({ steps }) => (call.params.text('InvokeStatus') ?? invokeStatus(steps)) === invokeStatus(steps));
  const { items, fields } = pageOf(call, rows);
  const Invocation = items.map(({ row, steps }) => ({
    InvokeId: row.id,
    CommandId: row.commandId,
    CommandName: row.name,
    CommandDescription: row.description,
    CommandType: row.type,
    CommandContent: encoded(call, row.content),
    CreationTime: isoSeconds(row.createdAt),
    Frequency: '',
    RepeatMode: 'Once',
    Timed: false,
    Timeout: row.timeoutSeconds,
    Parameters: row.parameters,
    Username: row.username,
    WorkingDir: row.workingDir,
    InvokeStatus: invokeStatus(steps),
    InvocationStatus: invocationStatus(steps),
    InvokeInstances: {
      InvokeInstance: steps
        .filter(({ target }) => named(call, target))
        .map(({ target, shown }) => ({
          ...resultOf(target, shown),
          CreationTime: isoSeconds(row.createdAt),
          UpdateTime: shown.finishedAt || shown.startedAt || isoSeconds(row.createdAt),
          FinishTime: shown.finishedAt,
          InstanceInvokeStatus: shown.record,
          Timed: false,
          Output: call.params.flag('IncludeOutput') === true ? output(call, shown.output) : '',
        })),
    },
    Tags: tagList(row.tags),
  }));
  return { ...fields, Invocations: { Invocation } };
}

/** DescribeInvocationResults: one entry per server; paging stands inside `Invocation`. */
export function describeInvocationResults(call: Call): Answer {
  const now = call.now();
  const rows = found(call)
    .flatMap((row) =>
      row.targets
        .filter((target) => named(call, target))
        .map((target) => ({ row, target, shown: show(target.step, now) })),
    )
    .filter(({ shown }) => (call.params.text('InvokeRecordStatus') ?? shown.record) === shown.record);
  const { items, fields } = pageOf(call, rows);
  const InvocationResult = items.map(({ row, target, shown }) => ({
    ...resultOf(target, shown),
    InvokeId: row.id,
    CommandId: row.commandId,
    Username: row.username,
    FinishedTime: shown.finishedAt,
    InvokeRecordStatus: shown.record,
    Output: output(call, shown.output),
    Tags: tagList(row.tags),
  }));
  return { Invocation: { ...fields, InvocationResults: { InvocationResult } } };
}

function resultOf(target: Target, shown: Shown): Answer {
  return {
    InstanceId: target.instanceId,
    InvocationStatus: shown.status,
    ...(shown.exitCode === undefined ? {} : { ExitCode: shown.exitCode }),
    ErrorCode: shown.code,
    ErrorInfo: shown.info,
    StartTime: shown.startedAt,
    StopTime: shown.stoppedAt,
    Dropped: shown.dropped,
    Repeats: shown.startedAt === '' ? 0 : 1,
  };
}

type Steps = readonly { readonly shown: Shown }[];

function invokeStatus(steps: Steps): string {
  const records = new Set(steps.map(({ shown }) => shown.record));
  if (records.has('Running')) return 'Running';
  if (records.has('Stopped')) return 'Stopped';
  if (!records.has('Failed')) return 'Finished';
  return records.has('Finished') ? 'PartialFailed' : 'Failed';
}

function invocationStatus(steps: Steps): string {
  const whole = invokeStatus(steps);
  if (whole === 'Running') return steps.every(({ shown }) => shown.status === 'Pending') ? 'Pending' : 'Running';
  return whole === 'Finished' ? 'Success' : whole;
}

/** DescribeCloudAssistantStatus: the status is text, `true` or `false`. */
export function describeAssistantStatus(call: Call): Answer {
  const ids = call.params.texts('InstanceId');
  if (ids.length > 100) call.refuse('InstanceIds.ExceedLimit');
  const table = call.table(instances);
  const servers =
    ids.length === 0 ? table.listSeen() : ids.map((id) => table.seen(id) ?? call.refuse('InvalidInstance.NotFound'));
  const asked = (call.params.text('OSType') ?? '').toLowerCase();
  const { items, fields } = pageOf(
    call,
    servers.filter((server) => asked === '' || osOf(server.imageId) === asked),
  );
  const InstanceCloudAssistantStatus = items.map((server) => {
    const online = agentOnline(call, guestOf(call, server.id));
    const runs = call.table(invocations).by('server', server.id);
    const steps = runs.flatMap((row) =>
      row.targets.filter((target) => target.instanceId === server.id).map((target) => show(target.step, call.now())),
    );
    return {
      InstanceId: server.id,
      OSType: osOf(server.imageId) === 'windows' ? 'Windows' : 'Linux',
      CloudAssistantStatus: String(online),
      CloudAssistantVersion: online ? '2.2.3.857' : '',
      LastHeartbeatTime: online ? isoSeconds(call.now()) : '',
      LastInvokedTime: runs.length === 0 ? '' : isoSeconds(runs.at(-1)?.createdAt ?? 0),
      ActiveTaskCount: steps.filter((step) => step.record === 'Running').length,
      InvocationCount: runs.length,
      SupportSessionManager: online,
    };
  });
  return { ...fields, InstanceCloudAssistantStatusSet: { InstanceCloudAssistantStatus } };
}

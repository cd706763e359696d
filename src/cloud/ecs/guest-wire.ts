// The wire of Cloud Assistant: is the agent there, run a command, what did it print. Wire names end here.
import { Buffer } from 'node:buffer';
import { z } from 'zod';
import type { Answer, Call } from '../call.ts';
import { id, int, maybeWrapped, type Parsed, readBody, text } from '../wire.ts';

const call = (action: string, params: Call['params']): Call => ({ service: 'ecs', action, params });

/** Servers one status or result page holds. */
export const PER_PAGE = 50;
const COMMAND_SECONDS = 60;

/** DescribeCloudAssistantStatus of up to 50 servers. */
export function describeAgents(region: string, serverIds: readonly string[]): Call {
  return call('DescribeCloudAssistantStatus', { RegionId: region, InstanceId: serverIds, MaxResults: PER_PAGE });
}

/** RunCommand on up to 100 servers: once, as root, not kept; takes a client token. */
export function runCommand(
  region: string,
  name: string,
  command: { readonly script: string; readonly serverIds: readonly string[] },
): Call {
  return call('RunCommand', {
    RegionId: region,
    Name: name,
    Type: 'RunShellScript',
    CommandContent: Buffer.from(command.script, 'utf8').toString('base64'),
    ContentEncoding: 'Base64',
    RepeatMode: 'Once',
    KeepCommand: false,
    Timeout: COMMAND_SECONDS,
    InstanceId: command.serverIds,
  });
}

/** A page of DescribeInvocationResults. */
export function describeResults(region: string, invokeId: string, token?: string): Call {
  const paging = { MaxResults: PER_PAGE, ...(token === undefined ? {} : { NextToken: token }) };
  return call('DescribeInvocationResults', {
    RegionId: region,
    InvokeId: invokeId,
    ContentEncoding: 'Base64',
    ...paging,
  });
}

/** One server's agent; a server that is not told of has none. */
export interface Agent {
  readonly serverId: string;
  readonly online: boolean;
  readonly windows: boolean;
}

const agents = z
  .object({
    InstanceCloudAssistantStatusSet: maybeWrapped(
      'InstanceCloudAssistantStatus',
      z.object({ InstanceId: id, CloudAssistantStatus: text, OSType: text }),
    ),
  })
  .transform((wire) =>
    wire.InstanceCloudAssistantStatusSet.map(
      (status): Agent => ({
        serverId: status.InstanceId,
        online: status.CloudAssistantStatus.toLowerCase() === 'true',
        windows: status.OSType.toLowerCase() === 'windows',
      }),
    ),
  );

/** Agents in an answer to `describeAgents`. */
export function readAgents(of: Call, answer: Answer): Parsed<readonly Agent[]> {
  return readBody(agents, of, answer);
}

const invocation = z.object({ InvokeId: id }).transform((wire) => wire.InvokeId);

/** The invocation a RunCommand started. */
export function readInvocation(of: Call, answer: Answer): Parsed<string> {
  return readBody(invocation, of, answer);
}

/** How the command went on one server: the cloud's words, and at most 4 KiB of what was printed. */
export interface Result {
  readonly serverId: string;
  readonly status: string;
  readonly errorCode: string;
  readonly errorInfo: string;
  readonly exitCode: number;
  readonly output: string;
}

const MAX_OUTPUT_BYTES = 4096;

const results = z
  .object({
    Invocation: z.object({
      NextToken: text,
      InvocationResults: maybeWrapped(
        'InvocationResult',
        z.object({
          InstanceId: id,
          InvocationStatus: text,
          ErrorCode: text,
          ErrorInfo: text,
          ExitCode: int(),
          Output: text,
        }),
      ),
    }),
  })
  .transform(({ Invocation: wire }) => ({
    next: wire.NextToken,
    results: wire.InvocationResults.map(
      (result): Result => ({
        serverId: result.InstanceId,
        status: result.InvocationStatus,
        errorCode: result.ErrorCode,
        errorInfo: result.ErrorInfo,
        exitCode: result.ExitCode,
        output: Buffer.from(result.Output, 'base64').subarray(0, MAX_OUTPUT_BYTES).toString('utf8'),
      }),
    ),
  }));

/** A page of results, and the token of the next ('' on the last). */
export function readResults(
  of: Call,
  answer: Answer,
): Parsed<{ readonly next: string; readonly results: readonly Result[] }> {
  return readBody(results, of, answer);
}

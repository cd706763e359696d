// Questions inside guests through Cloud Assistant. `ask` starts a command and comes back at once; `answers` reads how far it
// got; nobody waits in between. A question has no record: after an unknown outcome it is simply asked again.
import { chunks } from '../applied.ts';
import type { CloudError, Prober, Reader } from '../call.ts';
import { scriptFor } from './guest-script.ts';
import * as wire from './guest-wire.ts';
import type { GuestAnswer, GuestQuestion, UnitState } from './model.ts';

/** Most servers one command goes to. */
export const MAX_SERVERS = 100;

/** Where a question is asked; `token` (at most 64 ASCII characters) makes a repetition of the same question the same command. */
export interface GuestContext {
  readonly region: string;
  readonly reader: Reader;
  readonly prober: Prober;
  readonly token: string;
}

/** A command under way; JSON. `settled` are answers that were known without running anything. */
export interface Invocation {
  readonly invokeId: string; // '' when no server could be asked
  readonly question: GuestQuestion;
  readonly asked: readonly string[];
  readonly settled: readonly GuestAnswer[];
}

/** How asking ended: under way, refused for what the question names, held by the gate, or an error of the cloud. */
export type Asked =
  | { readonly kind: 'asked'; readonly invocation: Invocation }
  | { readonly kind: 'refused'; readonly why: string }
  | { readonly kind: 'held'; readonly reason: string }
  | { readonly kind: 'failed'; readonly error: CloudError };

/** Starts the command of a question on those of its servers (at most 100) whose agent is online and that run Linux. */
export async function ask(question: GuestQuestion, context: GuestContext): Promise<Asked> {
  if (question.serverIds.length > MAX_SERVERS) return { kind: 'refused', why: `more than ${MAX_SERVERS} servers` };
  const command = scriptFor(question);
  if (command.kind === 'refused') return command;
  const agents = await agentsOf(question.serverIds, context);
  if (agents.kind === 'error') return { kind: 'failed', error: agents.error };
  const settled = question.serverIds.flatMap((serverId) => unaskable(serverId, agents.value.get(serverId)));
  const asked = question.serverIds.filter((serverId) => !settled.some((answer) => answer.serverId === serverId));
  if (asked.length === 0) return { kind: 'asked', invocation: { invokeId: '', question, asked, settled } };
  const call = wire.runCommand(context.region, `finance-cloud-operator-${question.kind}`, {
    script: command.script,
    serverIds: asked,
  });
  const answer = await context.prober.run(call, { token: context.token });
  if (answer.kind === 'held') return answer;
  const invokeId = wire.readInvocation(call, answer);
  if (invokeId.kind === 'error') return { kind: 'failed', error: invokeId.error };
  return { kind: 'asked', invocation: { invokeId: invokeId.value, question, asked, settled } };
}

/** Answers so far, one for each server of the question; servers still at it are `pending`. */
export async function answers(
  invocation: Invocation,
  context: Pick<GuestContext, 'region' | 'reader'>,
): Promise<
  | { readonly kind: 'ok'; readonly answers: readonly GuestAnswer[] }
  | { readonly kind: 'error'; readonly error: CloudError }
> {
  const results = new Map<string, wire.Result>();
  let token: string | undefined = invocation.invokeId === '' ? '' : undefined;
  // Every page but the last brings something new, so the number of servers bounds the number of pages.
  for (let page = 0; token !== '' && page <= invocation.asked.length; page += 1) {
    const call = wire.describeResults(context.region, invocation.invokeId, token);
    const read = wire.readResults(call, await context.reader.read(call, 'poll'));
    if (read.kind === 'error') return read;
    for (const result of read.value.results) results.set(result.serverId, result);
    token = read.value.next;
  }
  const asked = invocation.asked.map((serverId) => answerOf(invocation.question, serverId, results.get(serverId)));
  return { kind: 'ok', answers: [...invocation.settled, ...asked] };
}

type Agents =
  | { readonly kind: 'ok'; readonly value: ReadonlyMap<string, wire.Agent> }
  | { readonly kind: 'error'; readonly error: CloudError };

async function agentsOf(serverIds: readonly string[], { region, reader }: GuestContext): Promise<Agents> {
  const agents = new Map<string, wire.Agent>();
  for (const part of chunks(serverIds, wire.PER_PAGE)) {
    const call = wire.describeAgents(region, part);
    const read = wire.readAgents(call, await reader.read(call, 'poll'));
    if (read.kind === 'error') return read;
    for (const agent of read.value) agents.set(agent.serverId, agent);
  }
  return { kind: 'ok', value: agents };
}

function unaskable(serverId: string, agent: wire.Agent | undefined): readonly GuestAnswer[] {
  if (agent?.windows === true) return [{ kind: 'unsupported-os', serverId }];
  return agent?.online === true ? [] : [{ kind: 'agent-offline', serverId }];
}

const UNDER_WAY = new Set(['Pending', 'Running', 'Scheduled', 'Stopping', '']);
const OFFLINE = new Set([
  'ClientNotRunning',
  'ClientNotResponse',
  'ClientIsUpgrading',
  'DeliveryTimeout',
  'InstanceNotRunning',
]);

function answerOf(question: GuestQuestion, serverId: string, result: wire.Result | undefined): GuestAnswer {
  if (result === undefined || UNDER_WAY.has(result.status)) return { kind: 'pending', serverId };
  if (OFFLINE.has(result.errorCode)) return { kind: 'agent-offline', serverId };
  if (result.errorCode === 'CommandNotApplicable') return { kind: 'unsupported-os', serverId };
  const read =
    question.kind === 'RequestLocally' ? readStatus(result.output) : readUnits(question.units, result.output);
  if (read !== undefined) return { kind: 'answered', serverId, ...read };
  const code = result.errorCode || `ExitCode.${result.exitCode}`;
  return { kind: 'failed', serverId, code, message: result.errorInfo || `the command ended as ${result.status}` };
}

/** Words of `systemctl is-enabled` for units that come up with the guest; enabled-runtime is gone after the next boot. */
const ENABLED = new Set(['enabled', 'static', 'alias', 'indirect', 'generated']);

/** Every unit's line, or undefined when one is missing: half an answer is none. */
function readUnits(names: readonly string[], output: string): { readonly units: readonly UnitState[] } | undefined {
  const lines = [...output.matchAll(/^u (\d{1,3}) (\S+) (\S+)\r?$/gm)];
  const states = names.flatMap((unit, index) => {
    const line = lines.find((match) => Number(match[1]) === index + 1);
    return line === undefined ? [] : [{ unit, enabled: ENABLED.has(line[2] ?? ''), active: line[3] === 'active' }];
  });
  return states.length === names.length ? { units: states } : undefined;
}

/** 0: nothing answered on that port; undefined: curl itself could not be run. */
function readStatus(output: string): { readonly units: readonly UnitState[]; readonly httpStatus: number } | undefined {
  const status = /^h (\d{3})\r?$/m.exec(output)?.[1];
  return status === undefined ? undefined : { units: [], httpStatus: Number(status) };
}

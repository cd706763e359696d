// Sends the changes of servers.
import { chunks, create, ended, impossible, inTurn, send, takeAway } from '../applied.ts';
import type { Call } from '../call.ts';
import { cloudError } from '../errors.ts';
import type { Applied, ApplyContext, Ticket } from '../service.ts';
import { requestIdOf } from '../wire.ts';
import { createdIds, readRefused } from './answers.ts';
import * as api from './api.ts';
import type { EcsAction } from './model.ts';

/** Actions on servers, and tags of both. */
export type ServerAction = Extract<
  EcsAction,
  { readonly kind: `${string}Server${'' | 's'}` | 'SetMaintenance' | 'TagEcsResource' }
>;

/** Sends one action on servers. */
export async function applyToServers(action: ServerAction, ticket: Ticket, context: ApplyContext): Promise<Applied> {
  switch (action.kind) {
    case 'RunServers':
      return run(action, ticket, context);
    case 'StartServers':
      return start(action.ids, context);
    case 'UpdateServer':
      return ended(await send(api.modifyServer(context.region, action.id, action.set), context), [action.id]);
    case 'SetMaintenance':
      return inParts(action.ids, context, {
        size: api.SERVERS_PER_CALL,
        request: (part) => api.setMaintenance(context.region, part, action.action),
      });
    case 'DeleteServers':
      return remove(action.ids, context);
    case 'TagEcsResource':
      return inParts(action.ids, context, {
        size: api.TAGGED_PER_CALL,
        request: (ids) => api.tagResources(context.region, { type: action.type, ids }, action.tags),
      });
    default:
      return impossible(action);
  }
}

type RunServers = Extract<EcsAction, { readonly kind: 'RunServers' }>;

/** Servers without their first-boot script would look made and serve nothing. */
async function run(action: RunServers, ticket: Ticket, context: ApplyContext): Promise<Applied> {
  if (action.template.hasUserData !== (ticket.userData !== undefined))
    throw new Error('the ticket of new servers must carry user data exactly when their template has some');
  return create(ticket, context, createdIds);
}

interface Parts {
  readonly size: number;
  readonly request: (part: readonly string[]) => Call;
}

function inParts(ids: readonly string[], context: ApplyContext, { size, request }: Parts): Promise<Applied> {
  return inTurn(chunks(ids, size).map(request), ids, async (call) => ended(await send(call, context), ids));
}

function remove(ids: readonly string[], context: ApplyContext): Promise<Applied> {
  const request = (part: readonly string[]): Call => api.deleteServers(context.region, part);
  return takeAway(ids, { size: api.SERVERS_PER_CALL, ids, context, request });
}

/** The call succeeds as a whole, each server's own refusal is in the answer: the first one is how the change ended. */
function start(ids: readonly string[], context: ApplyContext): Promise<Applied> {
  const calls = chunks(ids, api.SERVERS_PER_CALL).map((part) => api.startServers(context.region, part));
  return inTurn(calls, ids, async (call) => {
    const answer = await send(call, context);
    if (answer.kind !== 'ok') return ended(answer, ids);
    const refused = readRefused(call, answer);
    if (refused.kind === 'error') return { kind: 'failed', error: refused.error };
    const [first] = refused.value;
    if (first === undefined) return ended(answer, ids);
    const requestId = requestIdOf(answer);
    const seen = {
      message: `${first.InstanceId}: ${first.Message}`,
      ...(requestId === undefined ? {} : { requestId }),
    };
    const failure = { service: 'ecs', action: call.action, code: first.Code, mutating: true } as const;
    return { kind: 'failed', error: cloudError(failure, seen) };
  });
}

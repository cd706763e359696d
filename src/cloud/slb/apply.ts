// Sends the changes of load balancers, listeners and backends. Never re-decides.
import { chunks, create, ended, impossible, inTurn, laneOf, send } from '../applied.ts';
import type { Call, ErrorClass } from '../call.ts';
import type { Applied, ApplyContext, Ticket } from '../service.ts';
import { createdIds, readBackends } from './answers.ts';
import * as api from './api.ts';
import { applyToListener, type ListenerAction } from './apply-listeners.ts';
import type { SlbAction } from './model.ts';

/** The request of a load balancer's create, for its intent; listeners and backends have natural keys and need none. */
export function freezeSlb(action: SlbAction, region: string): Call | undefined {
  return action.kind === 'CreateLoadBalancer' ? api.createLoadBalancer(region, action.spec, action.tags) : undefined;
}

/** Sends one action; absent resources end deletes well, and what is there already ends the create of a natural key well. */
export function applySlb(action: SlbAction, ticket: Ticket, context: ApplyContext): Promise<Applied> {
  return isListenerAction(action) ? applyToListener(action, context) : applyToLoadBalancer(action, ticket, context);
}

function isListenerAction(action: SlbAction): action is ListenerAction {
  return action.kind.endsWith('Listener');
}

type LoadBalancerAction = Exclude<SlbAction, ListenerAction>;

async function applyToLoadBalancer(
  action: LoadBalancerAction,
  ticket: Ticket,
  context: ApplyContext,
): Promise<Applied> {
  const { region } = context;
  switch (action.kind) {
    case 'CreateLoadBalancer':
      return create(ticket, context, createdIds);
    case 'UpdateLoadBalancer':
      return each(api.modifyLoadBalancer(region, action.id, action), action, context);
    case 'StartLoadBalancer':
      return each([api.startLoadBalancer(region, action.id)], action, context);
    case 'DeleteLoadBalancer':
      return each([api.deleteLoadBalancer(region, action.id)], action, context);
    case 'AddBackends':
    case 'SetWeights':
      return member(action, context);
    case 'RemoveBackends':
      return each(
        inParts(action.serverIds, (part) => api.removeBackends(region, action.id, part)),
        action,
        context,
      );
    case 'TagLoadBalancer':
      return each([api.tagLoadBalancer(region, action.id, action.tags)], action, context);
    default:
      return impossible(action);
  }
}

type MemberAction = Extract<SlbAction, { readonly kind: 'AddBackends' | 'SetWeights' }>;

/** The cloud refuses a whole call for one server that is a backend already, or is none: so what is there is read first. */
async function member(action: MemberAction, context: ApplyContext): Promise<Applied> {
  const { region, reader } = context;
  const call = api.describeLoadBalancer(region, action.id);
  const read = readBackends(call, await reader.read(call, laneOf(context)));
  if (read.kind === 'error') return { kind: 'failed', error: read.error };
  const members = new Set(read.value.map((backend) => backend.serverId));
  const isAdd = action.kind === 'AddBackends';
  const wanted = action.backends.filter((backend) => members.has(backend.serverId) !== isAdd);
  const request = isAdd ? api.addBackends : api.setWeights;
  return each(
    inParts(wanted, (part) => request(region, action.id, part)),
    action,
    context,
  );
}

function inParts<T>(items: readonly T[], request: (part: readonly T[]) => Call): readonly Call[] {
  return chunks(items, api.BACKENDS_PER_CALL).map(request);
}

type Settled = Exclude<LoadBalancerAction, { readonly kind: 'CreateLoadBalancer' }>;

/** Errors that say: it already is as this action wants it. */
const forgiven: { readonly [kind in Settled['kind']]?: readonly ErrorClass[] } = {
  DeleteLoadBalancer: ['absent'],
  RemoveBackends: ['absent'],
  AddBackends: ['exists'],
};

function each(calls: readonly Call[], action: Settled, context: ApplyContext): Promise<Applied> {
  const ids = [action.id];
  return inTurn(calls, ids, async (call) => ended(await send(call, context), ids, forgiven[action.kind]));
}

// Sends the changes of listeners; their ids are their natural keys.
import { ended, impossible, send } from '../applied.ts';
import type { Applied, ApplyContext } from '../service.ts';
import * as api from './api.ts';
import { listenerId } from './listener-answers.ts';
import { createListener, setListener } from './listener-wire.ts';
import type { ListenerRef, SlbAction } from './model.ts';
import { listenerLister } from './observe.ts';

/** Actions on listeners. */
export type ListenerAction = Extract<SlbAction, { readonly kind: `${string}Listener` }>;

/** Sends one action on a listener. */
export async function applyToListener(action: ListenerAction, context: ApplyContext): Promise<Applied> {
  const { region } = context;
  const { ref } = action;
  const ids = [listenerId(ref.loadBalancerId, ref.protocol, ref.port)];
  switch (action.kind) {
    case 'CreateListener':
      return make(action, context, ids);
    case 'UpdateListener':
      return ended(await send(setListener(region, ref, action.spec), context), ids);
    case 'StartListener':
      return ended(await send(api.startListener(region, ref), context), ids);
    case 'DeleteListener':
      return ended(await send(api.deleteListener(region, ref), context), ids, ['absent']);
    default:
      return impossible(action);
  }
}

/** The cloud says the same of a listener that is there already, which is left to the comparison, and of another one that has the port. */
async function make(
  { ref, spec }: Extract<SlbAction, { readonly kind: 'CreateListener' }>,
  context: ApplyContext,
  ids: readonly string[],
): Promise<Applied> {
  const answer = await send(createListener(context.region, ref, spec), context);
  if (answer.kind !== 'error' || answer.error.class !== 'exists') return ended(answer, ids);
  const rivals = rivalsOf(ref);
  if (rivals.length === 0) return ended(answer, ids, ['exists']);
  const there = await listenerLister.byIds(context.reader, context.region, [...ids, ...rivals]);
  if (there.kind === 'error') return { kind: 'failed', error: there.error };
  const rival = there.records.find((record) => !ids.includes(record.id));
  if (rival === undefined) return ended(answer, ids, ['exists']);
  return { kind: 'failed', error: { ...answer.error, class: 'bad-request', message: `${rival.id} has this port` } };
}

/** Listeners that cannot share the port; only TCP and UDP can. */
function rivalsOf({ loadBalancerId, protocol, port }: ListenerRef): readonly string[] {
  if (protocol === 'udp') return [];
  return ['http', 'https', 'tcp']
    .filter((other) => other !== protocol)
    .map((other) => listenerId(loadBalancerId, other, port));
}

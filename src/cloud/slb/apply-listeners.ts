// Sends the changes of listeners; their ids are their natural keys.
import { ended, impossible, send } from '../applied.ts';
import type { Applied, ApplyContext } from '../service.ts';
import * as api from './api.ts';
import { listenerId } from './listener-answers.ts';
import { createListener, setListener } from './listener-wire.ts';
import type { SlbAction } from './model.ts';

/** Actions on listeners. */
export type ListenerAction = Extract<SlbAction, { readonly kind: `${string}Listener` }>;

/** Sends one action on a listener. */
export async function applyToListener(action: ListenerAction, context: ApplyContext): Promise<Applied> {
  const { region } = context;
  const { ref } = action;
  const ids = [listenerId(ref.loadBalancerId, ref.protocol, ref.port)];
  switch (action.kind) {
    case 'CreateListener':
      return ended(await send(createListener(region, ref, action.spec), context), ids, ['exists']);
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

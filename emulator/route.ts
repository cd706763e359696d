// From a verified request to a handler: validate, place, ClientToken, run. Also the door for out-of-band edits.

import { own } from './json.ts';
import { documented, metadata } from './metadata/index.ts';
import { validate } from './openapi.ts';
import { readParams, type FlatParams } from './params.ts';
import { refuse, refuseDryRun } from './refusal.ts';
import { recall, remember, tokenUse } from './idempotency.ts';
import type { Answer, Call, Module, Operation } from './service.ts';
import type { Trace, World } from './world.ts';

/** A request for one operation. */
export interface Order {
  readonly module: Module;
  readonly operation: Operation;
  readonly action: string;
  readonly account: string;
  readonly accessKeyId: string;
  readonly requestId: string;
  readonly params: FlatParams;
  readonly forgetToken: boolean;
}

/** Region that a request is about: its RegionId, else where one of its values lives, else the default. */
export const regionOf = (world: World, account: string, params: FlatParams): string => {
  const named = params['RegionId'] ?? '';
  if (named !== '') return named;
  for (const value of Object.values(params)) {
    const home = world.home(account, value);
    if (home !== undefined) return home;
  }
  return world.settings.defaultRegion;
};

/** The documented text without its insertions; one that consists of them says nothing, so the code's commonest text stands in. */
const textOf = (order: Order, code: string, message: string): string => {
  const plain = (text: string): string => text.replaceAll('%s', '').trim();
  const texts = [message, documented(order.module.name, '*', code)?.[1] ?? '', 'The request is refused.'];
  return texts.map(plain).find((text) => /[A-Za-z]/.test(text)) ?? '';
};

/** What a handler is given. */
export const openCall = (world: World, order: Order, region: string): Call => {
  const token = order.params['ClientToken'];
  return {
    ...world.scope(order.account, region),
    service: order.module.name,
    action: order.action,
    requestId: order.requestId,
    accessKeyId: order.accessKeyId,
    params: readParams(order.params),
    clientToken: token === '' ? undefined : token,
    refuse: (code, more) => {
      const row = documented(order.module.name, order.action, code);
      return refuse({
        status: more?.status ?? row?.[0] ?? 400,
        code,
        message: more?.message ?? textOf(order, code, row?.[1] ?? ''),
      });
    },
  };
};

const runWithToken = (world: World, order: Order, call: Call): Answer => {
  const { wire } = order.module;
  const { clientToken } = call;
  if (wire === undefined || order.operation.token === undefined || clientToken === undefined)
    return order.operation.run(call);
  const use = tokenUse([call.account, call.region, order.module.name, order.action], order.params);
  const known = recall(world, wire, { ...use, token: clientToken });
  if (known !== undefined) return known;
  const answer = order.operation.run(call);
  if (!order.forgetToken) remember(world, use, answer);
  return answer;
};

/** A trace for this order. */
export const traceOf = (order: Order): Trace => ({
  maker: {
    accessKeyId: order.accessKeyId,
    requestId: order.requestId,
    clientToken: order.params['ClientToken'] ?? null,
  },
  ids: new Set(),
  committed: false,
});

// Writes look at it themselves, after their checks.
const isDryRead = ({ module, operation, action }: Order, call: Call): boolean =>
  operation.effect === 'read' &&
  metadata[module.name]?.actions[action]?.['DryRun'] !== undefined &&
  call.params.flag('DryRun') === true;

/** Validates and runs an order at one moment; refuses by throwing. */
export const route = (world: World, order: Order, trace: Trace): Answer =>
  world.during(trace, () => {
    validate(order.params, metadata[order.module.name]?.actions[order.action] ?? {});
    const region = regionOf(world, order.account, order.params);
    if (own(world.settings.regions, region) === undefined) {
      refuse({ status: 404, code: 'InvalidRegionId.NotFound', message: 'The specified RegionId does not exist.' });
    }
    const call = openCall(world, order, region);
    if (isDryRead(order, call)) refuseDryRun();
    return runWithToken(world, order, call);
  });

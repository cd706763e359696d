// Out-of-band edits: what a colleague does in the console, past signature, throttle and faults, and marked so in the ledger.

import { own, textOf } from './json.ts';
import { appendCall, withoutSecrets } from './ledger.ts';
import { drawUuid } from './random.ts';
import { dict, oneOf, wrong } from './read.ts';
import { isRefusal } from './refusal.ts';
import { regionOf, route, traceOf, type Order } from './route.ts';
import type { ControlAnswer, ControlRequest, Module, Operation } from './service.ts';
import type { World } from './world.ts';

/** The principal of out-of-band edits in the ledger. */
export const CONSOLE = 'console';

type Body = ControlRequest['body'];

/** Nested values as the wire has them: `{Tag: [{Key: 'a'}]}` becomes `Tag.1.Key`. */
export const flatten = (value: unknown, name = ''): Readonly<Record<string, string>> => {
  if (Array.isArray(value))
    return Object.assign({}, ...value.map((item, index) => flatten(item, `${name}.${index + 1}`)));
  if (typeof value === 'object' && value !== null) {
    return Object.assign(
      {},
      ...Object.entries(value).map(([key, item]) => flatten(item, name === '' ? key : `${name}.${key}`)),
    );
  }
  return value === undefined || value === null ? {} : { [name]: textOf(value) };
};

const wanted = (world: World, body: Body): { module: Module; action: string; operation: Operation } | undefined => {
  const kind = body['kind'];
  const action = String(kind ?? body['action']);
  const module = world.modules.find((candidate) =>
    kind === undefined ? candidate.name === body['service'] : own(candidate.drift ?? {}, action) !== undefined,
  );
  const operation = kind === undefined ? own(module?.wire?.operations ?? {}, action) : own(module?.drift ?? {}, action);
  return module === undefined || operation === undefined ? undefined : { module, action, operation };
};

// Says which name nothing answers to, with those that would.
const unknown = (world: World, body: Body): never => {
  const { kind, service, action } = body;
  if (kind === undefined && (service === undefined || action === undefined))
    wrong('needed', '{service, action, params}, or {kind: "serverInOtherZone", instanceId, zone}');
  const kinds = world.modules.flatMap(({ drift: own }) => Object.keys(own ?? {}));
  if (kind !== undefined) return wrong('kind', `${textOf(kind)} is not known; known are ${kinds.join(', ')}`);
  const services = world.modules.filter(({ wire }) => wire !== undefined);
  const name = oneOf(
    service,
    'service',
    services.map((module) => module.name),
  );
  const { operations = {} } = services.find((module) => module.name === name)?.wire ?? {};
  return wrong(
    'action',
    `${textOf(action)} is not one that is implemented; known are ${Object.keys(operations).join(', ')}`,
  );
};

const orderOf = (world: World, body: Body): Order => {
  const found = wanted(world, body) ?? unknown(world, body);
  const accounts = world.settings.accounts.map(({ id }) => id);
  const account = oneOf(body['account'] ?? accounts[0], 'account', accounts);
  const { kind: _kind, account: _account, ...fields } = body;
  return {
    ...found,
    account,
    accessKeyId: CONSOLE,
    requestId: drawUuid(world.state().streams, 'requests'),
    params: flatten(body['kind'] === undefined ? dict(body['params'] ?? {}, 'params') : fields),
    forgetToken: false,
  };
};

const enter = (
  world: World,
  order: Order,
  end: { status: number; code: string | null; ids: readonly string[]; committed: boolean },
): void =>
  appendCall(world.state().ledger, {
    at: world.clock.now(),
    account: order.account,
    region: regionOf(world, order.account, order.params),
    service: order.module.name,
    action: order.action,
    requestId: order.requestId,
    accessKeyId: CONSOLE,
    mutating: order.operation.effect === 'write',
    params: withoutSecrets(order.params),
    status: end.status,
    code: end.code,
    effect: end.committed ? 'committed' : 'none',
    resourceIds: end.ids,
    fault: null,
  });

/** Runs `{service, action, params, account?}`, or hands `{kind, ...}` to the module that knows this kind of drift. */
export const drift = (world: World, asked: ControlRequest): ControlAnswer => {
  const order = orderOf(world, asked.body);
  const trace = traceOf(order);
  try {
    const answer = route(world, order, trace);
    enter(world, order, { status: 200, code: null, ids: [...trace.ids], committed: trace.committed });
    return { status: 200, body: { requestId: order.requestId, answer } };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    enter(world, order, { status: error.fault.status, code: error.fault.code, ids: [], committed: trace.committed });
    return { status: 409, body: { requestId: order.requestId, refused: error.fault } };
  }
};

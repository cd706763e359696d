// One request through the visible list: identify, verify, throttle, fault, validate and route, record, deliver.

import { failure, success, type AnswerForm } from './answer.ts';
import { type FaultRule, spoil, strike } from './faults.ts';
import { type Envelope, openEnvelope, operationOf, requireEnvelope, serviceOf } from './identify.ts';
import { appendCall, withoutSecrets } from './ledger.ts';
import { metadata } from './metadata/index.ts';
import { drawUuid } from './random.ts';
import { type Fault, isRefusal, refuse } from './refusal.ts';
import { type Order, regionOf, route, traceOf } from './route.ts';
import type { Answer, Module } from './service.ts';
import { claimedKey, type Gate, type Signer, verify } from './signature.ts';
import { throttle, type Windows } from './throttle.ts';
import type { Delivery, WireAnswer, WireRequest } from './wire.ts';
import type { Trace, World } from './world.ts';

/** What requests share beside the world: transport's memory, which no snapshot holds. */
export interface Core {
  readonly world: World;
  readonly gate: Gate;
  readonly windows: Windows;
  readonly faults: FaultRule[];
  /** Hears of defects of the emulator itself. */
  readonly complain: (text: string) => void;
}

type Outcome = { readonly kind: 'ok'; readonly body: Answer } | { readonly kind: 'refused'; readonly fault: Fault };

interface Admitted {
  readonly order: Order;
  readonly rule: FaultRule | undefined;
}

const DEFECT: Fault = {
  status: 500,
  code: 'InternalError',
  message: 'The request processing has failed due to some unknown error.',
};

/** The outcome of a step that may refuse; anything else that is thrown is a defect: 500 for the caller, the text for the log. */
const attempt = (core: Core, run: () => Answer): Outcome => {
  try {
    return { kind: 'ok', body: run() };
  } catch (error) {
    if (isRefusal(error)) return { kind: 'refused', fault: error.fault };
    core.complain(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return { kind: 'refused', fault: DEFECT };
  }
};

const mayDo = (signer: Signer, module: Module, action: string): void => {
  const refused = signer.key.deny.some((entry) =>
    ['*', `${module.name}:*`, `${module.name}:${action}`].includes(entry),
  );
  if (refused && module.wire !== undefined) refuse(module.wire.denied);
};

/** Everything before the work: who asks what, and whether a fault was ordered for it. */
const admit = (core: Core, request: WireRequest, asked: Asked): Admitted => {
  const { world } = core;
  requireEnvelope(asked.envelope);
  const signer = verify(core.gate, request, asked.envelope.style);
  const { module, envelope } = asked;
  const operation = operationOf(module, envelope, metadata[module?.name ?? '']?.names ?? new Set());
  if (module === undefined) throw new Error('an operation without a module');
  mayDo(signer, module, envelope.action);
  const place = {
    account: signer.account,
    region: regionOf(world, signer.account, envelope.params),
    service: module.name,
    action: envelope.action,
  };
  throttle(core.windows, world.settings.throttling, {
    ...place,
    now: world.clock.now(),
    onHeaders: (headers) => Object.assign(asked.headers, headers),
  });
  const rule = strike(core.faults, { ...place, accessKeyId: signer.key.id, values: Object.values(envelope.params) });
  const order: Order = {
    module,
    operation,
    action: envelope.action,
    account: signer.account,
    accessKeyId: signer.key.id,
    requestId: asked.requestId,
    params: envelope.params,
    forgetToken: rule?.forgetToken === true,
  };
  return { order, rule };
};

interface Asked {
  readonly envelope: Envelope;
  readonly module: Module | undefined;
  readonly requestId: string;
  readonly headers: Record<string, string>;
}

const formOf = (request: WireRequest, asked: Asked): AnswerForm => ({
  requestId: asked.requestId,
  format: asked.envelope.format,
  action: asked.envelope.action,
  host: request.headers['host'] ?? '',
  product: asked.module?.wire?.product ?? '',
  headers: asked.headers,
});

const faultOf = (rule: FaultRule, headers: Record<string, string>): Fault | undefined => {
  if (rule.what.kind === 'error') return rule.what;
  if (rule.what.kind !== 'throttle') return undefined;
  if (rule.what.retryAfterMs !== undefined) headers['x-acs-retry-after'] = String(rule.what.retryAfterMs);
  return { status: 400, code: rule.what.code, message: 'Request was denied due to user flow control.' };
};

const record = (
  core: Core,
  request: WireRequest,
  entry: { asked: Asked; admitted: Admitted | undefined; outcome: Outcome; trace: Trace | undefined },
): void => {
  const { asked, admitted, outcome, trace } = entry;
  const { order, rule } = admitted ?? {};
  appendCall(core.world.state().ledger, {
    at: core.world.clock.now(),
    account: order?.account ?? null,
    region: order === undefined ? null : regionOf(core.world, order.account, order.params),
    service: asked.module?.name ?? asked.envelope.version,
    action: asked.envelope.action,
    requestId: asked.requestId,
    accessKeyId: order?.accessKeyId ?? claimedKey(request),
    mutating: order?.operation.effect === 'write',
    params: withoutSecrets(asked.envelope.params),
    status: outcome.kind === 'ok' ? 200 : outcome.fault.status,
    code: outcome.kind === 'ok' ? null : outcome.fault.code,
    effect: trace?.committed === true ? 'committed' : 'none',
    resourceIds: [...(trace?.ids ?? [])],
    fault: rule === undefined ? null : `${rule.what.kind} ${rule.position}`,
  });
};

const deliver = (rule: FaultRule | undefined, answer: WireAnswer): Delivery => {
  if (rule === undefined) return { kind: 'answer', answer };
  if (rule.position === 'answer-lost') return { kind: rule.what.kind === 'hang' ? 'hang' : 'reset' };
  return spoil(rule.what, answer);
};

/** The whole way of one request. */
export const handle = async (core: Core, request: WireRequest): Promise<Delivery> => {
  const { world } = core;
  const envelope = openEnvelope(request);
  const asked: Asked = {
    envelope,
    module: serviceOf(world.modules, envelope),
    requestId: drawUuid(world.state().streams, 'requests'),
    headers: {},
  };
  let admitted: Admitted | undefined;
  let trace: Trace | undefined;
  let outcome = attempt(core, () => {
    admitted = admit(core, request, asked);
    return {};
  });
  const rule = (admitted as Admitted | undefined)?.rule;
  if (rule?.what.kind === 'slow' && rule.position === 'before') await world.clock.pause(rule.what.ms, request.signal);
  const ordered = rule === undefined ? undefined : faultOf(rule, asked.headers);
  const spared = rule === undefined || rule.position !== 'before' || rule.what.kind === 'slow';
  if (outcome.kind === 'ok' && admitted !== undefined && spared) {
    const { order } = admitted as Admitted;
    const current = traceOf(order);
    trace = current;
    outcome = attempt(core, () => route(world, order, current));
  }
  if (ordered !== undefined && outcome.kind === 'ok') outcome = { kind: 'refused', fault: ordered };
  record(core, request, { asked, admitted, outcome, trace });
  if (rule?.what.kind === 'slow' && rule.position !== 'before') await world.clock.pause(rule.what.ms, request.signal);
  const form = formOf(request, asked);
  return deliver(rule, outcome.kind === 'ok' ? success(form, outcome.body) : failure(form, outcome.fault));
};

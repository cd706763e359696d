// One request through the visible list: identify, verify, throttle, fault, validate and route, record, deliver.

import { failure, success, type AnswerForm } from './answer.ts';
import { type FaultRule, spoil, strike } from './faults.ts';
import { type Envelope, openEnvelope, operationOf, requireEnvelope, serviceOf } from './identify.ts';
import { appendCall, type CallEntry, withoutSecrets } from './ledger.ts';
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

/** The end of a step that may refuse. */
type Attempt<T> = { readonly kind: 'ok'; readonly body: T } | { readonly kind: 'refused'; readonly fault: Fault };

type Outcome = Attempt<Answer>;

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
const attempt = <T>(core: Core, run: () => T): Attempt<T> => {
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
  requireEnvelope(asked.envelope, request.method);
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

/** What became of a request. */
interface Dealt {
  readonly asked: Asked;
  readonly admitted: Admitted | undefined;
  readonly outcome: Outcome;
  readonly trace: Trace | undefined;
}

const answerPart = (outcome: Outcome): Pick<CallEntry, 'status' | 'code'> =>
  outcome.kind === 'ok' ? { status: 200, code: null } : { status: outcome.fault.status, code: outcome.fault.code };

const askedPart = (
  core: Core,
  request: WireRequest,
  dealt: Dealt,
): Pick<CallEntry, 'account' | 'region' | 'accessKeyId' | 'mutating'> => {
  const order = dealt.admitted?.order;
  if (order === undefined) return { account: null, region: null, accessKeyId: claimedKey(request), mutating: false };
  return {
    account: order.account,
    region: regionOf(core.world, order.account, order.params),
    accessKeyId: order.accessKeyId,
    mutating: order.operation.effect === 'write',
  };
};

const record = (core: Core, request: WireRequest, dealt: Dealt): void => {
  const { asked, trace } = dealt;
  const rule = dealt.admitted?.rule;
  appendCall(core.world.state().ledger, {
    at: core.world.clock.now(),
    service: asked.module?.name ?? asked.envelope.version,
    action: asked.envelope.action,
    requestId: asked.requestId,
    params: withoutSecrets(asked.envelope.params),
    ...askedPart(core, request, dealt),
    ...answerPart(dealt.outcome),
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

const pauseFor = async (
  core: Core,
  rule: FaultRule | undefined,
  at: { readonly before: boolean; readonly signal: AbortSignal },
): Promise<void> => {
  if (rule?.what.kind !== 'slow' || (rule.position === 'before') !== at.before) return;
  await core.world.clock.pause(rule.what.ms, at.signal);
};

/** Whether a rule lets the work be done. */
const letsWork = (rule: FaultRule | undefined): boolean =>
  rule === undefined || rule.position !== 'before' || rule.what.kind === 'slow';

const work = (
  core: Core,
  { order, rule }: Admitted,
  headers: Record<string, string>,
): { outcome: Outcome; trace: Trace } => {
  const trace = traceOf(order);
  const outcome: Outcome = letsWork(rule)
    ? attempt(core, () => route(core.world, order, trace))
    : { kind: 'ok', body: {} };
  const fault = rule === undefined ? undefined : faultOf(rule, headers);
  return { trace, outcome: fault !== undefined && outcome.kind === 'ok' ? { kind: 'refused', fault } : outcome };
};

const askedOf = (core: Core, request: WireRequest): Asked => {
  const envelope = openEnvelope(request);
  return {
    envelope,
    module: serviceOf(core.world.modules, envelope),
    requestId: drawUuid(core.world.state().streams, 'requests'),
    headers: {},
  };
};

/** The work of an admitted request, with its slow moments before and after. */
const perform = async (
  core: Core,
  request: WireRequest,
  dealt: { readonly asked: Asked; readonly admitted: Admitted },
): Promise<Delivery> => {
  const { asked, admitted } = dealt;
  await pauseFor(core, admitted.rule, { before: true, signal: request.signal });
  const { outcome, trace } = work(core, admitted, asked.headers);
  record(core, request, { asked, admitted, outcome, trace });
  await pauseFor(core, admitted.rule, { before: false, signal: request.signal });
  const form = formOf(request, asked);
  return deliver(admitted.rule, outcome.kind === 'ok' ? success(form, outcome.body) : failure(form, outcome.fault));
};

/** The whole way of one request. */
export const handle = async (core: Core, request: WireRequest): Promise<Delivery> => {
  const asked = askedOf(core, request);
  const admission = attempt(core, () => admit(core, request, asked));
  if (admission.kind === 'ok') return perform(core, request, { asked, admitted: admission.body });
  record(core, request, { asked, admitted: undefined, outcome: admission, trace: undefined });
  return { kind: 'answer', answer: failure(formOf(request, asked), admission.fault) };
};

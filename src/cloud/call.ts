// The vocabulary of one call to Alibaba's API: what is asked, and every way it can end. No SDK type crosses this line.

/** Products of which we make calls; also folder names and metric labels. */
export type ServiceName = 'vpc' | 'ecs' | 'slb' | 'sts';

/** Wire value of one parameter before flattening: scalars, lists and objects (flattened to `Tag.1.Key`), or JSON text made by the caller. */
export type ParamValue = string | number | boolean | readonly ParamValue[] | { readonly [key: string]: ParamValue };

/** One request, without credentials, region endpoint or signature; JSON-serialisable, so that it can be frozen in an intent. */
export interface Call {
  readonly service: ServiceName;
  readonly action: string;
  readonly params: { readonly [name: string]: ParamValue };
}

/** Classes of section "classification": what an error code means for the caller. */
export type ErrorClass =
  | 'throttled'
  | 'transient'
  | 'busy'
  | 'in-progress' // the same token is still being processed
  | 'token-mismatch' // IdempotentParameterMismatch and its kin
  | 'stock'
  | 'money'
  | 'quota'
  | 'rights'
  | 'credential' // key, signature, clock, account, endpoint, region: nothing is concluded about resources
  | 'absent' // a code of that action's own absence table
  | 'exists' // already so
  | 'bad-request'
  | 'unknown';

/** An error answered by the cloud, or made by the way to it (`code` is then `Network.<CODE>`, `Timeout` or `UnreadableAnswer`). */
export interface CloudError {
  readonly class: ErrorClass;
  readonly service: ServiceName;
  readonly action: string;
  readonly code: string;
  readonly message: string;
  readonly requestId?: string;
  readonly status?: number;
  readonly retryAfterMs?: number;
  /** True when the call may have taken effect although no success was seen. */
  readonly mayHaveHappened: boolean;
}

/** The end of a call: a body (JSON object, has RequestId) or an error. Calls never throw for what the cloud says. */
export type Answer =
  | { readonly kind: 'ok'; readonly body: Body }
  | { readonly kind: 'error'; readonly error: CloudError };

/** The end of a write: an answer, or `held` when the gate was shut and nothing was sent and nothing took effect. */
export type WriteAnswer = Answer | { readonly kind: 'held'; readonly reason: string };

/** A successful body: untyped JSON, read through each service's zod schemas in its `api.ts`. */
export type Body = { readonly [key: string]: unknown };

/** Lanes of the limiter, most urgent first. */
export type Lane = 'user' | 'repair' | 'poll' | 'sweep' | 'slow';

/** Describe calls only: the face handed to `observe`, so that the compiler forbids a write there. */
export interface Reader {
  read(call: Call, lane: Lane): Promise<Answer>;
}

/** Mutating calls; the gate (lease, freeze) is asked immediately before each try. `token` becomes ClientToken where the action takes one. */
export interface Writer {
  write(call: Call, options: { readonly token?: string; readonly lane: Lane }): Promise<WriteAnswer>;
}

/** Commands run inside guests (Cloud Assistant), with a limiter and a metric of their own. */
export interface Prober {
  run(call: Call, options: { readonly token: string }): Promise<WriteAnswer>;
}

/** All faces of one account and region. */
export interface CloudClient extends Reader, Writer, Prober {}

/** Asked before every mutating try; a reason means: do not call. */
export type Gate = () => { readonly open: true } | { readonly open: false; readonly reason: string };

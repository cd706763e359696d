// What the SDK returns and throws, as our values. Its error texts hold the whole request, so none of them is passed on.
import type { Body, Call, CloudError } from './call.ts';
import { clientCodes, cloudError } from './errors.ts';
import { quotaHint } from './quota-hint.ts';
import type { TryOptions, TryResult } from './wire-call.ts';

type Bag = { readonly [key: string]: unknown };

const isBag = (value: unknown): value is Bag => typeof value === 'object' && value !== null && !Array.isArray(value);
const bag = (value: unknown): Bag => (isBag(value) ? value : {});
const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
const number = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;

/** Optional members of an error, left out when they are not known. */
function seenOf(message: string, requestId: string | undefined, retryAfterMs?: number) {
  return {
    message,
    ...(requestId === undefined ? {} : { requestId }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

function errorOf(
  call: Call,
  { mutating }: TryOptions,
  ended: { code: string; status?: number | undefined; seen: ReturnType<typeof seenOf> },
): CloudError {
  const { service, action } = call;
  const { code, status, seen } = ended;
  return cloudError({ service, action, code, mutating, ...(status === undefined ? {} : { status }) }, seen);
}

/** The error of a call whose deadline passed. */
export function timedOut(call: Call, options: TryOptions): CloudError {
  return errorOf(call, options, {
    code: clientCodes.timeout,
    seen: seenOf(`No answer within ${options.timeoutMs} ms`, undefined),
  });
}

/** A success: status 200 and a JSON object with a RequestId. Anything else cannot be read, whoever answered. */
export function readSuccess(call: Call, options: TryOptions, sent: unknown): TryResult {
  const { body, headers, statusCode } = bag(sent);
  if (statusCode === 200 && isBag(body) && text(body['RequestId']) !== undefined) {
    const quota = quotaHint(bag(headers));
    const answer = { kind: 'ok', body: body satisfies Body } as const;
    return quota === undefined ? { answer } : { answer, quota };
  }
  const message = `Answer ${String(statusCode)} is not a JSON object with a RequestId`;
  const seen = seenOf(message, text(bag(body)['RequestId']));
  return {
    answer: {
      kind: 'error',
      error: errorOf(call, options, { code: clientCodes.unreadable, status: number(statusCode), seen }),
    },
  };
}

/** Anything thrown: an error that the cloud answered, a failure of the network, or an answer that is not JSON. */
export function readThrown(call: Call, options: TryOptions, thrown: unknown): CloudError {
  const { name, code, statusCode, data, retryAfter, requestId } = bag(thrown);
  const status = number(statusCode);
  if (status !== undefined) {
    const { Code, Message } = bag(data);
    const known = text(Code) ?? (text(code) === 'undefined' ? undefined : text(code));
    const id = text(requestId) === 'undefined' ? undefined : text(requestId);
    const seen = seenOf(text(Message) ?? `Answer ${status} without a message`, id, number(retryAfter));
    return errorOf(call, options, { code: known ?? clientCodes.unreadable, status, seen });
  }
  if (name === 'RequestTimeoutError') return timedOut(call, options);
  const system = text(code);
  if (system !== undefined) {
    return errorOf(call, options, {
      code: `${clientCodes.network}${system}`,
      seen: seenOf(`The way to the cloud failed: ${system}`, undefined),
    });
  }
  const message =
    thrown instanceof SyntaxError ? 'The answer is not JSON' : `The answer could not be read (${String(name)})`;
  return errorOf(call, options, { code: clientCodes.unreadable, seen: seenOf(message, undefined) });
}

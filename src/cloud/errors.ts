// Turns an answered code, or a failure of the way, into its class. The HTTP status decides nothing where a code is known.
import type { CloudError, ErrorClass, ServiceName } from './call.ts';
import { absenceCodes, errorRows, neverAbsence } from './error-tables.ts';
import { documentedCodes } from './refusals.gen.ts';

/** What is known of a failure when it is classified. */
export interface Failure {
  readonly service: ServiceName;
  readonly action: string;
  readonly code: string;
  readonly status?: number;
  readonly mutating: boolean;
}

/** Class of a failure, and whether the call may have taken effect nevertheless. */
export interface Classification {
  readonly class: ErrorClass;
  readonly mayHaveHappened: boolean;
}

/** Codes that the client itself makes; `Network.` is followed by the system's error code. */
export const clientCodes = {
  timeout: 'Timeout',
  unreadable: 'UnreadableAnswer',
  /** The account was released while the call waited for its turn. */
  closed: 'Closed',
  network: 'Network.',
} as const;

/** Failures before a byte of the request was sent: names, refused connections, certificates. */
const NEVER_SENT =
  /^Network\.(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|CERT_|ERR_TLS_CERT|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|ERR_SSL_|EPROTO)/;

/** Classes after which a write may be in force although it was answered by an error. */
const UNSETTLED: ReadonlySet<ErrorClass> = new Set(['transient', 'in-progress', 'token-mismatch', 'unknown']);

/** Does not pass by itself as other failures of servers do. That nothing happened is likely, and nobody's promise. */
const NOT_IMPLEMENTED = 501;

const words = (text: string | undefined): readonly string[] => (text === undefined ? [] : text.split(' '));
const documented = new Map<string, ReadonlySet<string>>();

function isDocumented(action: string, code: string): boolean {
  let codes = documented.get(action);
  if (codes === undefined) documented.set(action, (codes = new Set(words(documentedCodes[action]))));
  return codes.has(code);
}

const isOwnCode = (code: string): boolean =>
  [clientCodes.timeout, clientCodes.unreadable, clientCodes.closed].some((own) => own === code) ||
  code.startsWith(clientCodes.network);

function classOf({ service, action, code, status }: Failure): ErrorClass {
  const api = `${service}/${action}`;
  if (isOwnCode(code)) return 'transient';
  if (neverAbsence.some((pattern) => pattern.test(code))) return 'credential';
  if (words(absenceCodes[api]).includes(code)) return 'absent';
  const row = errorRows.find(({ codes, actions }) => codes.test(code) && (actions === undefined || actions.test(api)));
  if (row !== undefined) return row.class;
  if (isDocumented(api, code)) return 'bad-request';
  return status !== undefined && status >= 500 && status !== NOT_IMPLEMENTED ? 'transient' : 'unknown';
}

/** True when whoever answers does not serve this action at all: asking again changes nothing, another endpoint might. */
export function isUnserved(error: Pick<CloudError, 'class' | 'status'>): boolean {
  return error.class === 'unknown' && error.status === NOT_IMPLEMENTED;
}

/** Classifies a failure: never-absence rows first, then that action's absence codes, then the table, then the documented refusals. */
export function classify(failure: Failure): Classification {
  const found = classOf(failure);
  const sent = !NEVER_SENT.test(failure.code);
  return { class: found, mayHaveHappened: failure.mutating && sent && UNSETTLED.has(found) };
}

/** An error with its class. `message` and the rest are carried unchanged. */
export function cloudError(
  failure: Failure,
  seen: Pick<CloudError, 'message' | 'requestId' | 'retryAfterMs'>,
): CloudError {
  const { service, action, code, status } = failure;
  return { ...classify(failure), service, action, code, ...seen, ...(status === undefined ? {} : { status }) };
}

const REFUSALS: ReadonlySet<ErrorClass> = new Set(['stock', 'money', 'quota', 'rights', 'bad-request']);

/** True for the table of refusals, which closes an intent: stock, money, quota, rights, bad request. */
export function isRefusal(error: CloudError): boolean {
  return REFUSALS.has(error.class);
}

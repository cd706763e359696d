// From an HTTP answer of the API server to what a caller may conclude. Only a refusal that the server gives before
// it stores anything is a certain end of a write; everything else is an unknown outcome.
import type { KubeFailure, KubeResult } from './kube.ts';

/** An HTTP answer read to its end. */
export interface HttpAnswer {
  readonly status: number;
  /** Value of the Retry-After header, undefined when there is none. */
  readonly retryAfter: string | undefined;
  readonly body: string;
}

/** metav1.Status as far as it decides anything. */
interface StatusBody {
  readonly message?: string;
  readonly reason?: string;
  readonly details?: { readonly causes?: readonly { readonly reason?: string }[]; readonly retryAfterSeconds?: number };
}

const DEFAULT_RETRY_AFTER_MS = 1000;
const MESSAGE_LIMIT = 1024;

function parseStatus(body: string): StatusBody {
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === 'object' && parsed !== null ? parsed : {};
  } catch {
    return {};
  }
}

/** Seconds of a Retry-After header in milliseconds; undefined when it is absent or a date. */
export function retryAfterMs(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,6}$/.test(header.trim()) ? Number(header.trim()) * 1000 : undefined;
}

/** The failure that this status means; for statuses of 300 and more. */
export function failureOf(answer: HttpAnswer, mutating: boolean): KubeFailure {
  const status = parseStatus(answer.body);
  const text = status.message ?? answer.body.trim();
  const message = `${answer.status}: ${text.slice(0, MESSAGE_LIMIT)}`;
  switch (answer.status) {
    case 401:
      return { kind: 'unauthorized', message };
    case 403:
      return { kind: 'forbidden', message, namespaceTerminating: isTerminating(status) };
    case 404:
      return { kind: 'not-found', message };
    case 409:
      return { kind: status.reason === 'AlreadyExists' ? 'already-exists' : 'conflict', message };
    case 410:
      return { kind: 'gone', message };
    case 429:
      return { kind: 'throttled', message, retryAfterMs: throttleMs(answer, status) };
    default:
      return other(answer.status, message, mutating);
  }
}

function isTerminating(status: StatusBody): boolean {
  return (status.details?.causes ?? []).some((cause) => cause.reason === 'NamespaceTerminating');
}

function throttleMs(answer: HttpAnswer, status: StatusBody): number {
  const stated = status.details?.retryAfterSeconds;
  return retryAfterMs(answer.retryAfter) ?? (stated === undefined ? DEFAULT_RETRY_AFTER_MS : stated * 1000);
}

function other(status: number, message: string, mutating: boolean): KubeFailure {
  if (status >= 400 && status < 500 && status !== 408) return { kind: 'invalid', message };
  return { kind: mutating ? 'unknown-outcome' : 'unavailable', message };
}

/** The object in a good answer; a good status with an unreadable body proves nothing about a write. */
export function valueOf<T>(answer: HttpAnswer, mutating: boolean): KubeResult<T> {
  if (answer.status >= 300) return failureOf(answer, mutating);
  try {
    const value: T | null = JSON.parse(answer.body);
    if (typeof value === 'object' && value !== null) return { kind: 'ok', value };
  } catch {
    // Falls through: not JSON is the same as not an object.
  }
  return { kind: mutating ? 'unknown-outcome' : 'unavailable', message: `${answer.status} with an unreadable body` };
}

// The cloud's wall clock, from the Date header of any answer: asked without a signature when it says that our time is wrong.
import { type ClientRequest, type IncomingMessage, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { parseTime } from '../kernel/timestamp.ts';
import type { Endpoint } from './endpoints.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const HTTP_DATE = /^\w{3}, (\d{2}) (\w{3}) (\d{4}) (\d{2}:\d{2}:\d{2}) GMT$/;

/** Milliseconds since 1970 of an HTTP date (`Tue, 24 Nov 2026 10:57:00 GMT`); undefined when it is not one. */
export function parseHttpDate(text: string): number | undefined {
  const [, day, month, year, time] = HTTP_DATE.exec(text) ?? [];
  const number = MONTHS.indexOf(month ?? '') + 1;
  if (number === 0) return undefined;
  return parseTime(`${year}-${String(number).padStart(2, '0')}-${day}T${time}Z`);
}

/** The clock of a service's endpoint in milliseconds since 1970; undefined when it does not answer within `timeoutMs`. */
export function readServerTime({ protocol, host }: Endpoint, timeoutMs: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const answered = (response: IncomingMessage): void => {
      response.resume();
      resolve(response.headers.date === undefined ? undefined : parseHttpDate(response.headers.date));
    };
    const options = { method: 'HEAD', signal: AbortSignal.timeout(timeoutMs) };
    const ask = protocol === 'https' ? httpsRequest : httpRequest;
    const asked: ClientRequest = ask(`${protocol}://${host}/`, options, answered);
    asked.on('error', () => resolve(undefined));
    asked.end();
  });
}

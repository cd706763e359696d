// Reads the quota headers that some services send: `x-ratelimit-user-api: Limit:100,Remain:57,TimeLeft:31000,Reset:...` (milliseconds).
import type { QuotaHint } from './wire-call.ts';

const HEADERS = ['x-ratelimit-user-api', 'x-ratelimit-user'] as const;

/** The hint of the API's own header, else of the user's; undefined when none is sent or none can be read. */
export function quotaHint(headers: { readonly [name: string]: unknown }): QuotaHint | undefined {
  for (const name of HEADERS) {
    const value = headers[name];
    const hint = typeof value === 'string' ? parse(value) : undefined;
    if (hint !== undefined) return hint;
  }
  return undefined;
}

function parse(value: string): QuotaHint | undefined {
  const fields = new Map<string, number>();
  for (const part of value.split(',')) {
    const [name, number] = part.split(':');
    if (name !== undefined && number !== undefined) fields.set(name.trim().toLowerCase(), Number(number));
  }
  const [limit, remain, resetMs] = [fields.get('limit'), fields.get('remain'), fields.get('timeleft')];
  if (remain === undefined || resetMs === undefined || !(remain >= 0) || !(resetMs >= 0)) return undefined;
  return limit !== undefined && limit > 0 ? { limit, remain, resetMs } : { remain, resetMs };
}

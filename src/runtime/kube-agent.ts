// Connections to the API server: kept alive, and dropped before somebody in between forgets them silently.
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';

/** Key material of a connection; PEM. */
export interface TlsMaterial {
  readonly ca?: string | Buffer | undefined;
  readonly cert?: string | Buffer | undefined;
  readonly key?: string | Buffer | undefined;
  readonly servername?: string | undefined;
  readonly rejectUnauthorized?: boolean | undefined;
}

/** Idle connections are dropped before a load balancer in between forgets them silently. */
const IDLE_MS = 30_000;
const KEEP_ALIVE_MS = 15_000;

/** An agent that keeps connections alive and notices dead peers. */
export function agentFor(protocol: string, tls: TlsMaterial): HttpAgent {
  const common = { keepAlive: true, keepAliveMsecs: KEEP_ALIVE_MS, timeout: IDLE_MS, scheduling: 'lifo' as const };
  if (protocol === 'http:') return new HttpAgent(common);
  const given = Object.fromEntries(Object.entries(tls).filter(([, value]) => value !== undefined));
  return new HttpsAgent({ ...common, ...given });
}

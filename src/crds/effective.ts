// What an absent field means where the meaning depends on another field, so no schema default can say it.
import type { EnvironmentSpec, HealthCheck, Listener, StickySession } from './environment.ts';
import type { PoolSpec } from './pool.ts';
import type { ZoneSpec } from './zone.ts';

/** A listener with stickiness and health check filled in. */
export type EffectiveListener = Listener & {
  readonly stickySession: StickySession;
  readonly healthCheck: HealthCheck;
};

const CHECK_TIMING = { intervalSeconds: 2, timeoutSeconds: 5, healthyThreshold: 3, unhealthyThreshold: 3 } as const;
const STICKY_SECONDS = 3600;

const STICKINESS: Readonly<Record<Listener['protocol'], StickySession>> = {
  HTTP: { type: 'InsertCookie', cookieTimeoutSeconds: STICKY_SECONDS },
  TCP: { type: 'SourceAddress', persistenceTimeoutSeconds: STICKY_SECONDS },
  UDP: { type: 'None' },
};

const checkOf = (protocol: Listener['protocol']): HealthCheck =>
  protocol === 'HTTP' ? { type: 'HTTP', path: '/', ...CHECK_TIMING } : { type: protocol, ...CHECK_TIMING };

const withCodes = (check: HealthCheck): HealthCheck =>
  check.type === 'HTTP' ? { ...check, httpCodes: check.httpCodes ?? ['HTTP2xx'] } : check;

/** Fills in stickiness (SLB-8), health check (SLB-16) and the answer codes of an HTTP check. */
export const effectiveListener = (listener: Listener): EffectiveListener => ({
  ...listener,
  stickySession: listener.stickySession ?? STICKINESS[listener.protocol],
  healthCheck: withCodes(listener.healthCheck ?? checkOf(listener.protocol)),
});

/** The deletion policy in force for a zone or pool: its own, else the environment's. */
export const effectiveDeletionPolicy = (
  own: Pick<ZoneSpec | PoolSpec, 'deletionPolicy'>,
  environment: { readonly spec: Pick<EnvironmentSpec, 'deletionPolicy'> },
): 'Retain' | 'Delete' => own.deletionPolicy ?? environment.spec.deletionPolicy;

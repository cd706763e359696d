// The two servers of an operator: probes for the kubelet, metrics for Prometheus, on ports of their own so that a
// network policy can tell them apart.
import type { Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import { type Handler, listen } from './http.ts';
import type { Kube } from './kube.ts';
import type { Metrics } from './metrics.ts';
import { authorized } from './metrics-auth.ts';
import { type NamedCheck, probe } from './probes.ts';

/** Where an endpoint listens; port 0 is any free one. */
export interface EndpointAddress {
  readonly host: string;
  readonly port: number;
}

/** Where /metrics listens, who may read it (`auth` on: whom the API server lets), and the certificate if it is TLS. */
export interface MetricsAddress extends EndpointAddress {
  readonly auth: boolean;
  readonly tls?: { readonly cert: string; readonly key: string };
}

/** What the endpoints need. */
export interface EndpointsOptions {
  readonly health: EndpointAddress;
  readonly metricsEndpoint: MetricsAddress;
  readonly kube: Kube;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly live: () => readonly NamedCheck[];
  readonly ready: () => readonly NamedCheck[];
}

/** Servers that listen, with the ports that they got. */
export interface Endpoints {
  readonly health: number;
  readonly metrics: number;
  close(): Promise<void>;
}

/** Starts both servers; rejects when a port cannot be had. */
export async function openEndpoints(options: EndpointsOptions): Promise<Endpoints> {
  const { health, metricsEndpoint, kube, clock, log, metrics } = options;
  const routes: Readonly<Record<string, Handler>> = {
    '/healthz': (request) => probe(options.live())(request),
    '/readyz': (request) => probe(options.ready())(request),
  };
  const scrape: Handler = async () => ({ status: 200, ...(await metrics.render()) });
  const guarded = metricsEndpoint.auth ? authorized(scrape, kube, clock) : scrape;
  const probes = await listen({ ...health, routes, log });
  try {
    const scrapes = await listen({ ...metricsEndpoint, routes: { '/metrics': guarded }, log });
    return {
      health: probes.port,
      metrics: scrapes.port,
      close: async () => {
        await Promise.all([probes.close(), scrapes.close()]);
      },
    };
  } catch (error) {
    await probes.close();
    throw error;
  }
}

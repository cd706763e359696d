// The one door to the Kubernetes client library, and a narrow one: it reads kubeconfig files and signs in, nothing
// else. It is loaded only when a kubeconfig needs it; in a cluster nothing of it costs memory or start-up time.
import { readFile } from 'node:fs/promises';
import { Agent as HttpAgent } from 'node:http';
import type { RequestOptions } from 'node:https';
import { join } from 'node:path';
import type { Clock } from '../kernel/clock.ts';
import { agentFor } from './kube-agent.ts';
import { readPlainKubeconfig } from './kubeconfig-plain.ts';

/** How requests to one API server are made. */
export interface Connection {
  readonly url: URL;
  /** Headers and connections of the next request; `refresh` reads credentials again instead of from memory. */
  credentials(refresh: boolean): Promise<Credentials>;
}

/** What authenticates a request. */
export interface Credentials {
  readonly headers: Readonly<Record<string, string>>;
  readonly agent: HttpAgent;
}

/** Where the API server and the credentials are found. */
export type KubeSource =
  /** A pod's service account; host and port are KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT. */
  | { readonly kind: 'in-cluster'; readonly host: string; readonly port: string; readonly directory?: string }
  /** A kubeconfig file, and which of its contexts; default is its current one. */
  | { readonly kind: 'kubeconfig'; readonly path: string; readonly context?: string }
  /** A plain address with an optional bearer token, such as `kubectl proxy`. */
  | { readonly kind: 'address'; readonly url: string; readonly token?: string; readonly ca?: string };

/** Folder in which a pod finds its service account. */
const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
/** A rotated token is valid well before the old one ends, so a minute of memory is safe. */
const REFRESH_MS = 60_000;
/** Opens the way to an API server; reads files but makes no request. Throws when the configuration is unusable. */
export async function connect(source: KubeSource, clock: Clock): Promise<Connection> {
  if (source.kind === 'in-cluster') return inCluster(source, clock);
  if (source.kind === 'kubeconfig') return fromKubeconfig(source, clock);
  const url = new URL(source.url);
  const headers: Record<string, string> = source.token === undefined ? {} : { authorization: `Bearer ${source.token}` };
  const fixed = { headers, agent: agentFor(url.protocol, { ca: source.ca }) };
  return { url, credentials: async () => fixed };
}

async function inCluster(source: KubeSource & { kind: 'in-cluster' }, clock: Clock): Promise<Connection> {
  const directory = source.directory ?? SERVICE_ACCOUNT;
  const host = source.host.includes(':') ? `[${source.host}]` : source.host;
  const agent = agentFor('https:', { ca: await readFile(join(directory, 'ca.crt')) });
  const token = async (): Promise<Credentials> => {
    const text = (await readFile(join(directory, 'token'), 'utf8')).trim();
    return { headers: { authorization: `Bearer ${text}` }, agent };
  };
  await token();
  return { url: new URL(`https://${host}:${source.port}`), credentials: remembered(token, clock) };
}

async function fromKubeconfig(source: KubeSource & { kind: 'kubeconfig' }, clock: Clock): Promise<Connection> {
  const plain = await readPlainKubeconfig(source.path, source.context);
  if (plain !== undefined) {
    const agent = agentFor(plain.url.protocol, plain.tls);
    const load = async (): Promise<Credentials> => ({ headers: await plain.headers(), agent });
    return { url: plain.url, credentials: remembered(load, clock) };
  }
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  config.loadFromFile(source.path);
  if (source.context !== undefined) config.setCurrentContext(source.context);
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw new Error(`No usable current context in kubeconfig ${source.path}`);
  const url = new URL(cluster.server);
  const agents = new Map<string, HttpAgent>();
  const load = async (): Promise<Credentials> => {
    const options: RequestOptions = {};
    await config.applyToHTTPSOptions(options);
    const proxied = cluster.proxyUrl !== undefined && options.agent instanceof HttpAgent ? options.agent : undefined;
    return { headers: headersOf(options), agent: proxied ?? agentOf({ agents, url, options }) };
  };
  return { url, credentials: remembered(load, clock) };
}

function headersOf(options: RequestOptions): Record<string, string> {
  const entries = Object.entries(options.headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]);
  const basic = options.auth;
  const headers: Record<string, string> = Object.fromEntries(entries);
  if (basic) headers['authorization'] = `Basic ${Buffer.from(basic).toString('base64')}`;
  return headers;
}

interface AgentQuestion {
  readonly agents: Map<string, HttpAgent>;
  readonly url: URL;
  readonly options: RequestOptions;
}

/** Exec plugins may hand out new client certificates: an agent per certificate, the last one kept. */
function agentOf({ agents, url, options }: AgentQuestion): HttpAgent {
  const identity = `${pem(options.cert)}\n${pem(options.key)}`;
  const known = agents.get(identity);
  if (known !== undefined) return known;
  const { rejectUnauthorized, servername } = options;
  const tls = { ca: pem(options.ca), cert: pem(options.cert), key: pem(options.key), servername, rejectUnauthorized };
  const agent = agentFor(url.protocol, tls);
  for (const old of agents.values()) old.destroy();
  agents.clear();
  agents.set(identity, agent);
  return agent;
}

function pem(material: unknown): string | undefined {
  if (Buffer.isBuffer(material)) return material.toString('utf8');
  return typeof material === 'string' ? material : undefined;
}

/** Loads once, then again after a minute or when asked; concurrent callers share one load. */
function remembered(load: () => Promise<Credentials>, clock: Clock): (refresh: boolean) => Promise<Credentials> {
  let current: { readonly at: number; readonly value: Promise<Credentials> } | undefined;
  return (refresh) => {
    if (current !== undefined && !refresh && clock.monotonic() - current.at < REFRESH_MS) return current.value;
    const next = { at: clock.monotonic(), value: load() };
    current = next;
    next.value.catch(() => {
      if (current === next) current = undefined;
    });
    return next.value;
  };
}

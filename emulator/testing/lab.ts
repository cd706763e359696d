// A running emulator for tests, on a manual clock, asked over HTTP by Alibaba's own SDK core: its signature and its way
// of flattening parameters are not ours.
import sdk, { $OpenApiUtil, OpenApiUtil } from '@alicloud/openapi-core';
import * as dara from '@darabonba/typescript';
import { startEmulator } from '../emulator.ts';
import { isRecord } from '../guest-config.ts';
import type { Module, Scope } from '../service.ts';
import { DEFAULT_SETTINGS } from '../settings.ts';
import type { Settings } from '../settings.ts';

/** An answer's body, or its error; both as the wire has them. */
export type Reply = { readonly status: number; readonly code: string; readonly body: Body };

/** JSON of an answer, read loosely: tests look deep into it. */
// oxlint-disable-next-line typescript/no-explicit-any
export type Body = any;

/** What a test does with a running emulator. */
export interface Lab {
  readonly endpoint: string;
  /** The account and region of the lab from inside. */
  readonly scope: Scope;
  /** Asks an action of a service, nested parameters and all. */
  readonly ask: (service: Service, action: string, params?: Readonly<Record<string, unknown>>) => Promise<Reply>;
  /** As `ask`, and fails unless the answer is 200. */
  readonly must: (service: Service, action: string, params?: Readonly<Record<string, unknown>>) => Promise<Body>;
  readonly control: (method: 'GET' | 'POST', path: string, body?: Readonly<Record<string, unknown>>) => Promise<Reply>;
  readonly advance: (seconds: number) => Promise<void>;
  readonly stop: () => Promise<void>;
}

type Service = 'ecs' | 'slb' | 'vpc' | 'sts';

const VERSIONS: Readonly<Record<Service, string>> = {
  ecs: '2014-05-26',
  slb: '2014-05-15',
  vpc: '2016-04-28',
  sts: '2015-04-01',
};
const KEY = { id: 'lab', secret: 'lab-secret', status: 'Active', deny: [] } as const;
const ACCOUNT = '1111111111111111';
const TOKEN = 'lab-token';

/** The region of every lab. */
export const REGION = 'cn-shanghai-finance-1';

/** Starts one with these modules; settings are laid over the defaults. */
export async function startLab(modules: readonly Module[], settings: Partial<Settings> = {}): Promise<Lab> {
  const emulator = await startEmulator({
    settings: {
      ...DEFAULT_SETTINGS,
      accounts: [{ id: ACCOUNT, accessKeys: [KEY] }],
      clock: { kind: 'manual' },
      ...settings,
    },
    modules,
    host: '127.0.0.1',
    port: 0,
    controlToken: TOKEN,
    complain: (text) => {
      throw new Error(text);
    },
  });
  const { endpoint } = emulator;
  const client = clientFor(endpoint);
  const ask: Lab['ask'] = (service, action, params = {}) => askWith(client, VERSIONS[service], { action, params });
  const control: Lab['control'] = async (method, path, body) => {
    const sent = method === 'GET' ? {} : { body: JSON.stringify(body ?? {}) };
    const answer = await fetch(`http://${endpoint}/_emulator/${path}`, {
      method,
      headers: { 'x-emulator-token': TOKEN },
      ...sent,
    });
    return { status: answer.status, code: '', body: await answer.json() };
  };
  return {
    endpoint,
    scope: emulator.world.scope(ACCOUNT, REGION),
    ask,
    must: async (service, action, params) => {
      const reply = await ask(service, action, params);
      if (reply.status === 200) return reply.body;
      throw new Error(`${action}: ${reply.status} ${reply.code} ${JSON.stringify(reply.body)}`);
    },
    control,
    advance: async (seconds) => {
      await control('POST', 'clock', { advance: seconds });
    },
    stop: emulator.stop,
  };
}

function clientFor(endpoint: string): InstanceType<typeof sdk.default> {
  const key = { accessKeyId: KEY.id, accessKeySecret: KEY.secret };
  return new sdk.default(new $OpenApiUtil.Config({ endpoint, protocol: 'http', regionId: REGION, ...key }));
}

async function askWith(
  client: InstanceType<typeof sdk.default>,
  version: string,
  asked: { readonly action: string; readonly params: Readonly<Record<string, unknown>> },
): Promise<Reply> {
  const params = new $OpenApiUtil.Params({
    action: asked.action,
    version,
    protocol: 'HTTP',
    pathname: '/',
    method: 'POST',
    authType: 'AK',
    style: 'RPC',
    reqBodyType: 'formData',
    bodyType: 'json',
  });
  const request = new $OpenApiUtil.OpenApiRequest({ query: OpenApiUtil.query({ RegionId: REGION, ...asked.params }) });
  try {
    const answer = await client.callApi(params, request, new dara.RuntimeOptions({ readTimeout: 20_000 }));
    return { status: 200, code: '', body: answer.body };
  } catch (error) {
    if (error instanceof Error && 'code' in error && 'statusCode' in error && isRecord(error)) {
      return { status: Number(error.statusCode), code: String(error.code), body: error['data'] };
    }
    throw error;
  }
}

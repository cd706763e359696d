// A small client for tests: it signs by itself, from the documents, and shares no line with the verifier.

import { createHash, createHmac, randomUUID } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { createClock, isoSeconds } from './clock.ts';
import { type Emulator, startEmulator } from './emulator.ts';
import { modules } from './services/index.ts';
import { DEFAULT_SETTINGS, type Settings } from './settings.ts';

/** Parameters as they go over the wire. */
export type Wire = Readonly<Record<string, string | number | boolean>>;

/** What came back; `json` is undefined when the body is no JSON. */
export interface Got {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look deep into answers
  readonly json: any;
}

/** How to send: all optional, good values otherwise. */
export interface Send {
  readonly style?: 'V3' | 'V1';
  readonly method?: 'POST' | 'GET';
  readonly place?: 'query' | 'form';
  readonly key?: { readonly id: string; readonly secret: string };
  readonly realTime?: number;
  readonly nonce?: string;
  readonly format?: 'JSON' | 'XML' | 'none';
  /** A session token, signed with the rest. */
  readonly token?: string;
  /** Changes headers or query after signing. */
  readonly tamper?: (headers: Record<string, string>, query: Record<string, string>) => void;
}

/** API versions by service. */
export const VERSIONS: Readonly<Record<string, string>> = {
  ecs: '2014-05-26',
  vpc: '2016-04-28',
  slb: '2014-05-15',
  sts: '2015-04-01',
};

/** Region and zones of most tests. */
export const REGION = 'cn-shanghai-finance-1';
/** The first zone of REGION. */
export const ZONE_F = `${REGION}f`;
/** The second zone of REGION. */
export const ZONE_G = `${REGION}g`;

const REAL = createClock({ kind: 'real' });
const KEY = { id: 'emulator', secret: 'emulator-secret' };
const TOKEN = 'control-token-of-tests';

const encode = (text: string): string => {
  let out = '';
  for (const byte of Buffer.from(text, 'utf8')) {
    const letter = String.fromCharCode(byte);
    out += /[A-Za-z0-9\-_.~]/.test(letter) ? letter : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return out;
};

const queryOf = (fields: Readonly<Record<string, string>>): string =>
  Object.keys(fields)
    .toSorted()
    .map((name) => `${encode(name)}=${encode(fields[name] ?? '')}`)
    .join('&');

const hex = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

interface ToSign {
  readonly asked: { readonly service: string; readonly action: string };
  readonly fields: Record<string, string>;
  readonly send: Send;
}

interface Prepared {
  readonly headers: Record<string, string>;
  readonly query: Record<string, string>;
  readonly body: string;
}

const signV3 = (host: string, { asked, fields, send }: ToSign): Prepared => {
  const key = send.key ?? KEY;
  const form = send.place === 'form';
  const body = form ? queryOf(fields) : '';
  const query = form ? {} : fields;
  const headers: Record<string, string> = {
    host,
    'x-acs-action': asked.action,
    'x-acs-version': VERSIONS[asked.service] ?? asked.service,
    'x-acs-date': isoSeconds(send.realTime ?? REAL.real()),
    'x-acs-signature-nonce': send.nonce ?? randomUUID(),
    'x-acs-content-sha256': hex(body),
    ...(send.token === undefined ? {} : { 'x-acs-security-token': send.token }),
    ...(form ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
  };
  const names = Object.keys(headers).toSorted();
  const canonical = [
    send.method ?? 'POST',
    '/',
    queryOf(query),
    names.map((name) => `${name}:${headers[name]}\n`).join(''),
    names.join(';'),
    hex(body),
  ].join('\n');
  const signature = createHmac('sha256', key.secret)
    .update(`ACS3-HMAC-SHA256\n${hex(canonical)}`)
    .digest('hex');
  headers['authorization'] =
    `ACS3-HMAC-SHA256 Credential=${key.id},SignedHeaders=${names.join(';')},Signature=${signature}`;
  return { headers, query, body };
};

const envelopeV1 = ({ asked, send }: ToSign): Record<string, string> => ({
  Action: asked.action,
  Version: VERSIONS[asked.service] ?? asked.service,
  AccessKeyId: (send.key ?? KEY).id,
  SignatureMethod: 'HMAC-SHA1',
  SignatureVersion: '1.0',
  SignatureNonce: send.nonce ?? randomUUID(),
  Timestamp: isoSeconds(send.realTime ?? REAL.real()),
  ...(send.token === undefined ? {} : { SecurityToken: send.token }),
  ...(send.format === 'none' ? {} : { Format: send.format ?? 'JSON' }),
});

const signV1 = (toSign: ToSign): Prepared => {
  const { fields, send } = toSign;
  const key = send.key ?? KEY;
  const own = envelopeV1(toSign);
  const all = { ...own, ...fields };
  const stringToSign = `${send.method ?? 'POST'}&${encode('/')}&${encode(queryOf(all))}`;
  const signature = createHmac('sha1', `${key.secret}&`).update(stringToSign).digest('base64');
  const form = send.place === 'form';
  return {
    headers: form ? { 'content-type': 'application/x-www-form-urlencoded' } : {},
    query: { ...(form ? own : all), Signature: signature },
    body: form ? queryOf(fields) : '',
  };
};

const exchange = (
  endpoint: string,
  sent: { method: string; path: string; headers: Record<string, string>; body: string },
): Promise<Got> =>
  new Promise((resolve, reject) => {
    const [host = '', port = ''] = endpoint.split(':');
    const call = httpRequest(
      { host, port, method: sent.method, path: sent.path, headers: sent.headers, agent: false },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          let json: unknown;
          try {
            json = JSON.parse(text);
          } catch {
            json = undefined;
          }
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text, json });
        });
      },
    );
    call.on('error', reject);
    call.end(sent.body);
  });

/** Service, action, parameters, and how to send them. */
type Asked = readonly [service: string, action: string, params?: Wire, send?: Send];

/** Method, path below /_emulator/, body, and headers in place of the token. */
type ControlAsked = readonly [method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>];

/** A running emulator and ways to ask it. */
export interface Bench {
  readonly emulator: Emulator;
  readonly complaints: readonly string[];
  readonly ask: (...asked: Asked) => Promise<Got>;
  /** As ask, but throws unless it is a 200. */
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly must: (...asked: Asked) => Promise<any>;
  readonly control: (...asked: ControlAsked) => Promise<Got>;
  readonly advance: (seconds: number) => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Starts an emulator on a manual clock with these settings over the defaults. */
export const startBench = async (settings: Partial<Settings> = {}): Promise<Bench> => {
  const complaints: string[] = [];
  const emulator = await startEmulator({
    settings: { ...DEFAULT_SETTINGS, clock: { kind: 'manual' }, ...settings },
    modules,
    host: '127.0.0.1',
    port: 0,
    controlToken: TOKEN,
    complain: (text) => complaints.push(text),
  });
  const { endpoint } = emulator;
  const ask: Bench['ask'] = (...[service, action, params = {}, send = {}]) => {
    const fields = Object.fromEntries(Object.entries(params).map(([name, value]) => [name, String(value)]));
    const asked = { service, action };
    const ready = send.style === 'V1' ? signV1({ asked, fields, send }) : signV3(endpoint, { asked, fields, send });
    send.tamper?.(ready.headers, ready.query);
    return exchange(endpoint, {
      method: send.method ?? 'POST',
      path: `/?${queryOf(ready.query)}`,
      headers: ready.headers,
      body: ready.body,
    });
  };
  const control: Bench['control'] = (...[method, path, body, headers = { 'x-emulator-token': TOKEN }]) =>
    exchange(endpoint, {
      method,
      path: `/_emulator/${path}`,
      headers: { ...headers },
      body: body === undefined ? '' : JSON.stringify(body),
    });
  return {
    emulator,
    complaints,
    ask,
    must: async (...asked) => {
      const got = await ask(...asked);
      if (got.status !== 200) throw new Error(`${asked[0]}:${asked[1]} ${got.status} ${got.text}`);
      return got.json;
    },
    control,
    advance: async (seconds) => void (await control('POST', 'clock', { advance: seconds })),
    stop: emulator.stop,
  };
};

/** What most tests stand on: a VPC with a vSwitch in the zone, and a group. */
export interface Ground {
  readonly vpc: string;
  readonly vswitch: string;
  readonly group: string;
}

/** Makes it and lets the time pass that it takes. */
export const layGround = async (bench: Bench, zone = ZONE_F): Promise<Ground> => {
  const { VpcId: vpc } = await bench.must('vpc', 'CreateVpc', { RegionId: REGION, CidrBlock: '10.0.0.0/16' });
  await bench.advance(10);
  const { VSwitchId: vswitch } = await bench.must('vpc', 'CreateVSwitch', {
    RegionId: REGION,
    VpcId: vpc,
    ZoneId: zone,
    CidrBlock: '10.0.0.0/20',
  });
  await bench.advance(10);
  const { SecurityGroupId: group } = await bench.must('ecs', 'CreateSecurityGroup', { RegionId: REGION, VpcId: vpc });
  return { vpc, vswitch, group };
};

/** A RunInstances request on this ground. */
export const runOn = (ground: Ground, more: Wire = {}): Wire => ({
  RegionId: REGION,
  InstanceType: 'ecs.g6.large',
  ImageId: 'centos_7_9_x64_20G_alibase_20240628.vhd',
  VSwitchId: ground.vswitch,
  SecurityGroupId: ground.group,
  ...more,
});

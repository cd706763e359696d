// The one door to Alibaba's SDK core: generic calls with the V3 signature, our deadlines, no retries of its own. Loaded when the
// first account signs in, because it costs about 0.1 s and 30 MiB.
import type { Clock } from '../kernel/clock.ts';
import { formatTime } from '../kernel/timestamp.ts';
import { apiVersions } from './actions.ts';
import type { Call, ServiceName } from './call.ts';
import type { Credential } from './credentials.ts';
import type { Endpoint } from './endpoints.ts';
import { flatten } from './flatten.ts';
import { readSuccess, readThrown, timedOut } from './sdk-answers.ts';
import type { SendOnce, TryOptions, TryResult } from './wire-call.ts';

/** Parameters longer than this together travel in the form body: a query string of tens of KiB is refused on the way. */
const LONGEST_QUERY = 6000;

const WIRE_STYLE = {
  protocol: 'HTTPS',
  authType: 'AK',
  style: 'RPC',
  reqBodyType: 'formData',
  bodyType: 'json',
} as const;

/** What the door needs to know of an account in a region. */
export interface SdkOptions {
  readonly credential: Credential;
  readonly region: string;
  readonly endpoint: (service: ServiceName) => Endpoint;
  readonly clock: Clock;
  readonly userAgent: string;
}

type Core = Awaited<ReturnType<typeof loadCore>>;
type SdkClient = InstanceType<Core['default']>;

let loading: ReturnType<typeof loadCore> | undefined;

/** Both packages are CommonJS: their exports are the namespace's `default`. */
async function loadCore() {
  const [core, dara] = await Promise.all([import('@alicloud/openapi-core'), import('@darabonba/typescript')]);
  return { ...core.default, RuntimeOptions: dara.default.RuntimeOptions };
}

/** A sender for one account and region; clients per service are made on first use and keep their connections. */
export function createSdk(options: SdkOptions): SendOnce {
  const clients = new Map<ServiceName, SdkClient>();
  return async (call, tryOptions) => {
    const core = await (loading ??= loadCore());
    let client = clients.get(call.service);
    if (client === undefined) {
      client = new core.default(configOf(core, call.service, options));
      clients.set(call.service, client);
    }
    const sending = { call, tryOptions, clock: options.clock };
    return withDeadline(callOnce({ ...sending, core, client }), sending);
  };
}

function configOf(core: Core, service: ServiceName, { credential, region, endpoint, userAgent }: SdkOptions) {
  const { protocol, host } = endpoint(service);
  return new core.$OpenApiUtil.Config({
    accessKeyId: credential.id,
    accessKeySecret: credential.secret,
    regionId: region,
    endpoint: host,
    protocol,
    userAgent,
  });
}

interface Sending {
  readonly core: Core;
  readonly client: SdkClient;
  readonly call: Call;
  readonly tryOptions: TryOptions;
  readonly clock: Clock;
}

async function callOnce({ core, client, call, tryOptions, clock }: Sending): Promise<TryResult> {
  const { action, service } = call;
  const named = { action, version: apiVersions[service], pathname: '/', method: 'POST' };
  const params = new core.$OpenApiUtil.Params({ ...named, ...WIRE_STYLE });
  try {
    const sent = await client.callApi(
      params,
      requestOf({ core, call, tryOptions, clock }),
      runtimeOf(core, tryOptions),
    );
    return readSuccess(call, tryOptions, sent);
  } catch (thrown) {
    return { answer: { kind: 'error', error: readThrown(call, tryOptions, thrown) } };
  }
}

function requestOf({ core, call, tryOptions, clock }: Omit<Sending, 'client'>) {
  const flat = flatten(call.params);
  const long = Object.entries(flat).reduce((sum, [name, value]) => sum + name.length + value.length, 0) > LONGEST_QUERY;
  const headers = { 'x-acs-date': formatTime(clock.now() + tryOptions.clockOffsetMs) };
  return new core.$OpenApiUtil.OpenApiRequest(long ? { body: flat, headers } : { query: flat, headers });
}

/** The SDK's connect time-out is also one of silence, so both are the whole deadline; retries are off without retry options. */
function runtimeOf(core: Core, { timeoutMs }: TryOptions) {
  return new core.RuntimeOptions({ connectTimeout: timeoutMs, readTimeout: timeoutMs });
}

/** Ends a call that is still under way: the SDK counts connecting and reading apart, so it could take twice the time allowed. */
function withDeadline(sent: Promise<TryResult>, sending: Omit<Sending, 'client' | 'core'>): Promise<TryResult> {
  const { call, tryOptions, clock } = sending;
  return new Promise((resolve, reject) => {
    const cancel = clock.setTimer(tryOptions.timeoutMs, () => {
      resolve({ answer: { kind: 'error', error: timedOut(call, tryOptions) } });
    });
    sent.then(resolve, reject).finally(cancel);
  });
}

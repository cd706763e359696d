// The configuration file: JSON over the default settings; every complaint names the place.

import { isRecord } from './json.ts';
import { parseClock } from './options.ts';
import { dict, flag, known, list, number, text, wrong } from './read.ts';
import {
  DEFAULT_ACCOUNT_ID,
  DEFAULT_SETTINGS,
  type AccessKey,
  type Account,
  type Duration,
  type Settings,
  type Throttling,
} from './settings.ts';
import type { Delays } from './table.ts';

const texts = (value: unknown, place: string): readonly string[] =>
  list(value, place).map((item, index) => text(item, `${place}[${index}]`));
const mapped = <T>(
  value: unknown,
  place: string,
  read: (item: unknown, at: string) => T,
): Readonly<Record<string, T>> =>
  Object.fromEntries(Object.entries(dict(value, place)).map(([name, item]) => [name, read(item, `${place}.${name}`)]));

const readKey = (value: unknown, place: string): AccessKey => {
  const body = known(dict(value, place), place, ['id', 'secret', 'status', 'deny']);
  const status = body['status'] ?? 'Active';
  if (status !== 'Active' && status !== 'Inactive') return wrong(`${place}.status`, 'Active or Inactive is expected');
  return {
    id: text(body['id'], `${place}.id`),
    secret: text(body['secret'], `${place}.secret`),
    status,
    deny: texts(body['deny'] ?? [], `${place}.deny`),
  };
};

const readAccount = (value: unknown, place: string): Account => {
  const body = known(dict(value, place), place, ['id', 'accessKeys']);
  const accessKeys = list(body['accessKeys'] ?? [], `${place}.accessKeys`).map((item, index) =>
    readKey(item, `${place}.accessKeys[${index}]`),
  );
  const id = text(body['id'] ?? DEFAULT_ACCOUNT_ID, `${place}.id`);
  return { id: /^\d+$/.test(id) ? id : wrong(`${place}.id`, 'digits are expected', id), accessKeys };
};

/** `"immediate"`, `"never"`, `{describes: n}`, a number of seconds, or `{minSeconds, maxSeconds}`. */
const readDuration = (value: unknown, place: string): Duration => {
  if (value === 'immediate' || value === 'never') return { kind: value };
  if (typeof value === 'number') return { kind: 'uniform', minSeconds: number(value, place), maxSeconds: value };
  if (!isRecord(value))
    return wrong(
      place,
      '"immediate", "never", a number of seconds, {"minSeconds": n, "maxSeconds": n} or {"describes": n} is expected',
      value,
    );
  const body = known(value, place, ['describes', 'minSeconds', 'maxSeconds']);
  if (body['describes'] !== undefined)
    return { kind: 'describes', count: number(body['describes'], `${place}.describes`) };
  const minSeconds = number(body['minSeconds'], `${place}.minSeconds`);
  return { kind: 'uniform', minSeconds, maxSeconds: number(body['maxSeconds'] ?? minSeconds, `${place}.maxSeconds`) };
};

/** Seconds in the file, milliseconds inside. */
const readDelays = (value: unknown, place: string): Delays => {
  const body = known(dict(value, place), place, ['create', 'attribute', 'delete', 'flipFlop']);
  const seconds = (name: string): number => number(body[name] ?? 0, `${place}.${name}`) * 1000;
  return {
    create: seconds('create'),
    attribute: seconds('attribute'),
    delete: seconds('delete'),
    flipFlop: flag(body['flipFlop'] ?? false, `${place}.flipFlop`),
  };
};

const readThrottling = (value: unknown, place: string): Throttling => {
  const body = known(dict(value, place), place, ['default', 'actions', 'code', 'status', 'retryAfter', 'rateHeaders']);
  const standard = DEFAULT_SETTINGS.throttling;
  return {
    ...(body['default'] === undefined ? {} : { default: number(body['default'], `${place}.default`) }),
    actions: mapped(body['actions'] ?? {}, `${place}.actions`, number),
    code: text(body['code'] ?? standard.code, `${place}.code`),
    status: number(body['status'] ?? standard.status, `${place}.status`),
    retryAfter: flag(body['retryAfter'] ?? false, `${place}.retryAfter`),
    rateHeaders: flag(body['rateHeaders'] ?? false, `${place}.rateHeaders`),
  };
};

const readIdempotency = (value: unknown, place: string): Settings['idempotency'] => {
  const body = known(dict(value, place), place, ['rememberSeconds', 'inFlightSeconds']);
  const standard = DEFAULT_SETTINGS.idempotency;
  return {
    rememberSeconds: number(body['rememberSeconds'] ?? standard.rememberSeconds, `${place}.rememberSeconds`),
    inFlightSeconds: number(body['inFlightSeconds'] ?? standard.inFlightSeconds, `${place}.inFlightSeconds`),
  };
};

const READERS: { readonly [K in keyof Settings]?: (value: unknown, place: string) => Settings[K] } = {
  accounts: (value, place) => list(value, place).map((item, index) => readAccount(item, `${place}[${index}]`)),
  seed: number,
  clock: (value, place) => parseClock(text(value, place)),
  lifecycle: (value, place) => mapped(value, place, readDuration),
  visibility: (value, place) => mapped(value, place, readDelays),
  throttling: readThrottling,
  quotas: (value, place) => mapped(value, place, number),
  regions: (value, place) => mapped(value, place, texts),
  defaultRegion: text,
  idempotency: readIdempotency,
  options: dict,
  guests: dict,
  allowedHosts: texts,
};

const secretless = (settings: Settings): Settings => {
  const ids = settings.accounts.flatMap(({ accessKeys }) => accessKeys.map(({ id }) => id));
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) wrong('accounts', `access key ${twice} is there twice`);
  if (settings.regions[settings.defaultRegion] === undefined)
    wrong('defaultRegion', `${settings.defaultRegion} is not one of the regions`);
  return settings;
};

/** Settings from the file's text; throws an Error with one sentence. */
export const readConfig = (json: string): Settings => {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch (error) {
    throw new Error(`not JSON: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
  const body = known(dict(parsed, 'the file'), 'the file', [...Object.keys(READERS), 'keyPairs']);
  const read = Object.entries(READERS)
    .filter(([name]) => body[name] !== undefined)
    .map(([name, reader]) => [name, reader(body[name], name)] as const);
  const keyPairs = body['keyPairs'] === undefined ? {} : { keyPairs: texts(body['keyPairs'], 'keyPairs') };
  return secretless({ ...DEFAULT_SETTINGS, ...Object.fromEntries(read), ...keyPairs });
};

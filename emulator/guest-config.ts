// The `guests` section of the emulator's configuration: which units exist and what they serve.

/** What one unit serves on one port: HTTP status by path, `default` for the rest; tcp and udp just accept. */
export type Serve = {
  readonly port: number;
  readonly protocol: 'http' | 'tcp' | 'udp';
  readonly paths: Readonly<Record<string, number>>;
  readonly default: number;
  readonly hosts?: readonly string[];
};

/** A unit that exists in every image; `preset` says whether the image enables it, `fails` that it never starts. */
export type UnitConfig = {
  readonly serves: readonly Serve[];
  readonly startSeconds: number;
  readonly preset: 'enabled' | 'disabled';
  readonly fails: boolean;
};

/** The parsed section; `agent` says whether Cloud Assistant's agent is online in a new guest. */
export type GuestsConfig = {
  readonly units: Readonly<Record<string, UnitConfig>>;
  readonly agent: boolean;
};

/** Linux images bring a running sshd, so that a TCP check on 22 has something to meet. */
const BUILT_IN: Readonly<Record<string, UnitConfig>> = {
  'sshd.service': {
    serves: [{ port: 22, protocol: 'tcp', paths: {}, default: 404 }],
    startSeconds: 0,
    preset: 'enabled',
    fails: false,
  },
};

/** Parses the section; throws an Error that names the wrong key. Absent means no units beyond sshd. */
export function parseGuests(section: unknown): GuestsConfig {
  const raw = record(section ?? {}, 'guests');
  only(raw, ['units', 'agent'], 'guests');
  const units = Object.entries(record(raw['units'] ?? {}, 'guests.units'));
  return {
    units: {
      ...BUILT_IN,
      ...Object.fromEntries(units.map(([name, unit]) => [name, parseUnit(unit, `guests.units.${name}`)])),
    },
    agent: bool(raw['agent'] ?? true, 'guests.agent'),
  };
}

function parseUnit(value: unknown, at: string): UnitConfig {
  const raw = record(value, at);
  only(raw, ['serves', 'startSeconds', 'preset', 'fails'], at);
  return {
    serves: parseServes(raw['serves'] ?? [], `${at}.serves`),
    startSeconds: number(raw['startSeconds'] ?? 0, [0, 86_400], `${at}.startSeconds`),
    preset: oneOf(raw['preset'] ?? 'disabled', ['enabled', 'disabled'], `${at}.preset`),
    fails: bool(raw['fails'] ?? false, `${at}.fails`),
  };
}

/** Parses a list of ports a unit serves, also from the control API; throws an Error that names the wrong key. */
export function parseServes(value: unknown, at: string): readonly Serve[] {
  if (!Array.isArray(value)) throw new Error(`${at} must be a list`);
  return value.map((entry, index) => parseServe(entry, `${at}[${index}]`));
}

function parseServe(value: unknown, at: string): Serve {
  const raw = record(value, at);
  only(raw, ['port', 'protocol', 'paths', 'default', 'hosts'], at);
  const paths = Object.entries(record(raw['paths'] ?? {}, `${at}.paths`));
  const hosts = raw['hosts'];
  if (hosts !== undefined && !Array.isArray(hosts)) throw new Error(`${at}.hosts must be a list`);
  return {
    port: number(raw['port'], [1, 65_535], `${at}.port`),
    protocol: oneOf(raw['protocol'] ?? 'http', ['http', 'tcp', 'udp'], `${at}.protocol`),
    paths: Object.fromEntries(
      paths.map(([path, status]) => [urlPath(path, at), number(status, [100, 599], `${at}.paths`)]),
    ),
    default: number(raw['default'] ?? 404, [100, 599], `${at}.default`),
    ...(hosts === undefined ? {} : { hosts: hosts.map((host) => String(host).toLowerCase()) }),
  };
}

// A path becomes a word in the guest's own table, so white space could not be told from a column.
function urlPath(path: string, at: string): string {
  if (!/^\/[^\s]*$/.test(path)) throw new Error(`${at}.paths: "${path}" must begin with / and hold no white space`);
  return path;
}

function record(value: unknown, at: string): Readonly<Record<string, unknown>> {
  if (isRecord(value)) return value;
  throw new Error(`${at} must be an object`);
}

/** A JSON object, not a list and not null. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function only(raw: Readonly<Record<string, unknown>>, known: readonly string[], at: string): void {
  const stranger = Object.keys(raw).find((key) => !known.includes(key));
  if (stranger !== undefined) throw new Error(`${at}.${stranger} is unknown; known are ${known.join(', ')}`);
}

function number(value: unknown, range: readonly [number, number], at: string): number {
  if (typeof value === 'number' && value >= range[0] && value <= range[1]) return value;
  throw new Error(`${at} must be a number from ${range[0]} to ${range[1]}`);
}

function bool(value: unknown, at: string): boolean {
  if (typeof value === 'boolean') return value;
  throw new Error(`${at} must be true or false`);
}

function oneOf<T extends string>(value: unknown, allowed: readonly T[], at: string): T {
  const found = allowed.find((one) => one === value);
  if (found !== undefined) return found;
  throw new Error(`${at} must be one of ${allowed.join(', ')}`);
}

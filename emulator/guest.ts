// What is inside a server: units, what they serve, when it booted. Values and pure transitions only; times are
// milliseconds of the emulator's clock, so every question about the past can be answered without timers.
import type { GuestsConfig, Serve } from './guest-config.ts';

/** One systemd unit of a guest; `since` is when it entered its state, in milliseconds. */
export type Unit = {
  readonly enabled: boolean;
  readonly state: 'active' | 'inactive' | 'failed';
  readonly since: number;
};

/** A port somebody listens on, from the moment `from` when the unit has finished starting. */
export type Socket = Serve & { readonly unit: string; readonly from: number };

/** What was listening from `at` until the next snapshot. */
export type Snapshot = { readonly at: number; readonly up: boolean; readonly sockets: readonly Socket[] };

/** The inside of one server; JSON all through, so that a world snapshot holds it. */
export type Guest = {
  readonly instanceId: string;
  readonly os: 'linux' | 'windows';
  readonly agent: boolean;
  readonly up: boolean;
  readonly bootedAt: number;
  readonly boots: number;
  readonly units: Readonly<Record<string, Unit>>;
  readonly serves: Readonly<Record<string, readonly Serve[]>>;
  readonly history: readonly Snapshot[];
};

/** How a guest answers one probe: connection refused, nothing at all, or connected (with the HTTP status if it speaks HTTP). */
export type Answer =
  | { readonly kind: 'silent' }
  | { readonly kind: 'refused' }
  | { readonly kind: 'connected' }
  | { readonly kind: 'http'; readonly status: number };

/** One request to a guest's port; `host` is the Host header. */
export type Probe = {
  readonly protocol: 'tcp' | 'udp';
  readonly port: number;
  readonly path: string;
  readonly host: string;
};

/** Changes older than this many are forgotten: every threshold window has long passed by then. */
const HISTORY = 64;

/** A switched-off guest as its image leaves it: units enabled by preset, nothing running. */
export function newGuest(config: GuestsConfig, about: Pick<Guest, 'instanceId' | 'os'>): Guest {
  const units = about.os === 'windows' ? [] : Object.entries(config.units);
  return {
    ...about,
    agent: config.agent,
    up: false,
    bootedAt: 0,
    boots: 0,
    units: Object.fromEntries(
      units.map(([name, unit]) => [name, { enabled: unit.preset === 'enabled', state: 'inactive', since: 0 } as const]),
    ),
    serves: {},
    history: [],
  };
}

/** A boot at `at`: enabled units start, all others stay down, whatever ran before. */
export function boot(config: GuestsConfig, guest: Guest, at: number): Guest {
  const off = halt(config, guest, at);
  const up = { ...off, up: true, bootedAt: at, boots: off.boots + 1 };
  const enabled = Object.keys(up.units).filter((name) => up.units[name]?.enabled === true);
  return remember(
    config,
    enabled.reduce((now, name) => started(config, now, { name, at }), up),
    at,
  );
}

/** A stop or power cut at `at`: nothing runs, what is enabled is remembered. */
export function halt(config: GuestsConfig, guest: Guest, at: number): Guest {
  const units = Object.fromEntries(
    Object.entries(guest.units).map(([name, unit]) => [name, { ...unit, state: 'inactive' as const, since: at }]),
  );
  return remember(config, { ...guest, up: false, units }, at);
}

/** What somebody inside does to one unit at `at`; an unknown unit appears, as if its file had been written. */
export function changeUnit(
  config: GuestsConfig,
  guest: Guest,
  change: {
    readonly name: string;
    readonly at: number;
    readonly enabled?: boolean;
    readonly active?: boolean;
    readonly restart?: boolean;
  },
): Guest {
  const { name, at } = change;
  const old = guest.units[name] ?? { enabled: false, state: 'inactive', since: at };
  const kept = { ...guest, units: { ...guest.units, [name]: { ...old, enabled: change.enabled ?? old.enabled } } };
  return remember(
    config,
    change.active === undefined
      ? kept
      : switched(config, kept, { name, at, on: change.active, again: change.restart === true }),
    at,
  );
}

function switched(
  config: GuestsConfig,
  guest: Guest,
  what: { name: string; at: number; on: boolean; again: boolean },
): Guest {
  const unit = guest.units[what.name];
  const same = (unit?.state === 'active') === what.on && !(what.on && what.again);
  if (unit === undefined || !guest.up || same) return guest;
  if (what.on) return started(config, guest, what);
  return { ...guest, units: { ...guest.units, [what.name]: { ...unit, state: 'inactive', since: what.at } } };
}

function started(config: GuestsConfig, guest: Guest, what: { name: string; at: number }): Guest {
  const state = config.units[what.name]?.fails === true ? 'failed' : 'active';
  const enabled = guest.units[what.name]?.enabled ?? false;
  return { ...guest, units: { ...guest.units, [what.name]: { enabled, state, since: what.at } } };
}

/** Appends what listens now to the history; a change in the same millisecond replaces the entry. */
export function remember(config: GuestsConfig, guest: Guest, at: number): Guest {
  const before = guest.history.filter((snapshot) => snapshot.at < at);
  return { ...guest, history: [...before, { at, up: guest.up, sockets: sockets(config, guest) }].slice(-HISTORY) };
}

/** Everything that listens in the guest, with the moment from which it answers. */
export function sockets(config: GuestsConfig, guest: Guest): readonly Socket[] {
  if (!guest.up) return [];
  return Object.entries(guest.units)
    .filter(([, unit]) => unit.state === 'active')
    .flatMap(([name, unit]) => {
      const from = unit.since + (config.units[name]?.startSeconds ?? 0) * 1000;
      return (guest.serves[name] ?? config.units[name]?.serves ?? []).map((serve) => ({ ...serve, unit: name, from }));
    });
}

/** The answer a probe got, or would have got, at `at`. */
export function answer(guest: Guest, probe: Probe, at: number): Answer {
  const then = guest.history.findLast((snapshot) => snapshot.at <= at);
  if (then === undefined || !then.up) return { kind: 'silent' };
  const socket = then.sockets.find(
    (one) => one.port === probe.port && one.from <= at && (one.protocol === 'udp') === (probe.protocol === 'udp'),
  );
  if (socket === undefined) return { kind: 'refused' };
  return socket.protocol === 'http' ? { kind: 'http', status: statusOf(socket, probe) } : { kind: 'connected' };
}

/** The HTTP status a socket gives: its path table, with the query if listed so, else its default; other hosts get the default. */
export function statusOf(serve: Serve, asked: { readonly path: string; readonly host: string }): number {
  const otherHost = serve.hosts !== undefined && !serve.hosts.includes(asked.host.replace(/:\d+$/, '').toLowerCase());
  if (otherHost) return serve.default;
  const bare = asked.path.replace(/[?#].*$/, '');
  return serve.paths[asked.path] ?? serve.paths[bare] ?? serve.default;
}

/** Every moment at which some answer of the guest may change. */
export function changePoints(guest: Guest): readonly number[] {
  return guest.history.flatMap((snapshot) => [snapshot.at, ...snapshot.sockets.map((socket) => socket.from)]);
}

// One running emulator: world, chain, control API and listener together. Tests start it in-process, main.ts as a program.

import type { Core } from './chain.ts';
import { handle } from './chain.ts';
import { createClock } from './clock.ts';
import { control } from './control.ts';
import { type Listener, listen } from './server.ts';
import type { Module, Scope, Site } from './service.ts';
import type { Settings } from './settings.ts';
import { createWorld, type World } from './world.ts';

/** A started emulator. */
export interface Emulator {
  readonly host: string;
  readonly port: number;
  /** `127.0.0.1:4010`: what an SDK's `endpoint` takes. */
  readonly endpoint: string;
  readonly controlToken: string;
  readonly world: World;
  readonly stop: () => Promise<void>;
}

/** How to start one. */
export interface StartOptions {
  readonly settings: Settings;
  readonly modules: readonly Module[];
  readonly host: string;
  readonly port: number;
  readonly controlToken: string;
  readonly complain: (text: string) => void;
}

const TICK_MS = 200;

const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host);

const homeOf = (world: World, id: string): Scope | undefined => {
  for (const { id: account } of world.settings.accounts) {
    const region = world.home(account, id);
    if (region !== undefined) return world.scope(account, region);
  }
  return undefined;
};

/** The site that modules see. */
export const siteOf = (world: World): Site => ({
  settings: world.settings,
  scopes: world.scopes,
  home: (id) => homeOf(world, id),
});

/** Starts listening; rejects when the port is taken. */
export const startEmulator = async (options: StartOptions): Promise<Emulator> => {
  const { settings, modules, complain } = options;
  const clock = createClock(settings.clock);
  const world = createWorld(settings, clock, modules);
  const core: Core = {
    world,
    gate: { accounts: settings.accounts, real: clock.real, nonces: new Map() },
    windows: { counts: new Map() },
    faults: [],
    complain,
  };
  let listener: Listener | undefined;
  const hosts = (): readonly string[] => {
    const port = listener?.port ?? options.port;
    return [...new Set([bracketed(options.host), '127.0.0.1', 'localhost', '[::1]'])]
      .map((host) => `${host}:${port}`)
      .concat(settings.allowedHosts);
  };
  listener = await listen(
    options,
    {
      api: (request) => handle(core, request),
      control: (request) => control(core, { token: options.controlToken, hosts }, request),
    },
    complain,
  );
  const site = siteOf(world);
  for (const module of modules) module.start?.(site);
  // Without it nothing would happen between requests; on a manual clock nothing should.
  const stopTicking = clock.every(TICK_MS, () => {
    if (clock.mode().kind !== 'manual') world.settle();
  });
  return {
    host: listener.host,
    port: listener.port,
    endpoint: `${bracketed(listener.host)}:${listener.port}`,
    controlToken: options.controlToken,
    world,
    stop: async () => {
      stopTicking();
      await listener?.close();
      for (const module of modules) await module.stop?.();
    },
  };
};

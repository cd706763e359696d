// The command line, read without side effects: options, a request for help, or one sentence that says what is wrong.

import { parseArgs } from 'node:util';
import type { ClockMode } from './clock.ts';
import type { AccessKey } from './settings.ts';

/** What the command line says. */
export interface Options {
  readonly host: string;
  readonly port: number;
  readonly seed: number | undefined;
  readonly clock: ClockMode | undefined;
  readonly accessKeys: readonly AccessKey[];
  readonly config: string | undefined;
  readonly guestShell: boolean;
  readonly guestShellAsRoot: boolean;
  readonly quiet: boolean;
}

/** The end of reading. */
export type Read =
  | { readonly kind: 'run'; readonly options: Options }
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly sentence: string };

/** The text of --help. */
export const HELP = `finance-cloud-emulator --port N [options]

Alibaba Cloud's API on loopback, with virtual time, faults on order and a ledger of everything that happened.

  --port N                 port to listen on; 0 takes a free one
  --host H                 address to listen on (127.0.0.1)
  --access-key ID:SECRET   an access key of the default account; repeatable (emulator:emulator-secret)
  --config FILE            JSON: accounts, lifecycle, visibility, throttling, quotas, regions, guests, ...
  --seed N                 seed of ids and durations (1)
  --clock MODE             real, scaled:FACTOR (scaled:60 runs a minute a second) or manual (real)
  --guest-shell            really run commands and user data of servers, with sh, on this machine.
                           This is no sandbox. Needs a loopback host and an access key of your own.
  --guest-shell-as-root    allow --guest-shell although this process is root
  --quiet                  print the ready line only
  --help                   this text

The ready line on stdout names the address and the token of the control API (/_emulator/).
`;

const wrong = (sentence: string): never => {
  throw new Error(sentence);
};

const integer = (name: string, text: string, max: number): number => {
  const value = Number(text);
  return /^\d+$/.test(text) && value <= max
    ? value
    : wrong(`--${name} takes a whole number up to ${max}, not "${text}".`);
};

/** A clock mode from its text. */
export const parseClock = (text: string): ClockMode => {
  if (text === 'real' || text === 'manual') return { kind: text };
  const factor = Number(/^scaled:(\d+(?:\.\d+)?)$/.exec(text)?.[1]);
  return factor > 0 ? { kind: 'scaled', factor } : wrong(`--clock is real, scaled:FACTOR or manual, not "${text}".`);
};

const parseKey = (text: string): AccessKey => {
  const [, id, secret] = /^([\w.@-]+):(.+)$/.exec(text) ?? [];
  if (id === undefined || secret === undefined) return wrong('--access-key takes ID:SECRET.');
  return { id, secret, status: 'Active', deny: [] };
};

const FLAGS = {
  port: { type: 'string' },
  host: { type: 'string' },
  seed: { type: 'string' },
  clock: { type: 'string' },
  'access-key': { type: 'string', multiple: true },
  config: { type: 'string' },
  'guest-shell': { type: 'boolean' },
  'guest-shell-as-root': { type: 'boolean' },
  quiet: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

const readFlags = (args: readonly string[]): Read => {
  const { values } = parseArgs({ args: [...args], options: FLAGS, strict: true, allowPositionals: false });
  if (values.help === true) return { kind: 'help' };
  if (values['guest-shell-as-root'] === true && values['guest-shell'] !== true)
    wrong('--guest-shell-as-root means nothing without --guest-shell.');
  return {
    kind: 'run',
    options: {
      host: values.host ?? '127.0.0.1',
      port: integer('port', values.port ?? wrong('--port is needed (0 takes a free one).'), 65_535),
      seed: values.seed === undefined ? undefined : integer('seed', values.seed, 0xffff_ffff),
      clock: values.clock === undefined ? undefined : parseClock(values.clock),
      accessKeys: (values['access-key'] ?? []).map(parseKey),
      config: values.config,
      guestShell: values['guest-shell'] === true,
      guestShellAsRoot: values['guest-shell-as-root'] === true,
      quiet: values.quiet === true,
    },
  };
};

/** Reads the arguments. */
export const readOptions = (args: readonly string[]): Read => {
  try {
    return readFlags(args);
  } catch (error) {
    const [said = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    return { kind: 'wrong', sentence: /[.?]$/.test(said) ? said : `${said}.` };
  }
};

// The program: command line, configuration, start, ready line, clean end. The only file that reads argv.

import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { unknownName } from './config-names.ts';
import { readConfig } from './config.ts';
import { type Emulator, startEmulator } from './emulator.ts';
import { HELP, type Options, readOptions } from './options.ts';
import { modules } from './services/index.ts';
import { DEFAULT_ACCOUNT_ID, DEFAULT_KEY, DEFAULT_SETTINGS, type Settings } from './settings.ts';

const fail = (sentence: string, code: number): never => {
  process.stderr.write(`finance-cloud-emulator: ${sentence}\n`);
  process.exit(code);
};

const fromFile = (path: string | undefined): Settings => {
  if (path === undefined) return DEFAULT_SETTINGS;
  try {
    return readConfig(readFileSync(path, 'utf8'));
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return fail(`--config ${path}: ${text.startsWith('ENOENT') ? 'there is no such file' : text}.`, 2);
  }
};

/** Keys of the command line go to the first account, in place of the default pair. */
const withKeys = (settings: Settings, options: Options): Settings => {
  if (options.accessKeys.length === 0) return settings;
  const [first, ...others] = settings.accounts;
  const named = options.accessKeys.map(({ id }) => id);
  const own = (first?.accessKeys ?? []).filter((key) => key !== DEFAULT_KEY && !named.includes(key.id));
  return {
    ...settings,
    accounts: [{ id: first?.id ?? DEFAULT_ACCOUNT_ID, accessKeys: [...own, ...options.accessKeys] }, ...others],
  };
};

const settingsOf = (options: Options): Settings => {
  const settings = withKeys(fromFile(options.config), options);
  return Object.freeze({
    ...settings,
    seed: options.seed ?? settings.seed,
    clock: options.clock ?? settings.clock,
    guestShell: options.guestShell ? ('on' as const) : ('off' as const),
  });
};

/** Commands really run: only for people on this machine, with a key that no document prints, and not as root by accident. */
const checkShell = (options: Options, settings: Settings): void => {
  if (!options.guestShell) return;
  if (!['127.0.0.1', 'localhost', '::1'].includes(options.host))
    fail(`--guest-shell needs a loopback host, not ${options.host}.`, 2);
  const known = settings.accounts.some(({ accessKeys }) =>
    accessKeys.some(({ id, secret }) => id === DEFAULT_KEY.id || secret === DEFAULT_KEY.secret),
  );
  if (known)
    fail(
      '--guest-shell needs an access key of your own (--access-key ID:SECRET or --config): the default pair is known to everybody.',
      2,
    );
  if (process.getuid?.() === 0 && !options.guestShellAsRoot)
    fail('--guest-shell as root needs --guest-shell-as-root.', 2);
};

const checkNames = (options: Options, settings: Settings): void => {
  const unknown = unknownName(settings, modules);
  if (unknown !== undefined) fail(`--config ${options.config ?? ''}: ${unknown}.`, 2);
  if (settings.accounts.every(({ accessKeys }) => accessKeys.length === 0))
    fail(`--config ${options.config ?? ''}: accounts: there is no access key, so that nobody could sign.`, 2);
};

const start = async (options: Options, settings: Settings): Promise<Emulator> => {
  try {
    return await startEmulator({
      settings,
      modules,
      host: options.host,
      port: options.port,
      controlToken: randomBytes(24).toString('hex'),
      complain: (text) => process.stderr.write(`finance-cloud-emulator: ${text}\n`),
    });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const reasons: Readonly<Record<string, string>> = {
      EADDRINUSE: `port ${options.port} on ${options.host} is taken.`,
      EADDRNOTAVAIL: `${options.host} is no address of this machine.`,
      ENOTFOUND: `${options.host} is no known host.`,
      EACCES: `port ${options.port} is not allowed to this user.`,
    };
    return fail(reasons[code] ?? (error instanceof Error ? error.message : String(error)), 1);
  }
};

const announce = (emulator: Emulator, options: Options, settings: Settings): void => {
  process.stdout.write(`ready http://${emulator.endpoint} control-token ${emulator.controlToken}\n`);
  if (options.quiet) return;
  const keys = settings.accounts.flatMap(({ id, accessKeys }) => accessKeys.map((key) => `${key.id} (account ${id})`));
  process.stdout.write(`access keys: ${keys.join(', ')}\n`);
};

// Large answers come and go: V8 would let the space for short-lived objects grow to 100 MiB and keep it.
const keepYoungGenerationSmall = (): void => setFlagsFromString('--semi-space-growth-factor=1');

const main = async (): Promise<void> => {
  const read = readOptions(process.argv.slice(2));
  if (read.kind === 'help') {
    process.stdout.write(HELP);
    return;
  }
  if (read.kind === 'wrong') return fail(`${read.sentence} --help shows all options.`, 2);
  const settings = settingsOf(read.options);
  checkNames(read.options, settings);
  checkShell(read.options, settings);
  const emulator = await start(read.options, settings);
  keepYoungGenerationSmall();
  const end = (): void => {
    void emulator.stop().then(() => process.exit(0));
  };
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
  announce(emulator, read.options, settings);
};

await main();

// Runs a guest's script with sh, for real and to its end at once: the guest's own time stands in files, so that a sleep
// costs nothing and the same script in the same state gives the same result. This is a stage, not a sandbox: the PATH
// holds stubs only and the environment is empty, but redirections reach whatever the emulator's own user may write.
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isoSeconds } from './clock.ts';
import type { GuestsConfig } from './guest-config.ts';
import type { Guest } from './guest.ts';
import { STUBS } from './guest-stubs.ts';

/** A script and the guest it runs in; times are milliseconds of the emulator's clock. */
export type ShellRun = {
  readonly script: string;
  readonly guest: Guest;
  readonly config: GuestsConfig;
  readonly now: number;
  readonly hostname: string;
  readonly address: string;
  readonly timeoutMs: number;
};

/** What a script does to one unit, so many milliseconds after its start; `moved`: it entered its state (anew). */
export type UnitChange = {
  readonly name: string;
  readonly afterMs: number;
  readonly enabled: boolean;
  readonly state: 'active' | 'inactive' | 'failed';
  readonly moved: boolean;
};

/** How a script ended, how long it took in the guest's time, what it printed (both streams, capped) and what it changed. */
export type ShellResult = {
  readonly ended: { readonly kind: 'exit'; readonly code: number } | { readonly kind: 'timeout' };
  readonly durationMs: number;
  readonly output: Buffer;
  readonly dropped: number;
  readonly changes: readonly UnitChange[];
};

/** Cloud Assistant keeps this much of a command's output. */
export const OUTPUT_LIMIT = 24 * 1024;

/** Real seconds a script may take: only one that never sleeps and never ends gets there. */
const REAL_LIMIT_MS = 5000;
const PREFIX = 'finance-cloud-guests-';
// The limits bind what a script starts as well: processor seconds, and blocks of 512 bytes a file may hold.
const LAUNCH = 'ulimit -c 0; ulimit -t 5; ulimit -f 4096; . "$0"';

// A group of its own, so that a kill of the whole group ends the script and nothing else; honoured here though the types
// name it for the asynchronous form only.
const OWN_SESSION = { detached: true };

let root: string | undefined;

/** Runs the script in a folder of its own, which is gone when this returns. */
export function runScript(run: ShellRun): ShellResult {
  const folder = mkdtempSync(join(openShell(), 'run-'));
  try {
    stage(folder, run);
    return { ...launch(folder, run), changes: changes(folder, run) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The process's folder for all its runs; making it sweeps what killed processes left. */
export function openShell(): string {
  root ??= openRoot();
  return root;
}

/** Removes everything this process left; the next run starts anew. */
export function closeShell(): void {
  if (root !== undefined) rmSync(root, { recursive: true, force: true });
  root = undefined;
}

// A killed emulator leaves its folder behind: the next one removes the folders of processes that are no more.
function openRoot(): string {
  for (const name of readdirSync(tmpdir())) {
    const pid = /^finance-cloud-guests-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !alive(Number(pid)) && isMine(join(tmpdir(), name))) {
      rmSync(join(tmpdir(), name), { recursive: true, force: true });
    }
  }
  return mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

// A killed process that nobody waited for still has its id, as in containers whose first process waits for nobody.
function isZombie(pid: number): boolean {
  try {
    return / Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\)/, ''));
  } catch {
    return false;
  }
}

function isMine(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  return found !== undefined && found.isDirectory() && found.uid === process.getuid?.();
}

function stage(folder: string, run: ShellRun): void {
  const { guest, config } = run;
  for (const name of ['bin', 'home', 'state', 'state/units']) mkdirSync(join(folder, name));
  for (const [name, text] of Object.entries(STUBS)) writeFileSync(join(folder, 'bin', name), text, { mode: 0o755 });
  const state = (name: string, text: string | number): void => writeFileSync(join(folder, 'state', name), `${text}\n`);
  state('now', run.now);
  state('elapsed', 0);
  state('limit', run.timeoutMs);
  state('bootms', guest.bootedAt);
  state('boot', isoSeconds(guest.bootedAt).replace('T', ' ').slice(0, 19));
  state('host', run.hostname);
  state('ip', run.address);
  for (const [name, unit] of Object.entries(guest.units)) {
    const fails = config.units[name]?.fails === true ? 1 : 0;
    state(`units/${name}`, `${unit.enabled ? 1 : 0} ${unit.state} ${unit.since - run.now} ${fails}`);
  }
  writeFileSync(join(folder, 'state', 'serves'), serveLines(guest, config).join(''));
  writeFileSync(join(folder, 'script'), run.script);
}

function serveLines(guest: Guest, config: GuestsConfig): readonly string[] {
  return Object.keys(guest.units).flatMap((unit) => {
    const wait = (config.units[unit]?.startSeconds ?? 0) * 1000;
    return (guest.serves[unit] ?? config.units[unit]?.serves ?? []).flatMap((serve) => {
      const hosts = serve.hosts === undefined ? '-' : `,${serve.hosts.join(',')},`;
      const line = (path: string, status: number): string =>
        `${unit} ${serve.port} ${serve.protocol} ${wait} ${hosts} ${path} ${status}\n`;
      return [...Object.entries(serve.paths).map(([path, status]) => line(path, status)), line('*', serve.default)];
    });
  });
}

function launch(folder: string, run: ShellRun): Omit<ShellResult, 'changes'> {
  // One file for both streams keeps their order, and the file limit caps it.
  const log = openSync(join(folder, 'output'), 'w');
  const child = spawnSync('/bin/sh', ['-c', LAUNCH, join(folder, 'script')], {
    cwd: join(folder, 'home'),
    env: { PATH: join(folder, 'bin') },
    stdio: ['ignore', log, log],
    timeout: REAL_LIMIT_MS,
    killSignal: 'SIGKILL',
    ...OWN_SESSION,
  });
  closeSync(log);
  killGroup(child.pid);
  const killed = child.error !== undefined && 'code' in child.error && child.error.code === 'ETIMEDOUT';
  if (child.error !== undefined && !killed) throw new Error('run a script of a guest', { cause: child.error });
  const written = readFileSync(join(folder, 'output'));
  const elapsed = Number(readFileSync(join(folder, 'state', 'elapsed'), 'utf8'));
  const timedOut = killed || statSync(join(folder, 'state', 'timeout'), { throwIfNoEntry: false }) !== undefined;
  return {
    ended: timedOut ? { kind: 'timeout' } : { kind: 'exit', code: child.status ?? 137 },
    durationMs: timedOut ? run.timeoutMs : elapsed,
    output: written.subarray(0, OUTPUT_LIMIT),
    dropped: Math.max(0, written.length - OUTPUT_LIMIT),
  };
}

// What a script left in the background ends with it; usually there is nothing, and the group is gone already.
function killGroup(pid: number): void {
  if (pid <= 0) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // No such group: the common case.
  }
}

function changes(folder: string, run: ShellRun): readonly UnitChange[] {
  return Object.entries(run.guest.units).flatMap(([name, old]) => {
    const [enabled, state, since] = readFileSync(join(folder, 'state', 'units', name), 'utf8')
      .trim()
      .split(' ');
    if (state !== 'active' && state !== 'inactive' && state !== 'failed') return [];
    const afterMs = Math.max(0, Number(since));
    const moved = state !== old.state || Number(since) !== old.since - run.now;
    const same = !moved && (enabled === '1') === old.enabled;
    return same ? [] : [{ name, afterMs, enabled: enabled === '1', state, moved }];
  });
}

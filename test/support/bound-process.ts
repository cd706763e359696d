// A child process whose whole process group dies with this process, even when this process is killed by SIGKILL.
// The child is started through a shell that leaves a watchdog in the child's group: it reads a pipe that only this
// process holds open, and kills the group when the pipe ends. The shell then becomes the child (`exec`), so pid, exit
// code and signals are the child's own.
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { LineLog, type StreamName } from './line-log.ts';

/** How a process ended: an exit code, or the signal that killed it. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** What may be said about a child at its start; `env` replaces the whole environment (default: this process's own). */
export interface BoundOptions {
  readonly name?: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Text for the child's standard input, which is closed afterwards. */
  readonly input?: string;
  /** File that all output is appended to. */
  readonly logFile?: string;
  readonly onLine?: (line: string, stream: StreamName) => void;
}

/** How long and from where to look for a line; `since` is a `lineCount` taken earlier (default 0: from the start). */
export interface LineWait {
  readonly timeoutMs: number;
  readonly since?: number;
}

/** A running (or ended) child. */
export interface BoundProcess {
  readonly name: string;
  readonly pid: number;
  /** Settles when the process has ended and all its output was read; never rejects. */
  readonly exited: Promise<Exit>;
  /** The end, once there is one. */
  exit(): Exit | undefined;
  /** Lines seen so far; give it to `waitForLine` as `since` to see only later ones. */
  lineCount(): number;
  /** The last lines of both streams, for error messages. */
  tail(count?: number): string;
  /** Resolves with the match of the first line that fits; rejects when time is up or the process ends first. */
  waitForLine(pattern: RegExp, wait: LineWait): Promise<RegExpExecArray>;
  /** Sends a signal to the child alone. False when it has ended already. */
  signal(signal: NodeJS.Signals): boolean;
  /** Asks with `signal` (default SIGTERM), kills the group after `graceMs` (default 10 s), resolves at the end. */
  stop(signal?: NodeJS.Signals, graceMs?: number): Promise<Exit>;
}

// `$$` stays the leader's pid inside the subshell. The ignored signals keep the watchdog alive when the group is signalled.
const WATCHDOG = `(trap '' TERM INT HUP QUIT; read -r _ <&3; kill -KILL -$$) </dev/null >/dev/null 2>&1 & exec "$@" 3<&-`;

/** Starts `command` in a process group of its own that cannot outlive this process. A missing command ends with code 127. */
export function spawnBound(command: string, args: readonly string[], options: BoundOptions = {}): BoundProcess {
  const child = spawn('/bin/sh', ['-c', WATCHDOG, 'sh', command, ...args], {
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    env: options.env ?? process.env,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  const name = options.name ?? command.split('/').at(-1) ?? command;
  const log = new LineLog(options.onLine);
  const closeFile = captureOutput(child, log, options.logFile);
  const stdin = child.stdin;
  // The child may end without reading its input: that is its right, and its exit code tells.
  stdin?.on('error', () => undefined);
  stdin?.end(options.input ?? '');
  let ended: Exit | undefined;
  const exited = new Promise<Exit>((resolve) => {
    // Closing the pipe lets the watchdog end whatever the child left behind in its group.
    child.once('exit', () => child.stdio[3]?.destroy());
    child.once('error', (error) => log.push(`cannot start ${name}: ${error.message}`, 'stderr'));
    child.once('close', (code, signal) => {
      ended = { code, signal };
      closeFile();
      log.end(`${name} ended (${describeExit(ended)})`);
      resolve(ended);
    });
  });
  return boundProcess({ child, name, log, exited, exit: () => ended });
}

interface Parts {
  readonly child: ChildProcess;
  readonly name: string;
  readonly log: LineLog;
  readonly exited: Promise<Exit>;
  readonly exit: () => Exit | undefined;
}

function boundProcess({ child, name, log, exited, exit }: Parts): BoundProcess {
  const signal = (which: NodeJS.Signals): boolean => exit() === undefined && child.kill(which);
  return {
    name,
    pid: child.pid ?? -1,
    exited,
    exit,
    lineCount: () => log.count(),
    tail: (count) => log.tail(count),
    waitForLine: (pattern, wait) => log.waitFor(pattern, { ...wait, what: `${name}: a line like ${pattern}` }),
    signal,
    async stop(which = 'SIGTERM', graceMs = 10_000) {
      signal(which);
      const timer = setTimeout(() => killGroup(child), graceMs);
      const end = await exited;
      clearTimeout(timer);
      return end;
    },
  };
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // ESRCH: the group has ended between the decision and the call.
  }
}

function captureOutput(child: ChildProcess, log: LineLog, logFile: string | undefined): () => void {
  // Written synchronously: the file is complete up to the moment this process dies.
  const fd = logFile === undefined ? undefined : openSync(logFile, 'a');
  const follow = (stream: Readable | null, name: StreamName): void => {
    let rest = '';
    stream?.setEncoding('utf8');
    stream?.on('data', (chunk: string) => {
      if (fd !== undefined) writeSync(fd, chunk);
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) log.push(line, name);
    });
    stream?.on('end', () => {
      if (rest !== '') log.push(rest, name);
    });
  };
  follow(child.stdout, 'stdout');
  follow(child.stderr, 'stderr');
  return () => {
    if (fd !== undefined) closeSync(fd);
  };
}

/** "code 1" or "SIGKILL", for messages. */
export function describeExit(exit: Exit): string {
  return exit.signal ?? `code ${exit.code}`;
}

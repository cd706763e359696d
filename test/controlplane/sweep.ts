// Data folders carry the pid of the process that owns them. A start removes what killed owners have left behind, folders
// and, should the watchdogs have been killed too, processes.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { commandLine, isAlive } from '../support/process-table.ts';

const PREFIX = 'finance-cloud-operator-controlplane-';
const OWNER_FILE = 'owner.json';
const HOUR_MS = 3_600_000;

interface Owner {
  readonly pid: number;
  readonly host: string;
  readonly children: readonly number[];
}

/** A new data folder under `root`, owned by this process. */
export function createDataFolder(root: string): string {
  mkdirSync(root, { recursive: true });
  const folder = mkdtempSync(path.join(root, PREFIX));
  recordOwner(folder, []);
  return folder;
}

/** Notes which processes run on a folder, for a later sweep. */
export function recordOwner(folder: string, children: readonly number[]): void {
  const owner: Owner = { pid: process.pid, host: hostname(), children };
  writeFileSync(path.join(folder, OWNER_FILE), JSON.stringify(owner));
}

/** Removes the folders of dead owners under `root` and kills what still runs on them; returns the folders removed. */
export function sweep(root: string): readonly string[] {
  if (!existsSync(root)) return [];
  const folders = readdirSync(root).filter((each) => each.startsWith(PREFIX));
  return folders.map((each) => path.join(root, each)).filter(sweepFolder);
}

function sweepFolder(folder: string): boolean {
  const owner = readOwner(folder);
  if (owner === undefined ? isYoung(folder) : owner.host !== hostname() || isAlive(owner.pid)) return false;
  for (const pid of owner?.children ?? []) {
    // The pid may belong to somebody else by now: every program of ours names its data folder in its arguments.
    if (isAlive(pid) && commandLine(pid).includes(folder)) killGroup(pid);
  }
  rmSync(folder, { recursive: true, force: true });
  return true;
}

function readOwner(folder: string): Owner | undefined {
  try {
    const owner: Owner = JSON.parse(readFileSync(path.join(folder, OWNER_FILE), 'utf8'));
    return owner;
  } catch {
    return undefined;
  }
}

// A folder without an owner may be one that is being created at this moment, or being removed.
function isYoung(folder: string): boolean {
  const seen = statSync(folder, { throwIfNoEntry: false });
  return seen === undefined || Date.now() - seen.mtimeMs < HOUR_MS;
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended in between.
  }
}

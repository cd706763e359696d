// The running programs of one control plane: started, awaited, killed and started again, each by name.
import { spawnBound, type BoundProcess } from '../support/bound-process.ts';
import { eventually } from '../support/eventually.ts';
import { get } from './api.ts';
import type { Assets } from './assets.ts';
import type { BinaryName } from './binaries.ts';
import type { Provision } from './provision.ts';
import { apiServerArguments, controllerManagerArguments, etcdArguments, type Layout } from './servers.ts';
import { recordOwner } from './sweep.ts';

/** The programs that keep running. */
export type ServerName = Exclude<BinaryName, 'kubectl'>;

/** The programs of one control plane. */
export interface Programs {
  /** Starts a program that is not running and resolves when it serves. */
  start(name: ServerName): Promise<void>;
  /** Ends it by SIGKILL, if it runs, and resolves when it is gone. */
  kill(name: ServerName): Promise<void>;
  killAll(): Promise<void>;
  pid(name: ServerName): number | undefined;
}

const READY_MS = 90_000;

/** Nothing is started yet. */
export function createPrograms(assets: Assets, provision: Provision): Programs {
  const running = new Map<ServerName, BoundProcess>();
  const { layout } = provision;
  const kill = async (name: ServerName): Promise<void> => {
    // No asking: the data survives it, and waiting for watches to drain would take seconds.
    await running.get(name)?.stop('SIGKILL');
    running.delete(name);
  };
  return {
    async start(name) {
      const program = spawnBound(assets.file(name), ARGUMENTS[name](layout), {
        name,
        cwd: layout.dataDir,
        logFile: `${layout.dataDir}/${name}.log`,
      });
      running.set(name, program);
      recordOwner(
        layout.dataDir,
        [...running.values()].map((each) => each.pid),
      );
      await ready(program, () => serves(name, provision));
    },
    kill,
    async killAll() {
      await Promise.all([...running.keys()].map(kill));
    },
    pid: (name) => running.get(name)?.pid,
  };
}

const ARGUMENTS: Readonly<Record<ServerName, (layout: Layout) => readonly string[]>> = {
  etcd: etcdArguments,
  'kube-apiserver': apiServerArguments,
  'kube-controller-manager': controllerManagerArguments,
};

/** URLs that all answer 200 when a program serves. */
const READY: Readonly<Record<ServerName, (layout: Layout) => readonly string[]>> = {
  etcd: ({ etcdUrl }) => [`${etcdUrl}/health`],
  // The system namespaces are created after the server calls itself ready.
  'kube-apiserver': ({ url }) => [`${url}/readyz`, `${url}/api/v1/namespaces/default`],
  'kube-controller-manager': ({ url }) => [`${url}/api/v1/namespaces/default/serviceaccounts/default`],
};

async function serves(name: ServerName, { layout, ca, adminToken }: Provision): Promise<boolean> {
  for (const url of READY[name](layout)) {
    const { status } = await get(url, { ca, token: adminToken });
    if (status !== 200) return false;
  }
  return true;
}

async function ready(program: BoundProcess, check: () => Promise<boolean>): Promise<void> {
  let ended = false;
  const serving = eventually(() => ended || check(), {
    what: `${program.name} ready`,
    timeoutMs: READY_MS,
    everyMs: 25,
  });
  const first = await Promise.race([serving, program.exited.then(() => 'ended' as const)]).catch((error: unknown) => {
    throw new Error(`${program.name} did not become ready; its last lines:\n${program.tail()}`, { cause: error });
  });
  if (first !== 'ended') return;
  ended = true;
  throw new Error(`${program.name} ended while starting; its last lines:\n${program.tail()}`);
}

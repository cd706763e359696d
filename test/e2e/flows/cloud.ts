// The emulator of a group: one cloud account for each scenario, so that faults and ledgers of one do not meet the others.
import { type EmulatorProcess, startEmulatorProcess } from '../../support/emulator-process.ts';

/** One call of the ledger. */
export interface Call {
  readonly n: number;
  readonly account: string | null;
  readonly service: string;
  readonly action: string;
  readonly accessKeyId: string;
  readonly mutating: boolean;
  readonly status: number;
  readonly code: string | null;
  readonly effect: string;
  readonly requestId: string;
  readonly atMs: number;
  readonly resourceIds: readonly string[];
  readonly params: Readonly<Record<string, string>>;
}

/** One resource of the ledger. */
export interface Resource {
  readonly account: string;
  readonly type: string;
  readonly id: string;
  readonly zone: string | null;
  readonly deletedAt: string | null;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly tagsNow: Readonly<Record<string, string>>;
}

/** The running emulator, its accounts, and its ledger so far. */
export interface Cloud {
  readonly emulator: EmulatorProcess;
  /** Calls of the operator and of colleagues in this account, in order. */
  calls(accountId: string): Promise<readonly Call[]>;
  /** What exists in this account now. */
  living(accountId: string): Promise<readonly Resource[]>;
}

/** Virtual seconds in a real one. */
export const CLOCK_FACTOR = 100;

/** Id of the account of a scenario. */
export const accountIdOf = (index: number): string => `10000000000${String(index).padStart(5, '0')}`;

const key = (name: string, index: number, more: object = {}) => ({
  id: `${name}-${index}`,
  secret: `${name}-secret`,
  ...more,
});

/** Four key pairs for each scenario: a good one, another good one, a disabled one, and one without some rights. */
const accountOf = (index: number) => ({
  id: accountIdOf(index),
  accessKeys: [
    key('good', index),
    key('other', index),
    key('dead', index, { status: 'Inactive' }),
    key('poor', index, { deny: ['ecs:RunInstances'] }),
  ],
});

/** Starts it with `count` accounts, the first one of them with this index. */
export async function startCloud(count: number, config: object, first = 0): Promise<Cloud> {
  const emulator = await startEmulatorProcess({
    clock: `scaled:${CLOCK_FACTOR}`,
    config: {
      accounts: Array.from({ length: count }, (_, index) => accountOf(first + index)),
      guests: {
        units: { 'app.service': { preset: 'enabled', startSeconds: 1, serves: [{ port: 8080, protocol: 'tcp' }] } },
      },
      visibility: { '*': { create: 20, attribute: 10, delete: 20 } },
      ...config,
    },
  });
  let calls: readonly Call[] = [];
  let reading: Promise<void> = Promise.resolve();
  // Readers wait for each other: two at once would fetch the same page twice.
  const refresh = (): Promise<void> => {
    reading = reading.then(async () => {
      const page = await emulator.control('GET', `ledger?since=${calls.length}&resources=none`);
      calls = [...calls, ...callsOf(page)];
    });
    return reading;
  };
  return {
    emulator,
    calls: async (accountId) => {
      await refresh();
      return calls.filter((call) => call.account === accountId);
    },
    living: async (accountId) => {
      const page = await emulator.control('GET', `ledger?since=${calls.length}&limit=0`);
      return resourcesOf(page).filter((item) => item.account === accountId && item.deletedAt === null);
    },
  };
}

// The control API is ours and documented: what it answers is taken at its word.
/* oxlint-disable typescript/no-unsafe-type-assertion */
const callsOf = (body: unknown): readonly Call[] => (body as { readonly calls: readonly Call[] }).calls;
const resourcesOf = (body: unknown): readonly Resource[] =>
  (body as { readonly resources: readonly Resource[] }).resources;
/* oxlint-enable typescript/no-unsafe-type-assertion */

// All accounts of this process, by the name of their object.
import { Account, type AccountConfig, type AccountTools, type CloudPlace } from './account.ts';
import type { Connection } from './connection.ts';

export type { AccountConfig, AccountTools, CloudPlace } from './account.ts';
export type { Connection } from './connection.ts';

/** The registry: the account's controller connects, everybody else asks for places. */
export interface CloudAccounts {
  /** Declares an account or its change; asks the cloud whose key it is when that is not known. Concurrent calls share one question. */
  connect(config: AccountConfig): Promise<Connection>;
  /** Client and inventory of an account in a region; undefined until its present key was verified. */
  place(account: string, region: string): CloudPlace | undefined;
  /** Ends everything of an account that is gone. */
  release(account: string): void;
  close(): void;
}

/** A registry without accounts. */
export function createCloudAccounts(tools: AccountTools): CloudAccounts {
  const accounts = new Map<string, Account>();
  return {
    connect: (config) => {
      let account = accounts.get(config.name);
      if (account === undefined) accounts.set(config.name, (account = new Account(config, tools)));
      return account.connect(config);
    },
    place: (account, region) => accounts.get(account)?.place(region),
    release: (name) => {
      accounts.get(name)?.close();
      accounts.delete(name);
    },
    close: () => {
      for (const account of accounts.values()) account.close();
      accounts.clear();
    },
  };
}

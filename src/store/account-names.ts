import type { Database } from './database.ts';

/** An agent whose account has another name than it: its id was taken away from it, and the ledger never changes. */
export interface RenamedAgent {
  readonly id: string;
  readonly account: string;
}

/** Which agent each account is of. Nearly everywhere both have one name. */
export interface AccountNames {
  readonly accountOf: (id: string) => string;
  readonly agentOf: (account: string) => string;
  readonly renamed: RenamedAgent | undefined;
}

/** At most one was ever renamed; see the migration `operator-id`. */
export function accountNames(database: Database): AccountNames {
  const renamed = database.prepare<[], RenamedAgent>('SELECT id, account FROM renamed_agents').get();
  return {
    accountOf: (id) => (id === renamed?.id ? renamed.account : id),
    agentOf: (account) => (account === renamed?.account ? renamed.id : account),
    renamed,
  };
}

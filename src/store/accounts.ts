import { micro, subtract, type MicroCredits } from '../domain/credits.ts';
import type { Balance } from '../domain/ledger.ts';
import type { AccountNames } from './account-names.ts';
import type { Database } from './database.ts';

export interface LedgerTotals {
  /** Over all accounts; zero, or credits were lost or made. */
  readonly posted: number;
  readonly pending: number;
  readonly held: number;
}

export type Accounts = ReturnType<typeof accountsTable>;

/** Balances. They change only in the insert triggers of `transfers`. */
export function accountsTable(database: Database, { accountOf }: AccountNames) {
  const open = database.prepare<[string]>('INSERT OR IGNORE INTO accounts (id) VALUES (?)');
  const one = database.prepare<[string], { posted: number; pending: number }>(
    'SELECT posted, pending FROM accounts WHERE id = ?',
  );
  const totals = database.prepare<[], LedgerTotals>('SELECT posted, pending, held FROM ledger_totals WHERE id = 1');
  const ofAgents = database.prepare<[], { posted: number; pending: number }>(
    `SELECT COALESCE(SUM(posted), 0) AS posted, COALESCE(SUM(pending), 0) AS pending
       FROM accounts WHERE id NOT LIKE 'system:%'`,
  );

  const ofLiving = database.prepare<[], { id: string; posted: number; pending: number }>(
    `SELECT a.id, c.posted, c.pending
       FROM agents a LEFT JOIN renamed_agents r ON r.id = a.id JOIN accounts c ON c.id = COALESCE(r.account, a.id)
      WHERE a.status <> 'dead' ORDER BY a.number`,
  );

  function toBalance(row: { posted: number; pending: number }): Balance {
    const posted = micro(row.posted);
    const pending = micro(row.pending);
    return { posted, pending, available: subtract(posted, pending) };
  }

  return {
    open: (id: string): void => void open.run(accountOf(id)),
    balance(id: string): Balance {
      const row = one.get(accountOf(id));
      if (!row) throw new Error(`no account ${id}`);
      return toBalance(row);
    },
    available(id: string): MicroCredits {
      return this.balance(id).available;
    },
    /** The sum over all agents: credits held by somebody who can spend them. */
    agents: (): Balance => toBalance(ofAgents.get() ?? { posted: 0, pending: 0 }),
    /** Of each agent that isn't dead, the oldest first. */
    ofLiving: (): readonly (Balance & { readonly id: string })[] =>
      ofLiving.all().map(({ id, ...row }) => ({ id, ...toBalance(row) })),
    totals(): LedgerTotals {
      const row = totals.get();
      if (!row) throw new Error('the ledger has no totals');
      return row;
    },
  };
}

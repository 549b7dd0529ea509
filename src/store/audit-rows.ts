import { AGREEMENT, underOneName } from './audit-agreement.ts';
import type { AccountNames } from './account-names.ts';
import type { Database } from './database.ts';

/** One row of the ledger as it stands in the database, nothing of it believed yet. */
export interface AuditTransfer {
  readonly id: number;
  readonly type: string;
  readonly cycle: number;
  readonly debit: string;
  readonly credit: string;
  readonly amount: number;
  readonly kind: string;
  readonly ref: string;
  readonly pendingId: number | null;
  readonly at: number;
  /** Lower-case hexadecimal. */
  readonly hash: string;
}

type Columns = [number, string, number, string, string, number, string, string, number | null, number, string];

/** Also under the ids that the ledger gives out. */
const FIRST = Number.MIN_SAFE_INTEGER;
/** Asking for each row costs more than reading it; so many fit into a few megabytes. */
const AT_ONCE = 4096;

export interface AuditAccount {
  readonly id: string;
  readonly posted: number;
  readonly pending: number;
}

export type AuditRows = ReturnType<typeof auditRows>;

/**
 * What `audit` reads: its own queries, which share nothing with those that the economy works with. Rows come a few
 * thousand at a time, so memory doesn't grow with the ledger. To be read inside one transaction.
 */
export function auditRows(database: Database, { renamed }: AccountNames) {
  // Bare tuples: there may be millions, and naming the columns of each in SQLite's driver takes most of the time.
  const transfers = database
    .prepare<[number, number], Columns>(
      `SELECT id, type, cycle, debit, credit, amount, kind, ref, pending_id, at, lower(hex(hash))
         FROM transfers WHERE id > ? ORDER BY id LIMIT ? + 0`,
    )
    .raw();
  const heads = database.prepare<[], { cycle: number; head: string }>('SELECT cycle, head FROM cycles ORDER BY cycle');
  const accounts = database.prepare<[], AuditAccount>('SELECT id, posted, pending FROM accounts ORDER BY id');
  const totals = database.prepare<[], { posted: number; pending: number; held: number }>(
    'SELECT posted, pending, held FROM ledger_totals WHERE id = 1',
  );

  return {
    /** From the first row on. */
    *transfers(): Generator<AuditTransfer> {
      for (
        let after = FIRST, rows = transfers.all(after, AT_ONCE);
        rows.length > 0;
        rows = transfers.all(after, AT_ONCE)
      ) {
        for (const [id, type, cycle, debit, credit, amount, kind, ref, pendingId, at, hash] of rows)
          yield { id, type, cycle, debit, credit, amount, kind, ref, pendingId, at, hash };
        after = rows.at(-1)?.[0] ?? after;
      }
    },
    /** The chain's newest hash as each cycle recorded it, the oldest cycle first. */
    cycleHeads: (): IterableIterator<{ readonly cycle: number; readonly head: string }> => heads.iterate(),
    /** The balances that the triggers have kept. */
    accounts: (): IterableIterator<AuditAccount> => accounts.iterate(),
    totals: () => totals.get(),
    /** A sentence about the first bid, execution, prompt, agent or transfer that doesn't agree with the others. */
    disagreement(): string | undefined {
      for (const sql of AGREEMENT) {
        const found = database.prepare<[], string>(underOneName(sql, renamed)).pluck().get();
        if (found !== undefined) return found;
      }
      return undefined;
    },
  };
}

import { hash as digest } from 'node:crypto';
import { micro, type MicroCredits } from '../domain/credits.ts';
import { chainText, GENESIS_HASH, type Transfer, type TransferKind } from '../domain/ledger.ts';
import type { AccountNames } from './account-names.ts';
import type { Database } from './database.ts';

/** A transfer as it is asked for: the row gets its id, type and hash here. */
export interface NewTransfer {
  readonly cycle: number;
  readonly at: number;
  readonly debit: string;
  readonly credit: string;
  readonly amount: MicroCredits;
  readonly kind: TransferKind;
  readonly ref: string;
}

/** The pending transfer that is completed or released. */
export type Hold = Pick<Transfer, 'id' | 'debit' | 'credit' | 'amount' | 'kind' | 'ref'>;

/** Which rows are looked for. */
export interface TransferFilter {
  /** Paid by or to it. */
  readonly accountId?: string | undefined;
  readonly kind?: TransferKind | undefined;
}

/** When a hold is completed or released. */
export interface Resolution {
  readonly cycle: number;
  readonly at: number;
}

interface TransferRow extends Omit<Transfer, 'amount'> {
  readonly amount: number;
}

type MemoRow = TransferRow & { readonly memo: string | null };

/** All that was paid of one kind between two kinds of accounts, in the cycles of one bucket. */
export interface Flow {
  readonly bucket: number;
  readonly kind: TransferKind;
  readonly debit: FlowSide;
  readonly credit: FlowSide;
  readonly amount: number;
}
export type FlowSide = 'agent' | 'issuance' | 'market' | 'fees' | 'burn';

export type Transfers = ReturnType<typeof transfersTable>;

const COLUMNS = 'id, type, cycle, debit, credit, amount, kind, ref, pending_id AS pendingId, at';

/**
 * The append-only, hash-chained ledger.
 * The head is read from the database in each transaction anew: another process may have written since.
 */
export function transfersTable(database: Database, { accountOf, agentOf }: AccountNames) {
  const insert = database.prepare(
    `INSERT INTO transfers (id, type, cycle, debit, credit, amount, kind, ref, pending_id, at, hash)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const head = database.prepare<[], { id: number; hash: Buffer }>(
    'SELECT id, hash FROM transfers ORDER BY id DESC LIMIT 1',
  );
  const one = database.prepare<[number], TransferRow>(`SELECT ${COLUMNS} FROM transfers WHERE id = ?`);
  const once = database.prepare<[string, string], { id: number }>(
    `SELECT id FROM transfers WHERE kind = ? AND ref = ? AND type IN ('single', 'pending')`,
  );
  const each = database.prepare<[], TransferRow & { hash: Buffer; memo: string | null }>(
    `SELECT ${COLUMNS}, hash, memo FROM transfers LEFT JOIN memos ON memos.transfer_id = id ORDER BY id`,
  );
  const memo = database.prepare('INSERT INTO memos (transfer_id, memo) VALUES (?, ?)');
  const page = database.prepare<{ before: number; kind: TransferKind | null; limit: number }, MemoRow>(
    `SELECT ${COLUMNS}, memo FROM transfers LEFT JOIN memos ON memos.transfer_id = id
      WHERE id < @before AND (@kind IS NULL OR kind = @kind) ORDER BY id DESC LIMIT @limit + 0`,
  );
  const ofAccount = database.prepare<
    { account: string; before: number; kind: TransferKind | null; limit: number },
    MemoRow
  >(
    `SELECT ${COLUMNS}, memo FROM (
       SELECT * FROM transfers WHERE debit = @account AND id < @before AND (@kind IS NULL OR kind = @kind)
       UNION ALL SELECT * FROM transfers WHERE credit = @account AND id < @before AND (@kind IS NULL OR kind = @kind))
     LEFT JOIN memos ON memos.transfer_id = id ORDER BY id DESC LIMIT @limit + 0`,
  );
  const newestAt = database.prepare<[], number>('SELECT at FROM transfers ORDER BY id DESC LIMIT 1').pluck();
  const ofKind = database.prepare<[TransferKind], { debit: string; amount: number }>(
    `SELECT debit, amount FROM transfers WHERE kind = ? AND type = 'single' ORDER BY id`,
  );
  // Who it is doesn't matter here: an agent, or which of the system's accounts.
  const side = (column: string) => `CASE WHEN ${column} LIKE 'system:%' THEN SUBSTR(${column}, 8) ELSE 'agent' END`;
  const flows = database.prepare<[number], Flow>(
    `SELECT cycle / ? AS bucket, kind, ${side('debit')} AS debit, ${side('credit')} AS credit, SUM(amount) AS amount
       FROM transfers WHERE type IN ('single', 'post') GROUP BY 1, 2, 3, 4 ORDER BY 1`,
  );
  const count = database.prepare<[], { n: number }>('SELECT COUNT(*) AS n FROM transfers').pluck();

  /** The head, known only since this transaction began. */
  let known: { readonly id: number; readonly hash: string } | undefined;

  function newest(): { readonly id: number; readonly hash: string } {
    const last = head.get();
    return last ? { id: last.id, hash: last.hash.toString('hex') } : { id: 0, hash: GENESIS_HASH };
  }

  function append(asked: Omit<Transfer, 'id'>): number {
    const row = { ...asked, debit: accountOf(asked.debit), credit: accountOf(asked.credit) };
    known ??= newest();
    const id = known.id + 1;
    const ref = row.kind === 'transfer' && row.ref === '' ? `tx_${id}` : row.ref;
    const hash = digest('sha3-256', chainText(known.hash, { ...row, id, ref }), 'hex');
    const bytes = Buffer.from(hash, 'hex');
    insert.run(id, row.type, row.cycle, row.debit, row.credit, row.amount, row.kind, ref, row.pendingId, row.at, bytes);
    known = { id, hash };
    return id;
  }

  function holdOf(holdId: number): Hold {
    const hold = one.get(holdId);
    if (hold?.type !== 'pending') throw new Error(`transfer ${holdId} is not a hold`);
    return { ...hold, amount: micro(hold.amount) };
  }

  function resolve(type: 'post' | 'void', hold: Hold, amount: MicroCredits, { cycle, at }: Resolution): number {
    const { id: pendingId, debit, credit, kind, ref } = hold;
    return append({ type, cycle, debit, credit, amount, kind, ref, pendingId, at });
  }

  const named = (row: MemoRow): Transfer & { readonly memo: string | null } => ({
    ...{ ...row, amount: micro(row.amount) },
    ...{ debit: agentOf(row.debit), credit: agentOf(row.credit) },
  });

  return {
    /** Moves credits at once. A `transfer` with an empty ref refers to itself. Returns the row's id. */
    single: (transfer: NewTransfer): number => append({ ...transfer, type: 'single', pendingId: null }),
    /** Holds credits of the debit account. Returns the row's id. */
    hold: (transfer: NewTransfer): number => append({ ...transfer, type: 'pending', pendingId: null }),
    /** Completes a hold for `amount`, at most what was held; the rest is released. */
    post: (holdId: number, amount: MicroCredits, now: Resolution): number =>
      resolve('post', holdOf(holdId), amount, now),
    /** The same for a hold that is known already; the schema refuses one that differs from the stored row. */
    postKnown: (hold: Hold, amount: MicroCredits, now: Resolution): number => resolve('post', hold, amount, now),
    /** Releases a hold. */
    void(holdId: number, now: Resolution): number {
      const hold = holdOf(holdId);
      return resolve('void', hold, hold.amount, now);
    },
    exists: (kind: TransferKind, ref: string): boolean => once.get(kind, ref) !== undefined,
    annotate: (transferId: number, text: string): void => void memo.run(transferId, text),
    /** The newest row's id and hash in hexadecimal. */
    head: newest,
    /** Another process or a rolled back savepoint may have moved the head: it is read anew at the next write. */
    forgetHead(): void {
      known = undefined;
    },
    count: (): number => Number(count.get()),
    /** What each death burnt, the oldest first. */
    estates: (): readonly { readonly debit: string; readonly amount: number }[] =>
      ofKind.all('estate').map(({ debit, amount }) => ({ debit: agentOf(debit), amount })),
    /** What was paid in each `cycles` cycles, the oldest first. */
    flows: (cycles: number): readonly Flow[] => flows.all(cycles),
    /** When the newest row was made; undefined where there is none. */
    newestAt: (): number | undefined => newestAt.get(),
    /** Every row from the first, one at a time, as it is hashed. */
    *all(): Generator<Transfer & { readonly hash: string; readonly memo: string | null }> {
      for (const row of each.iterate()) yield { ...row, amount: micro(row.amount), hash: row.hash.toString('hex') };
    },
    /** The newest `limit` rows of one account, or of all, with ids under `before`, of one kind or any. */
    page(before: number, limit: number, { accountId, kind: only }: TransferFilter = {}) {
      const kind = only ?? null;
      if (accountId === undefined) return page.all({ before, kind, limit }).map(named);
      return ofAccount.all({ account: accountOf(accountId), before, kind, limit }).map(named);
    },
  };
}

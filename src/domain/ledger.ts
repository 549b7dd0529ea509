import type { MicroCredits } from './credits.ts';

/** Why credits move. Each kind fixes what `ref` names; (kind, ref) is unique, so nothing is paid twice. */
export const TRANSFER_KINDS = [
  'bid', // bid_17/1: the bid and its attempt
  'refund', // exe_5 or prompt_3
  'reward', // prompt_3
  'genesis_grant', // agent/life
  'estate', // agent/life
  'spawn_fee', // child
  'spawn_endowment', // child
  'message_fee', // msg_9
  'transfer', // tx_12, itself
  'rent', // agent/cycle
  'royalty', // prompt_3, or prompt_3/2: the second that is owed a share
  'lot', // prompt_3
] as const;

export type TransferKind = (typeof TRANSFER_KINDS)[number];

/** `single` moves at once; `pending` holds; `post` completes a hold, for at most its amount; `void` releases it. */
export type TransferType = 'single' | 'pending' | 'post' | 'void';

/**
 * One row of the ledger: `amount` goes from `debit` to `credit`. Immutable.
 * Accounts are agent ids, and the ledger's own `system:issuance`, `system:market`, `system:fees` and `system:burn`, whose
 * colon keeps them apart from every agent id.
 */
export interface Transfer {
  readonly id: number;
  readonly type: TransferType;
  readonly cycle: number;
  readonly debit: string;
  readonly credit: string;
  readonly amount: MicroCredits;
  readonly kind: TransferKind;
  readonly ref: string;
  readonly pendingId: number | null;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface Balance {
  readonly posted: MicroCredits;
  /** Held by pending transfers. */
  readonly pending: MicroCredits;
  /** posted − pending: what can be spent. */
  readonly available: MicroCredits;
}

/** The hash before the first row. */
export const GENESIS_HASH = '0'.repeat(64);

/**
 * What is hashed for a row: the hash before it in lower-case hexadecimal and the row's columns, joined by `|`.
 * A null is empty. No column can contain the separator: the schema's CHECKs see to it.
 */
export function chainText(previousHash: string, row: Transfer): string {
  return (
    `${previousHash}|${row.id}|${row.type}|${row.cycle}|${row.debit}|${row.credit}|${row.amount}` +
    `|${row.kind}|${row.ref}|${row.pendingId ?? ''}|${row.at}`
  );
}

import { hash as digest } from 'node:crypto';
import { subtract, toCredits, micro, ZERO } from '../../domain/credits.ts';
import type { AuditTransfer } from '../../store/audit-rows.ts';
import type { Economy } from '../economy.ts';
import { LedgerReplay } from './ledger-replay.ts';
import { STORE } from '../internal/store-key.ts';

/** What `audit --json` prints. Amounts in credits. */
export interface AuditReport {
  readonly ok: boolean;
  readonly transfers: number;
  /** All that was ever issued. */
  readonly issued: number;
  readonly burned: number;
  readonly market: number;
  readonly fees: number;
  /** By agents, held for bids or not. */
  readonly held: number;
  /** The chain's newest hash, hexadecimal. */
  readonly head: string;
  /** One sentence about the first thing that doesn't agree; amounts in it are micro-credits. */
  readonly first_difference: string | null;
}

/** The hash before the first row. */
const CHAIN_START = '0'.repeat(64);

/**
 * Recomputes the whole economy's money from the first row of the ledger, and compares it with every balance, bid,
 * execution, prompt and agent. Believes neither running totals nor anything that the program computed before.
 * `expect`: a hash that the chain must contain, such as a head that was written down elsewhere.
 */
export function auditLedger({ [STORE]: store }: Economy, { expect }: { readonly expect?: string } = {}): AuditReport {
  return store.read(() => {
    const replay = new LedgerReplay();
    const chain = new Chain(expect, store.audit.cycleHeads());
    let transfers = 0;
    let difference: string | undefined;
    try {
      for (const row of store.audit.transfers()) {
        transfers += 1;
        const [unchained, wrong] = [chain.extend(row, transfers), replay.apply(row)];
        difference ??= unchained ?? wrong;
      }
    } finally {
      chain.close();
    }
    difference ??= chain.missing() ?? replay.compare(store.audit.accounts(), store.audit.totals());
    difference ??= store.audit.disagreement();
    const posted = (account: string) => micro(replay.posted(account));
    return {
      ok: difference === undefined,
      transfers,
      issued: toCredits(subtract(ZERO, posted('system:issuance'))),
      burned: toCredits(posted('system:burn')),
      market: toCredits(posted('system:market')),
      fees: toCredits(posted('system:fees')),
      held: toCredits(micro(replay.postedByAgents())),
      head: chain.head,
      first_difference: difference ?? null,
    };
  });
}

/** Follows the hashes, and looks for those that must be among them. */
class Chain {
  head = CHAIN_START;
  readonly #expected: string | undefined;
  #isExpectedFound: boolean;
  readonly #heads: Iterator<{ readonly cycle: number; readonly head: string }>;
  /** The oldest cycle whose recorded head was not met yet. */
  #awaited: { readonly cycle: number; readonly head: string } | undefined;

  constructor(expected: string | undefined, heads: Iterator<{ readonly cycle: number; readonly head: string }>) {
    this.#expected = expected;
    this.#isExpectedFound = expected === undefined || expected === CHAIN_START;
    this.#heads = heads;
    this.#awaitNext();
    this.#meet();
  }

  /** Returns what is wrong with the row's place in the chain. */
  extend(row: AuditTransfer, number: number): string | undefined {
    const wrong =
      row.id !== number
        ? `tx_${number} is missing; tx_${row.id} stands in its place`
        : row.hash === hashOf(this.head, row)
          ? undefined
          : `tx_${row.id}: its hash is not that of its columns and the hash before it`;
    this.head = row.hash;
    if (row.hash === this.#expected) this.#isExpectedFound = true;
    this.#meet();
    return wrong;
  }

  /** A hash that should have been in the chain and was not. */
  missing(): string | undefined {
    if (!this.#isExpectedFound) return `the chain does not contain ${this.#expected}`;
    return this.#awaited && `cycle ${this.#awaited.cycle}: the head that it recorded is not in the chain`;
  }

  close(): void {
    this.#heads.return?.();
  }

  #meet(): void {
    while (this.#awaited?.head === this.head) this.#awaitNext();
  }

  #awaitNext(): void {
    const next = this.#heads.next();
    this.#awaited = next.done ? undefined : next.value;
  }
}

/** The documented order of columns; a null is empty. */
function hashOf(previous: string, row: AuditTransfer): string {
  const { id, type, cycle, debit, credit, amount, kind, ref, pendingId, at } = row;
  const columns = [previous, id, type, cycle, debit, credit, amount, kind, ref, pendingId ?? '', at];
  return digest('sha3-256', columns.join('|'), 'hex');
}

import { hash as digest } from 'node:crypto';
import type { RawTransfer } from '../../store/change-log.ts';
import { demand } from './finding.ts';

interface Account {
  posted: number;
  pending: number;
}

/** One row of the ledger, as the auditor read it. */
export interface Entry {
  readonly id: number;
  readonly type: string;
  readonly cycle: number;
  readonly debit: string;
  readonly credit: string;
  readonly amount: number;
  readonly kind: string;
  readonly ref: string;
}

/** The auditor's own books: every balance, every open hold and the chain, kept from the rows of the ledger alone. */
export class Books {
  head = '0'.repeat(64);
  /** The id of the last row. */
  last = 0;
  /** Holds that stand, by their row's id. */
  readonly holds = new Map<number, Entry>();
  readonly accounts = new Map<string, Account>();
  #cycle = 0;

  posted(account: string): number {
    return this.accounts.get(account)?.posted ?? 0;
  }

  available(account: string): number {
    const found = this.accounts.get(account);
    return found ? found.posted - found.pending : 0;
  }

  /** Sums over all accounts, and over all holds that stand. */
  totals(): { readonly posted: number; readonly pending: number; readonly held: number } {
    let posted = 0;
    let pending = 0;
    let held = 0;
    for (const account of this.accounts.values()) {
      posted += account.posted;
      pending += account.pending;
    }
    for (const { amount } of this.holds.values()) held += amount;
    return { posted, pending, held };
  }

  apply(row: RawTransfer): Entry {
    const [id, type, cycle, debit, credit, amount, kind, ref, pendingId, at, hash] = row;
    const name = `tx_${id}`;
    demand(id === this.last + 1, 'no row is missing', () => `${name} follows tx_${this.last}`);
    const text = [this.head, id, type, cycle, debit, credit, amount, kind, ref, pendingId ?? '', at].join('|');
    demand(digest('sha3-256', text) === hash, 'the chain holds', () => `${name}: its hash is not that of its columns`);
    demand(amount > 0 && Number.isSafeInteger(amount), 'amounts are whole', () => `${name} moves ${amount}`);
    demand(debit !== credit, 'nobody pays itself', () => `${name} goes from ${debit} to ${credit}`);
    demand(cycle >= this.#cycle, 'cycles go on', () => `${name} says cycle ${cycle} after ${this.#cycle}`);
    this.last = id;
    this.head = hash;
    this.#cycle = cycle;
    const entry = { id, type, cycle, debit, credit, amount, kind, ref };
    if (type === 'single') this.#move(debit, credit, amount);
    else if (type === 'pending') {
      this.#account(debit).pending += amount;
      this.holds.set(id, entry);
    } else this.#resolve(entry, pendingId);
    const left = this.available(debit);
    demand(left >= 0 || debit === 'system:issuance', 'no negative balance', () => `${name} leaves ${debit} ${left}`);
    return entry;
  }

  #resolve(entry: Entry, pendingId: number | null): void {
    const hold = this.holds.get(pendingId ?? 0);
    const name = `tx_${entry.id}`;
    demand(
      hold !== undefined,
      'a hold is resolved once',
      () => `${name} resolves tx_${pendingId}, which does not stand`,
    );
    this.holds.delete(hold.id);
    this.#account(hold.debit).pending -= hold.amount;
    if (entry.type === 'post') this.#move(hold.debit, hold.credit, entry.amount);
    const agrees = ['debit', 'credit', 'kind', 'ref'] as const;
    demand(
      agrees.every((column) => entry[column] === hold[column]) &&
        (entry.type === 'post' ? entry.amount <= hold.amount : entry.amount === hold.amount),
      'a hold is resolved as it was made',
      () => `${name} does not agree with tx_${hold.id}`,
    );
  }

  #move(debit: string, credit: string, amount: number): void {
    this.#account(debit).posted -= amount;
    this.#account(credit).posted += amount;
  }

  #account(id: string): Account {
    let account = this.accounts.get(id);
    if (!account) this.accounts.set(id, (account = { posted: 0, pending: 0 }));
    return account;
  }
}

import { createHash } from 'node:crypto';
import SqliteDatabase from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { micro } from '../../../src/domain/credits.ts';
import { checkConservation } from '../../../src/economy/money/conservation.ts';
import { withdrawBid } from '../../../src/economy/market/withdraw-bid.ts';
import { bidFor, makeAgent, nextCycle, openTestEconomy, type TestEconomy } from '../../helpers/economy.ts';

let economy: TestEconomy;
beforeEach(() => {
  economy = openTestEconomy();
});
afterEach(() => {
  economy.close();
});

/** A second connection without the program's own care. */
function tamper(sql: string): void {
  const database = new SqliteDatabase(economy.databasePath);
  try {
    database.exec(sql);
  } finally {
    database.close();
  }
}

describe('the ledger', () => {
  it('holds the amount of a bid, posts the price at allocation and releases the rest', () => {
    makeAgent(economy, 'a');
    const first = economy.store.bids.pending()[0];
    withdrawBid(economy, 'a', first?.id ?? 0);
    bidFor(economy, 'a', { over: 10 });
    const held = economy.store.accounts.balance('a');
    expect(held.posted - held.available).toBe(held.pending);
    nextCycle(economy);
    const paid = economy.store.executions.unsettled()[0]?.price ?? 0;
    expect(paid).toBe(held.pending - 10_000_000);
    expect(economy.store.accounts.balance('a')).toEqual({
      posted: 1_000_000_000 - paid,
      pending: 0,
      available: 1_000_000_000 - paid,
    });
    expect(economy.store.accounts.balance('system:market').posted).toBe(paid);
  });

  it('refuses to change or delete a transfer, also by REPLACE', () => {
    makeAgent(economy, 'a');
    expect(() => tamper('UPDATE transfers SET amount = 1')).toThrow(/immutable/);
    expect(() => tamper('DELETE FROM transfers')).toThrow(/immutable/);
    expect(() => tamper('DELETE FROM accounts')).toThrow(/never deleted/);
    expect(() =>
      tamper('PRAGMA recursive_triggers = ON; REPLACE INTO transfers SELECT * FROM transfers WHERE id = 1'),
    ).toThrow(/immutable/);
    expect(economy.store.transfers.count()).toBe(2);
  });

  it('pays nothing twice: kind and reference are unique', () => {
    makeAgent(economy, 'a');
    const grant = { cycle: 0, at: 0, debit: 'system:issuance', credit: 'a', amount: micro(5) };
    expect(() => economy.store.transfers.single({ ...grant, kind: 'genesis_grant', ref: 'a/1' })).toThrow(/UNIQUE/);
    expect(() => economy.store.transfers.single({ ...grant, kind: 'transfer', ref: '' })).toThrow(/CHECK/);
  });

  it('lets no account but issuance fall below zero', () => {
    makeAgent(economy, 'a', { credits: 50 });
    const spend = { cycle: 0, at: 0, debit: 'a', credit: 'system:burn', amount: micro(50_000_001) };
    expect(() => economy.store.transfers.single({ ...spend, kind: 'estate', ref: 'a/1' })).toThrow(/CHECK/);
  });

  it('resolves a hold once, and for at most what was held', () => {
    makeAgent(economy, 'a');
    const hold = economy.store.bids.pending()[0]?.holdId ?? 0;
    const now = { cycle: 0, at: 0 };
    expect(() => economy.store.transfers.post(hold, micro(900_000_000), now)).toThrow(/must agree/);
    economy.store.transfers.void(hold, now);
    expect(() => economy.store.transfers.void(hold, now)).toThrow(/UNIQUE/);
  });

  it('chains each row to the one before it with SHA3-256 of the documented text', () => {
    makeAgent(economy, 'a');
    nextCycle(economy);
    let previous = '0'.repeat(64);
    let rows = 0;
    for (const row of economy.store.transfers.all()) {
      const text = [previous, row.id, row.type, row.cycle, row.debit, row.credit, row.amount, row.kind, row.ref];
      const joined = [...text, row.pendingId ?? '', row.at].join('|');
      expect(row.hash).toBe(createHash('sha3-256').update(joined).digest('hex'));
      previous = row.hash;
      rows += 1;
    }
    expect(rows).toBe(3);
    expect(economy.store.transfers.head().hash).toBe(previous);
  });

  it('notices in constant time that a balance was changed by hand, and stops', () => {
    makeAgent(economy, 'a');
    checkConservation(economy);
    tamper(`UPDATE accounts SET posted = posted + 1 WHERE id = 'a'`);
    expect(() => checkConservation(economy)).toThrow(/do not add up/);
    expect(() => nextCycle(economy)).toThrow(/do not add up/);
    expect(economy.store.state.get().cycle).toBe(0);
  });

  it('rolls a refused use case back to where it was', () => {
    makeAgent(economy, 'a');
    const before = economy.store.transfers.head();
    const result = economy.store.transaction(() => {
      bidFor(economy, 'a');
      return { ok: false };
    });
    expect(result).toEqual({ ok: false });
    expect(economy.store.transfers.head()).toEqual(before);
    bidFor(economy, 'a');
    expect(economy.store.transfers.head().id).toBe(before.id + 1);
  });
});

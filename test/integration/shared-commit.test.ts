import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { micro } from '../../src/domain/credits.ts';
import { refuse } from '../../src/domain/refusal.ts';
import { auditLedger } from '../../src/economy/audit/audit-ledger.ts';
import { transferCredits } from '../../src/economy/money/transfer-credits.ts';
import { SharedCommit } from '../../src/store/shared-commit.ts';
import { Transactions } from '../../src/store/transactions.ts';
import { makeAgent, openTestEconomy, type TestEconomy } from '../helpers/economy.ts';
import { openTestService } from '../helpers/service-client.ts';

describe('writes of one turn', () => {
  let folder: string;
  let database: SqliteDatabase.Database;
  let other: SqliteDatabase.Database;
  let transactions: Transactions;
  /** How many groups were committed. */
  let commits: number;
  const together = (works: readonly (() => unknown)[]) => {
    const outcomes = transactions.together(works);
    commits++;
    return outcomes;
  };
  let shared: SharedCommit;
  const insert = (value: string) => () => {
    database.prepare('INSERT INTO t VALUES (?)').run(value);
    return value;
  };
  const seen = () => other.prepare('SELECT value FROM t ORDER BY rowid').pluck().all();

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'bp-shared-'));
    const path = join(folder, 'a.db');
    database = new SqliteDatabase(path, { timeout: 100 });
    database.pragma('journal_mode = WAL');
    database.exec('CREATE TABLE t (value TEXT)');
    other = new SqliteDatabase(path, { timeout: 100 });
    commits = 0;
    transactions = new Transactions(database, () => undefined);
    shared = new SharedCommit({ together });
  });
  afterEach(() => {
    other.close();
    database.close();
    rmSync(folder, { recursive: true });
  });

  it('share one commit, and each is told what it gave', async () => {
    const given = await Promise.all(['a', 'b', 'c'].map((value) => shared.share(insert(value))));
    expect(given).toEqual(['a', 'b', 'c']);
    expect(commits).toBe(1);
    expect(seen()).toEqual(['a', 'b', 'c']);
  });

  it('are answered only when another connection can read them', async () => {
    const answered = shared.share(insert('a')).then(() => seen());
    expect(seen()).toEqual([]);
    expect(await answered).toEqual(['a']);
  });

  it('do not take each other along when one fails', async () => {
    const failing = shared.share(() => {
      insert('half')();
      throw new Error('broken');
    });
    const [first, second, third] = await Promise.allSettled([
      shared.share(insert('a')),
      failing,
      shared.share(insert('b')),
    ]);
    expect([first.status, second.status, third.status]).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(seen()).toEqual(['a', 'b']);
  });

  it('undo what a step within one of them wrote before it was refused or failed, and no more', async () => {
    const refusedWithin = () => {
      insert('before')();
      const inner = transactions.run(() => {
        insert('lost')();
        return { ok: false };
      });
      insert('after')();
      return inner;
    };
    const results = await Promise.all([
      shared.share(insert('a')),
      shared.share(() => ({ answer: refusedWithin() })),
      shared.share(refusedWithin),
      shared.share(insert('b')),
    ]);
    expect(results).toEqual(['a', { answer: { ok: false } }, { ok: false }, 'b']);
    expect(seen()).toEqual(['a', 'before', 'after', 'b']);
    expect(commits).toBe(1);
  });

  it('undo what a step wrote whose failure one of them takes lightly', async () => {
    const caughtWithin = () => {
      try {
        transactions.run(() => {
          insert('lost too')();
          throw new Error('broken');
        });
      } catch {
        insert('caught')();
      }
      return 'went on';
    };
    expect(await Promise.all([shared.share(insert('a')), shared.share(caughtWithin)])).toEqual(['a', 'went on']);
    expect(seen()).toEqual(['a', 'caught']);
  });

  it('have savepoints only where one is needed', async () => {
    const statements: string[] = [];
    const spied = new SqliteDatabase(':memory:', { verbose: (sql) => void statements.push(String(sql)) });
    spied.exec('CREATE TABLE t (value TEXT)');
    const each = new Transactions(spied, () => undefined);
    const write = () => each.run(() => spied.prepare('INSERT INTO t VALUES (1)').run().changes);
    const savepoints = () => statements.filter((sql) => sql.startsWith('SAVEPOINT')).length;
    each.together([write, () => ({ ok: false }), write]);
    expect(savepoints()).toBe(0);
    each.together([write, () => (write(), { ok: false }), write]);
    expect(savepoints()).toBeGreaterThan(0);
    expect(spied.prepare('SELECT COUNT(*) FROM t').pluck().get()).toBe(4);
    spied.close();
  });

  it('have all failed when the commit can not be made', async () => {
    other.exec('BEGIN IMMEDIATE');
    const results = await Promise.allSettled([shared.share(insert('a')), shared.share(insert('b'))]);
    other.exec('ROLLBACK');
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(seen()).toEqual([]);
    expect(await shared.share(insert('c'))).toBe('c');
  });

  it('are never acknowledged on a full disk that did not take them', async () => {
    database.pragma(`max_page_count = ${Number(database.pragma('page_count', { simple: true })) + 3}`);
    const results = await Promise.allSettled(
      ['a', 'x'.repeat(100_000), 'b'].map((value) => shared.share(insert(value))),
    );
    const acknowledged = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    expect(results[1]?.status).toBe('rejected');
    expect(seen()).toEqual(acknowledged);
  });

  it('are spread over several commits where there are very many', async () => {
    const few = new SharedCommit({ together, most: 2 });
    await Promise.all(['a', 'b', 'c', 'd', 'e'].map((value) => few.share(insert(value))));
    expect(commits).toBe(3);
    expect(seen()).toHaveLength(5);
  });
});

describe('the store', () => {
  let economy: TestEconomy;
  beforeEach(() => {
    economy = openTestEconomy();
    for (const id of ['a', 'b']) makeAgent(economy, id);
  });
  afterEach(() => {
    economy.close();
  });
  const pay = (credits: number) => transferCredits(economy, 'a', { to: 'b', amount: micro(credits * 1_000_000) });

  it('keeps the chain and the balances right where refusals stand between', async () => {
    const results = await Promise.all([
      economy.store.share(() => pay(10)),
      economy.store.share(() => pay(1_000_000)),
      economy.store.share(() => {
        const paid = pay(5);
        return paid.ok ? refuse('execution_ended', 'changed its mind') : paid;
      }),
      economy.store.share(() => pay(20)),
    ]);
    expect(results.map(({ ok }) => ok)).toEqual([true, false, false, true]);
    expect(auditLedger(economy)).toMatchObject({ ok: true });
    const gifts = [...economy.store.transfers.all()].filter(({ kind }) => kind === 'transfer');
    expect(gifts.map(({ amount }) => amount)).toEqual([10_000_000, 20_000_000]);
  });

  it('writes what is queued before it is closed', async () => {
    const paid = economy.store.share(() => pay(10));
    economy.store.close();
    expect((await paid).ok).toBe(true);
  });
});

describe('the service', () => {
  it('does a request once whose repetitions come in the same turn, and answers them alike', async () => {
    const test = await openTestService();
    try {
      const [payer, other] = [await test.agent('payer'), await test.agent('other')];
      const key = { 'idempotency-key': 'k' };
      const post = () => payer.post('/economic/transfer', { to: other.agentId, amount: 3 }, key);
      const answers = await Promise.all([post(), post(), post(), post()]);
      expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
      const gifts = [...test.economy.store.transfers.all()].filter(({ kind }) => kind === 'transfer');
      expect(gifts).toHaveLength(1);
    } finally {
      await test.close();
    }
  });

  it('takes nothing more from an execution that the operator has asked to end since it was identified', async () => {
    const test = await openTestService();
    try {
      const agent = await test.agent('agent');
      const [answer] = await Promise.all([
        agent.post('/market/bid', { bundle: { cpu_seconds: 1, memory_mb: 64, tokens: 0, attention: 0 }, amount: 50 }),
        // Committed by another process as soon as the request is queued.
        new Promise<void>((resolve) => {
          const share = test.economy.store.share.bind(test.economy.store);
          Object.assign(test.economy.store, {
            share: (work: () => unknown) => {
              test.economy.store.executions.requestStop(agent.executionId);
              resolve();
              return share(work);
            },
          });
        }),
      ]);
      expect(answer).toMatchObject({ status: 401, body: { code: 'execution_ended' } });
      expect(test.economy.store.bids.countPending()).toBe(0);
    } finally {
      await test.close();
    }
  });
});

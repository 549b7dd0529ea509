import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { auditLedger } from '../../../src/economy/audit/audit-ledger.ts';
import { forgetOldText } from '../../../src/economy/privacy/forget-old-text.ts';
import { rewriteDatabase } from '../../../src/economy/privacy/rewrite-database.ts';
import type { OrchestratorDeps } from '../../../src/orchestrator/deps.ts';
import { Retention } from '../../../src/orchestrator/retention.ts';
import { cliHome, type CliHome } from '../../helpers/cli.ts';
import { fakeClock } from '../../helpers/fake-clock.ts';
import { instantEngine } from '../../helpers/instant-engine.ts';
import { openTestEconomy, type TestEconomy } from '../../helpers/economy.ts';
import { filesWith, OTHERS, SECRET, speak } from '../../helpers/spoken-home.ts';

const DAY_MS = 86_400_000;
const CYCLE_MS = 10_000;
const ALL = ['prompts', 'answers', 'messages', 'requests', 'calls', 'outputs'] as const;

let economy: TestEconomy;
afterEach(() => economy.close());

/** `ann` and `bob` have left text in this economy, which keeps each of these kinds for so many days. */
function spoken(days: Readonly<Partial<Record<(typeof ALL)[number], number>>>, busyMs = 50): void {
  const overrides = Object.entries(days).map(([kind, count]) => `history.days.${kind}=${count}`);
  economy = openTestEconomy({ overrides, busyMs });
  mkdirSync(join(economy.home, '.bp-agents', 'logs'), { recursive: true });
  speak(economy);
}

const rows = (sql: string) => {
  const database = new SqliteDatabase(economy.databasePath, { readonly: true });
  try {
    return database.prepare<[], string | null>(sql).pluck().all();
  } finally {
    database.close();
  }
};

const KEPT: readonly (readonly [kind: (typeof ALL)[number], sql: string])[] = [
  [
    'prompts',
    `SELECT content FROM prompts WHERE content <> '' UNION ALL SELECT title FROM prompts WHERE title <> ''
      UNION ALL SELECT name FROM prompt_files`,
  ],
  ['answers', 'SELECT reason FROM prompts WHERE reason IS NOT NULL'],
  ['messages', 'SELECT content FROM messages UNION ALL SELECT memo FROM memos'],
  ['requests', `SELECT text FROM requests WHERE text <> '' UNION ALL SELECT files FROM requests WHERE files <> '[]'`],
  ['calls', 'SELECT content FROM model_calls WHERE content IS NOT NULL'],
];
const left = () => Object.fromEntries(KEPT.map(([kind, sql]) => [kind, rows(sql).length]));
const WHOLE = { prompts: 3, answers: 1, messages: 5, requests: 2, calls: 2 };

describe('text', () => {
  it('is kept for ever unless the configuration says for how long', () => {
    spoken({});
    economy.clock.advance(3650 * DAY_MS);
    expect(forgetOldText(economy)).toBe(0);
    expect(left()).toEqual(WHOLE);
  });

  it.each(KEPT.map(([kind]) => kind))('of %s goes after its days, and nothing else does', (kind) => {
    spoken({ [kind]: 2 });
    // Within the cycle before it was said, and after the last of it.
    economy.clock.advance(2 * DAY_MS - CYCLE_MS);
    expect(forgetOldText(economy)).toBe(0);
    economy.clock.advance(CYCLE_MS + 1);
    expect(forgetOldText(economy)).toBeGreaterThan(0);
    expect(left()).toEqual({ ...WHOLE, [kind]: 0 });
    expect(forgetOldText(economy)).toBe(0);
    expect(auditLedger(economy)).toMatchObject({ ok: true });
  });

  it('of a prompt that waits for the human is kept, however old', () => {
    spoken({ prompts: 0.001, answers: 0.001 });
    economy.store.prompts.insert({
      ...{
        executionId: 2,
        agentId: 'bob',
        payerId: 'bob',
        title: null,
        content: OTHERS,
        nextBid: null,
        requestId: null,
        submittedAt: 0,
      },
    });
    economy.clock.advance(DAY_MS);
    forgetOldText(economy);
    expect(rows('SELECT content FROM prompts ORDER BY id')).toEqual(['', OTHERS]);
  });

  it('goes in bounded steps', () => {
    spoken({ messages: 1 });
    economy.store.transaction(() => {
      const message = { fromId: 'bob', toId: 'ann', content: OTHERS, cycle: 1, sentAt: economy.clock.now() };
      for (let count = 0; count < 1200; count += 1) economy.store.messages.insert(message);
    });
    economy.clock.advance(DAY_MS + 1);
    const steps = [1, 2, 3, 4].map(() => forgetOldText(economy));
    expect(steps).toEqual([502, 500, 203, 0]);
  });
});

describe('a run', () => {
  const forgotten: string[] = [];
  const warnings: string[] = [];
  let refusals = 0;
  beforeEach(() => {
    forgotten.length = 0;
    warnings.length = 0;
    refusals = 0;
  });

  function retention(): Retention {
    const sandbox = {
      forget: (id: string) => {
        if (refusals-- > 0) return Promise.reject(new Error('read-only'));
        forgotten.push(id);
        return Promise.resolve();
      },
    };
    const logger = { warn: (_fields: object, message: string) => void warnings.push(message) };
    return new Retention({ economy, clock: economy.clock, sandbox, logger } as unknown as OrchestratorDeps);
  }

  it('lets go of what is too old at its start, with its bytes in the database and its log, and of outputs', async () => {
    spoken({ prompts: 1, answers: 1, messages: 1, requests: 1, calls: 1, outputs: 1 });
    economy.clock.advance(DAY_MS + 1);
    expect(filesWith(economy.home, SECRET).join()).toContain('economy.db');
    await retention().look();
    expect(left()).toEqual({ prompts: 0, answers: 0, messages: 0, requests: 0, calls: 0 });
    expect(forgotten).toEqual(['exe_1', 'exe_2']);
    expect(statSync(`${economy.databasePath}-wal`).size).toBe(0);
    // What is cited by calls and receipts goes with their records.
    economy.store.texts.purgeAgent({ agentId: 'ann', at: 1, isDead: false, isRunning: false });
    economy.store.texts.emptyLog();
    expect(filesWith(economy.home, SECRET).filter((path) => path.includes('economy.db'))).toEqual([]);
  });

  it('looks now and then, and asks for each output once', async () => {
    spoken({ outputs: 1 });
    const watch = retention();
    await watch.look();
    expect(forgotten).toEqual([]);
    economy.clock.advance(DAY_MS);
    await watch.look();
    economy.clock.advance(5_000);
    await watch.look();
    economy.clock.advance(5_000);
    await watch.look();
    expect(forgotten).toEqual(['exe_1', 'exe_2']);
  });

  it('tries again what could not be removed', async () => {
    spoken({ outputs: 1 });
    economy.clock.advance(DAY_MS + 1);
    const watch = retention();
    refusals = 1;
    await watch.look();
    expect([forgotten, warnings]).toEqual([[], ['an output could not be removed']]);
    economy.clock.advance(10_000);
    await watch.look();
    expect(forgotten).toEqual(['exe_1', 'exe_2']);
  });

  it('does not wait for another process that holds the database', async () => {
    spoken({ prompts: 1 });
    economy.clock.advance(DAY_MS + 1);
    const other = new SqliteDatabase(economy.databasePath);
    other.exec('BEGIN IMMEDIATE');
    const watch = retention();
    await watch.look();
    expect(left()).toEqual(WHOLE);
    other.exec('ROLLBACK');
    other.close();
    economy.clock.advance(10_000);
    await watch.look();
    expect(left()).toMatchObject({ prompts: 0, answers: 1 });
  });
});

describe('the file', () => {
  it('is written anew, and says so where its log has to wait for a reader', () => {
    spoken({});
    economy.store.texts.purgeAgent({ agentId: 'ann', at: 1, isDead: false, isRunning: false });
    const reader = new SqliteDatabase(economy.databasePath, { readonly: true });
    reader.exec('BEGIN');
    reader.prepare('SELECT count(*) FROM agents').get();
    expect(rewriteDatabase(economy)).toBe(false);
    reader.close();
    expect(rewriteDatabase(economy)).toBe(true);
    expect(filesWith(economy.home, SECRET).filter((path) => path.includes('economy.db'))).toEqual([]);
  });
});

describe('the command line', () => {
  let home: CliHome;
  beforeEach(() => {
    spoken({});
    home = cliHome({ engine: instantEngine(() => undefined) });
    mkdirSync(join(home.directory, '.bp-agents', 'logs'), { recursive: true });
    const past = { ...home.open(), clock: fakeClock(Date.UTC(2020, 0, 1)) };
    speak(past);
    past.close();
  });
  afterEach(() => home.remove());

  const days = ALL.flatMap((kind) => ['--set', `history.days.${kind}=1`]);
  const prompts = () =>
    home.json<readonly { readonly content: string | null; readonly reason: string | null }[]>('prompts');
  const outputs = () => readdirSync(join(home.directory, '.bp-agents', 'logs', 'executions'));

  it('lets a run forget at its start', async () => {
    const run = await home.run('run', '--headless', '--cycles', '1', ...days);
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await prompts()).toMatchObject([{ content: null, reason: null }]);
    expect(await home.json('audit')).toMatchObject({ ok: true });
  });

  it('forgets at once with a purge that names nobody, and writes the file anew', async () => {
    expect(await home.json('purge')).toMatchObject({ target: null, removed: { rows: 0, outputs: 0 } });
    expect(await home.json('purge', ...days)).toMatchObject({
      ...{ target: null, removed: { rows: 10, outputs: 2 }, kept: [], log_emptied: true },
    });
    expect(await prompts()).toMatchObject([{ content: null, reason: null }]);
    expect(outputs()).toEqual([]);
  });
});

import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { databasePath } from '../../src/config/home-places.ts';
import { micro } from '../../src/domain/credits.ts';
import { bootstrapAgent } from '../../src/economy/agents/bootstrap-agent.ts';
import { stopAgent } from '../../src/economy/agents/stop-agent.ts';
import { auditLedger } from '../../src/economy/audit/audit-ledger.ts';
import { placeBid } from '../../src/economy/market/place-bid.ts';
import { transferCredits } from '../../src/economy/money/transfer-credits.ts';
import { purgeAgent } from '../../src/economy/privacy/purge-agent.ts';
import { transfersBefore } from '../../src/economy/views/balance-view.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { cliHome, type CliHome } from '../helpers/cli.ts';
import { accepted, BARE, nextCycle, settle, withStore, type TestEconomy } from '../helpers/economy.ts';
import { openEventfulEconomy, type EventfulEconomy } from '../helpers/eventful-economy.ts';

// An agent that was called as the operator is now, in a home of an earlier version.

let economy: EventfulEconomy;
beforeAll(() => {
  economy = openEventfulEconomy();
});
afterAll(() => economy.close());

/** What undoes each migration since, the newest first. */
const WITHOUT_LATER_MIGRATIONS = [
  'DROP INDEX transfers_given; DROP INDEX executions_heard; DROP INDEX executions_with_attention_by_agent; DROP TABLE lots',
  'DROP INDEX bids_pending_of_order',
  'ALTER TABLE bids DROP COLUMN goes_first',
  'ALTER TABLE bids DROP COLUMN order_id',
  'DROP TABLE standing_orders',
  'DROP INDEX transfers_royalties; ALTER TABLE prompts DROP COLUMN royalty; DROP TABLE royalties',
  ...['shown_at', 'acted_at', 'attention_ms'].map((column) => `ALTER TABLE prompts DROP COLUMN ${column}`),
  'DROP TABLE attention_hours',
  'ALTER TABLE economy_state DROP COLUMN human_acted_at',
  'ALTER TABLE economy_state DROP COLUMN attention_unpriced_ms',
  'DROP TABLE records',
  'DROP INDEX prompts_rewards',
  'ALTER TABLE economy_state DROP COLUMN operator_paused_at',
  'ALTER TABLE economy_state DROP COLUMN operator_pause_reason',
  'DROP TABLE renamed_agents',
];

/** As the version before had it, with `operator` in the place of this agent, in the ledger and its hashes too. */
function homeWith(formerId: string): string {
  const columns = {
    accounts: ['id'],
    agents: ['id', 'parent_id', 'lineage_id'],
    bids: ['payer_id', 'agent_id', 'lineage_id'],
    executions: ['payer_id', 'agent_id', 'lineage_id'],
    prompts: ['payer_id', 'agent_id'],
    messages: ['from_id', 'to_id'],
    transfers: ['debit', 'credit'],
    ...Object.fromEntries(
      ['agent_files', 'file_sets', 'given_files', 'installs', 'idempotency_keys', 'spending'].map((table) => [
        table,
        ['agent_id'],
      ]),
    ),
  };
  const renames = Object.entries(columns).flatMap(([table, names]) =>
    names.map((name) => `UPDATE ${table} SET ${name} = 'operator' WHERE ${name} = '${formerId}';`),
  );
  const refs = `UPDATE transfers SET ref = 'operator' || substr(ref, ${formerId.length + 1})
                 WHERE ref = '${formerId}' OR ref LIKE '${formerId}/%';`;
  const earlier = [
    ...WITHOUT_LATER_MIGRATIONS,
    'DELETE FROM migrations WHERE number >= 16',
    'PRAGMA user_version = 15',
    "UPDATE cycles SET head = '' WHERE 1",
  ];
  const path = economy.tamperedFile({ sql: [...renames, refs, `${earlier.join(';')};`].join('\n'), rehash: true });
  // What each cycle noted of the chain is of the chain before.
  const database = new SqliteDatabase(path);
  database.exec('DELETE FROM cycles WHERE cycle < (SELECT MAX(cycle) FROM cycles)');
  database
    .prepare(
      'UPDATE cycles SET head = (SELECT lower(hex(hash)) FROM transfers WHERE cycle <= cycles.cycle ORDER BY id DESC LIMIT 1)',
    )
    .run();
  database.exec(economy.triggers);
  database.close();
  return path;
}

let store: Store;
let opened: TestEconomy;
/** Each copy is brought up to date at a time of its own: backups are named after it. */
let opens = 0;
function open(formerId: string): void {
  store = openStore({ path: homeWith(formerId), create: false, now: (opens += 1) });
  opened = withStore(economy, store);
}
afterEach(() => store.close());

describe.each(['parent', 'child', 'scored', 'faulty', 'stopped'])(
  'an agent operator that was made as %s',
  (formerId) => {
    beforeEach(() => open(formerId));

    it('is called operator-1, with all that it had, and the ledger is as it was', () => {
      expect(store.agents.find('operator')).toBeUndefined();
      const { number, life, status } = economy.store.agents.find(formerId)!;
      expect(store.agents.find('operator-1')).toMatchObject({ number, life, status });
      expect(store.accounts.balance('operator-1')).toEqual(economy.store.accounts.balance(formerId));
      expect(store.executions.ofAgent('operator-1', 1e9, 1e3)).toHaveLength(
        economy.store.executions.ofAgent(formerId, 1e9, 1e3).length,
      );
      expect(store.defects()).toEqual([]);
      const { head, ...audit } = auditLedger(opened);
      const { head: other, ...expected } = auditLedger(economy);
      expect(audit).toEqual(expected);
      expect(head).not.toBe(other);
    });

    it('lives on: it is paid, bids, wins, is refunded, dies and is revived', () => {
      const { status, stopped } = store.agents.find('operator-1')!;
      const bid = { bundle: BARE, amount: micro(20_000_000) };
      if (status === 'dead' || stopped)
        accepted(bootstrapAgent(opened, { id: 'operator-1', files: undefined, ...bid }));
      accepted(bootstrapAgent(opened, { id: 'rich', files: undefined, ...bid }));
      accepted(transferCredits(opened, 'rich', { to: 'operator-1', amount: micro(90_000_000), memo: 'thanks' }));
      expect(transfersBefore(opened, 1e9, 1, { accountId: 'operator-1' })).toMatchObject([
        { debit: 'rich', credit: 'operator-1', memo: 'thanks' },
      ]);
      accepted(placeBid(opened, 'operator-1', bid));
      expect(auditLedger(opened)).toMatchObject({ ok: true, first_difference: null });
      for (let cycle = 0; cycle < 20; cycle++) {
        // Until then it may have a bid that waits for a human who is away.
        if (cycle === 10) stopAgent(opened, 'operator-1');
        for (const { id } of store.executions.unsettled()) settle(opened, id, 'stopped_by_operator');
        nextCycle(opened);
      }
      expect(auditLedger(opened)).toMatchObject({ ok: true, first_difference: null });
      expect(store.agents.find('operator-1')?.status).toBe('dead');
      expect(accepted(purgeAgent(opened, 'operator-1')).rows.memos).toBeGreaterThan(0);
      accepted(bootstrapAgent(opened, { id: 'operator-1', files: undefined, bundle: BARE, amount: micro(20_000_000) }));
      expect(auditLedger(opened)).toMatchObject({ ok: true, first_difference: null });
    });
  },
);

describe('audit of a home with a renamed agent', () => {
  it('still finds what does not agree', () => {
    open('parent');
    store.close();
    const path = homeWith('parent');
    openStore({ path, create: false, now: (opens += 1) }).close();
    const database = new SqliteDatabase(path);
    database.exec(`UPDATE bids SET payer_id = 'scored' WHERE payer_id = 'operator-1'`);
    database.close();
    store = openStore({ path, create: false, now: 1 });
    expect(auditLedger(withStore(economy, store)).first_difference).toMatch(/^bid_\d+: its hold/);
  });
});

describe('the folder of a renamed agent', () => {
  let home: CliHome;
  beforeEach(() => {
    home = cliHome();
    open('parent');
  });
  afterEach(() => home.remove());

  it('gets the name that goes with it at the next command', async () => {
    mkdirSync(dirname(databasePath(home.directory)), { recursive: true });
    copyFileSync(homeWith('child'), databasePath(home.directory));
    const folder = join(home.directory, 'workspaces', 'agent-operator');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'notes.txt'), 'mine');
    expect(await home.json('agent', 'operator-1')).toMatchObject({ id: 'operator-1' });
    expect(existsSync(folder)).toBe(false);
    expect(existsSync(join(home.directory, 'workspaces', 'agent-operator-1', 'notes.txt'))).toBe(true);
    expect(await home.run('agent', 'operator')).toMatchObject({ exitCode: 2 });
    expect(await home.json('tell', 'operator-1', 'Your name is another one now.')).toMatchObject({ full: [] });
  });
});

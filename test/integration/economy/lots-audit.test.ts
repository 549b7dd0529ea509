import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { auditLedger } from '../../../src/economy/audit/audit-ledger.ts';
import { openStore } from '../../../src/store/store.ts';
import { openTestEconomy, settle, withStore, type TestEconomy } from '../../helpers/economy.ts';
import { tamper } from '../../helpers/eventful-economy.ts';
import { drawNext, makePoor, markWith, sellAttention, showDrawn } from '../../helpers/lots.ts';

let economy: TestEconomy;
afterEach(() => economy.close());

describe('the audit of lots', () => {
  beforeEach(() => {
    economy = openTestEconomy({ overrides: ['attention.lots.share=0.5'] });
    makePoor(economy, 'a');
    sellAttention(economy);
    const { id } = drawNext(economy)!;
    const { promptId } = showDrawn(economy, id);
    settle(economy, id);
    markWith(economy, promptId, 10);
  });

  it.each([
    ['a charge that is too small', `UPDATE transfers SET amount = amount - 1 WHERE kind = 'lot'`, /owed no/],
    [
      'a charge for what was bought',
      `UPDATE transfers SET ref = 'prompt_1' WHERE kind = 'lot'`,
      /owed no .* for a lot, for prompt_1/,
    ],
    [
      'a charge that was never made',
      `UPDATE transfers SET kind = 'message_fee', ref = 'msg_99', credit = 'system:fees' WHERE kind = 'lot'`,
      /prompt_2 was won by lot .* charged nothing/,
    ],
    [
      'a bid for nothing that was not drawn',
      `UPDATE lots SET status = 'ended', execution_id = NULL WHERE status = 'drawn'`,
      /bid_\d+ holds nothing, but was not won by lot|exe_\d+: its price 0 is not what was posted/,
    ],
    [
      'a lot of another agent',
      `UPDATE lots SET agent_id = 'rich' WHERE status = 'drawn'`,
      /bid_\d+ holds nothing|which is not its agent's/,
    ],
    [
      'one that waits and is dormant',
      `UPDATE lots SET status = 'waiting', execution_id = NULL, agent_id = 'rich' WHERE status = 'drawn';
       UPDATE bids SET hold_id = (SELECT MIN(id) FROM transfers) WHERE hold_id IS NULL`,
      /bid_\d+/,
    ],
  ])('finds %s', (_what, sql, expected) => {
    const path = join(economy.home, 'copy.db');
    const original = new SqliteDatabase(economy.databasePath);
    original.prepare('VACUUM INTO ?').run(path);
    original.close();
    tamper(path, { sql: `DELETE FROM cycles; ${sql}`, rehash: true, rebalance: true });
    const copy = openStore({ path, create: false, now: 0 });
    expect(auditLedger(withStore(economy, copy)).first_difference).toMatch(expected);
    copy.close();
  });
});

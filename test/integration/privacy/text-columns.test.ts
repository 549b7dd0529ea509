import { afterAll, beforeAll, expect, it } from 'vitest';
import SqliteDatabase from 'better-sqlite3';
import { openTestEconomy, type TestEconomy } from '../../helpers/economy.ts';

/** Texts of agents and of the human: `purge` and `history.days` take them away; the reason of a pause goes with it. */
const SPOKEN = [
  ...['prompts.title', 'prompts.content', 'prompts.next_bid', 'prompts.next_bid_detail', 'prompts.reason'],
  ...['prompt_files.name', 'prompt_files.sha256', 'prompt_files.content'],
  ...[
    'messages.content',
    'memos.memo',
    'bids.payload',
    'standing_orders.payload',
    'agent_files.path',
    'agent_files.content',
  ],
  ...['agent_files.sha256', 'given_files.path', 'given_files.sha256'],
  ...['model_calls.detail', 'model_calls.content', 'executions.detail'],
  ...['requests.text', 'requests.files', 'economy_state.operator_pause_reason'],
  ...['idempotency_keys.key', 'idempotency_keys.answer'],
];

/** Names, words and numbers of the program's own, and the ids that agents chose, which the ledger holds for ever. */
const OURS = [
  ...['accounts.id', 'transfers.type', 'transfers.debit', 'transfers.credit', 'transfers.kind', 'transfers.ref'],
  ...['transfers.hash', 'economy_state.paused_reason', 'markets.resource'],
  ...['agents.id', 'agents.parent_id', 'agents.lineage_id', 'agents.status', 'agent_files.agent_id'],
  ...['agents.template', 'agents.program', 'programs.key', 'programs.name', 'programs.version'],
  ...['programs.manifest', 'programs.lockfile'],
  ...['file_sets.agent_id', 'file_sets.replaces', 'given_files.agent_id', 'given_files.state'],
  ...['bids.payer_id', 'bids.agent_id', 'bids.lineage_id', 'bids.status', 'bids.last_reason', 'bid_fates.reason'],
  ...['standing_orders.agent_id', 'standing_orders.end_reason'],
  ...['cycles.supply', 'cycles.held', 'cycles.demand', 'cycles.utilisation', 'cycles.prices_before'],
  ...['cycles.prices_after', 'cycles.head', 'cycles.moment', 'cycles.standing'],
  ...['executions.agent_id', 'executions.payer_id', 'executions.lineage_id', 'executions.state'],
  ...['executions.token_hash', 'executions.outcome', 'executions.unheld', 'executions.refused_bid'],
  ...['prompts.agent_id', 'prompts.payer_id', 'prompts.next_bid_status', 'prompts.status'],
  ...['messages.from_id', 'messages.to_id'],
  ...['idempotency_keys.agent_id', 'idempotency_keys.route', 'idempotency_keys.body_hash'],
  ...['model_calls.provider', 'model_calls.model', 'model_calls.route', 'model_calls.outcome'],
  ...['spending.agent_id', 'spending.model', 'installs.agent_id'],
  ...['lots.agent_id', 'lots.lineage_id', 'lots.status'],
  ...['renamed_agents.id', 'renamed_agents.account', 'records.agent_id', 'royalties.agent_id', 'royalties.to_id'],
  ...['migrations.name', 'migrations.checksum'],
];

let economy: TestEconomy;
beforeAll(() => {
  economy = openTestEconomy();
});
afterAll(() => economy.close());

it('every column that can hold text is known to be spoken, and purged, or to be of the program', () => {
  const database = new SqliteDatabase(economy.databasePath, { readonly: true });
  const columns = database
    .prepare<[], string>(
      `SELECT tables.name || '.' || columns.name
         FROM sqlite_schema AS tables, pragma_table_info(tables.name) AS columns
        WHERE tables.type = 'table' AND tables.name NOT LIKE 'sqlite_%' AND columns.type IN ('TEXT', 'BLOB')`,
    )
    .pluck()
    .all();
  database.close();
  expect(columns.sort()).toEqual([...SPOKEN, ...OURS].sort());
});

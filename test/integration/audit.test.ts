import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditLedger, type AuditReport } from '../../src/economy/audit/audit-ledger.ts';
import { openTestEconomy, withStore } from '../helpers/economy.ts';
import { openEventfulEconomy, type EventfulEconomy, type Tampering } from '../helpers/eventful-economy.ts';

let economy: EventfulEconomy;
let honest: AuditReport;

beforeAll(() => {
  economy = openEventfulEconomy();
  honest = auditLedger(economy);
});
afterAll(() => economy.close());

function auditTampered(tampering: Tampering, expected?: string): AuditReport {
  const store = economy.tampered(tampering);
  try {
    return auditLedger(withStore(economy, store), expected === undefined ? {} : { expect: expected });
  } finally {
    store.close();
  }
}

/** A new row at the end; its hash is computed by `rehash`. */
function insert(values: string): string {
  return `INSERT INTO transfers (id, type, cycle, debit, credit, amount, kind, ref, pending_id, at, hash)
          SELECT MAX(id) + 1, ${values}, MAX(at), zeroblob(32) FROM transfers`;
}

describe('the audit', () => {
  it('finds an honest economy in order, with the sums that its status shows', () => {
    expect(honest).toMatchObject({ ok: true, first_difference: null, head: economy.store.transfers.head().hash });
    expect(honest.transfers).toBe(economy.store.transfers.count());
    expect(honest.issued).toBe(honest.burned + honest.market + honest.fees + honest.held);
    expect(honest.burned).toBeGreaterThan(0);
    const statuses = economy.store.bids.page(1000, 1000).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set(['pending', 'won', 'withdrawn', 'expired']));
  });

  it('finds an empty economy in order', () => {
    const empty = openTestEconomy();
    try {
      expect(auditLedger(empty)).toMatchObject({ ok: true, transfers: 0, issued: 0, head: '0'.repeat(64) });
    } finally {
      empty.close();
    }
  });

  it('finds a copy in order that nothing was done to but hashes and balances computed anew', () => {
    expect(auditTampered({ sql: 'SELECT 1', rehash: true, rebalance: true })).toEqual(honest);
  });

  it('says whether the chain still contains a hash', () => {
    expect(auditLedger(economy, { expect: economy.earlierHead }).ok).toBe(true);
    expect(auditLedger(economy, { expect: honest.head }).ok).toBe(true);
    const unknown = 'ab'.repeat(32);
    expect(auditLedger(economy, { expect: unknown })).toMatchObject({
      ok: false,
      first_difference: `the chain does not contain ${unknown}`,
    });
  });

  it('knows a chain that was written anew by the hash that somebody noted, or that a cycle recorded', () => {
    const sql = `UPDATE transfers SET at = at + 1 WHERE id = 1`;
    const forged = { sql: `${sql}; DELETE FROM cycles`, rehash: true };
    expect(auditTampered(forged).ok).toBe(true);
    expect(auditTampered(forged, economy.earlierHead).first_difference).toBe(
      `the chain does not contain ${economy.earlierHead}`,
    );
    expect(auditTampered({ sql, rehash: true }).first_difference).toMatch(/^cycle \d+: the head that it recorded/);
  });

  it.each<[string, Tampering, RegExp]>([
    ['a changed amount', { sql: `UPDATE transfers SET amount = amount + 1 WHERE id = 3` }, /^tx_3: its hash/],
    ['a changed receiver', { sql: `UPDATE transfers SET credit = 'parent' WHERE id = 1` }, /^tx_1: its hash/],
    ['a changed hash', { sql: `UPDATE transfers SET hash = zeroblob(32) WHERE id = 5` }, /^tx_5: its hash/],
    ['a row that is gone', { sql: `DELETE FROM transfers WHERE id = 4` }, /^tx_4 is missing; tx_5/],
    ['rows that are gone at the end', { sql: `DELETE FROM transfers WHERE id > 30` }, /^(cycle|account) /],
    ['a row before the first', { sql: `UPDATE transfers SET id = 0 WHERE id = 1` }, /^tx_1 is missing; tx_0/],
  ])('finds %s by the chain', (_what, tampering, expected) => {
    expect(auditTampered(tampering)).toMatchObject({
      ok: false,
      first_difference: expect.stringMatching(expected) as string,
    });
  });

  it.each<[string, Tampering, RegExp]>([
    ['an account', { sql: `UPDATE accounts SET posted = posted + 5 WHERE id = 'parent'` }, /^account parent says/],
    ['what is pending', { sql: `UPDATE accounts SET pending = pending + 5 WHERE id = 'child'` }, /^account child says/],
    [
      'two accounts so that their sum stays',
      {
        sql: `UPDATE accounts SET posted = posted + 5 WHERE id = 'child';
              UPDATE accounts SET posted = posted - 5 WHERE id = 'stopped'`,
      },
      /^account child says/,
    ],
    ['an account that is gone', { sql: `DELETE FROM accounts WHERE id = 'parent'` }, /^account parent has transfers/],
    ['the running sums', { sql: `UPDATE ledger_totals SET held = held + 5` }, /running sums/],
    ['an account of nobody', { sql: `INSERT INTO accounts (id) VALUES ('ghost')` }, /^account ghost belongs to no/],
  ])('compares %s with the rows', (_what, tampering, expected) => {
    expect(auditTampered(tampering)).toMatchObject({
      ok: false,
      first_difference: expect.stringMatching(expected) as string,
    });
  });

  const forged = { rehash: true, rebalance: true };
  /** Nothing of what a cycle recorded helps to find these. */
  const unrecorded = 'DELETE FROM cycles; ';
  it.each<[string, string, RegExp]>([
    [
      'issues credits for another reason than a reward or a grant',
      insert(`'single', MAX(cycle), 'system:issuance', 'child', 5, 'refund', 'exe_1', NULL`),
      /a refund cannot go from system:issuance to child/,
    ],
    [
      'grants an agent a life that it never had',
      insert(`'single', MAX(cycle), 'system:issuance', 'child', 5, 'genesis_grant', 'child/9', NULL`),
      /child has no life child\/9/,
    ],
    [
      'spends what an agent does not have',
      insert(`'single', MAX(cycle), 'child', 'stopped', 900000000000, 'transfer', 'tx_' || (MAX(id) + 1), NULL`),
      /it leaves child with -\d+ available/,
    ],
    [
      'pays a reward twice',
      insert(`'single', MAX(cycle), 'system:issuance', 'scored', 600000000, 'reward', 'prompt_1', NULL`),
      /reward prompt_1 is booked a second time/,
    ],
    [
      'rewards a prompt that was skipped',
      insert(`'single', MAX(cycle), 'system:issuance', 'skipped', 5, 'reward', 'prompt_2', NULL`),
      /prompt_2 is skipped with a reward of 0, but 5 was issued/,
    ],
    [
      'rewards a prompt that is not there',
      insert(`'single', MAX(cycle), 'system:issuance', 'child', 5, 'reward', 'prompt_77', NULL`),
      /there is no prompt_77/,
    ],
    [
      'refunds an execution that completed',
      insert(`'single', MAX(cycle), 'system:market', 'scored', 5, 'refund', 'exe_1', NULL`),
      /^exe_1 paid \d+ and keeps its price, but 5 was given back/,
    ],
    [
      'gives a refund to somebody else',
      insert(`'single', MAX(cycle), 'system:market', 'child', 5, 'refund', 'exe_1', NULL`),
      /keeps its price, but 5 was given back|whose payer could be given/,
    ],
    [
      'resolves a hold twice',
      insert(
        `'post', MAX(cycle), 'parent', 'system:market', 1, 'bid', 'bid_5/1', (SELECT hold_id FROM bids WHERE id = 5)`,
      ),
      /is not a hold that was still unresolved/,
    ],
    [
      'resolves the hold of a pending bid',
      insert(`'void', MAX(cycle), debit, credit, amount, kind, ref, id`)
        .replace(
          'FROM transfers',
          `FROM transfers WHERE id = (SELECT hold_id FROM bids WHERE status = 'pending' ORDER BY id DESC LIMIT 1)`,
        )
        .replace('MAX(id) + 1', '(SELECT MAX(id) + 1 FROM transfers)')
        .replace('MAX(cycle)', '(SELECT MAX(cycle) FROM transfers)'),
      /^bid_\d+ is pending, but its hold tx_\d+ was resolved by tx_\d+, a void/,
    ],
    [
      'holds credits for a bid that is not there',
      insert(`'pending', MAX(cycle), 'child', 'system:market', 5, 'bid', 'bid_77/1', NULL`),
      /there is no attempt bid_77\/1/,
    ],
    [
      'goes back in time',
      insert(`'single', 0, 'child', 'stopped', 5, 'transfer', 'tx_' || (MAX(id) + 1), NULL`),
      /it says cycle 0, after one of cycle/,
    ],
    [
      'transfers under another reference than its own',
      insert(`'single', MAX(cycle), 'child', 'stopped', 5, 'transfer', 'tx_1', NULL`),
      /must refer to itself/,
    ],
    [
      'takes an endowment from an agent that is not the parent',
      `UPDATE transfers SET debit = 'scored' WHERE kind = 'spawn_endowment'`,
      /no endowment from its parent parent|it leaves scored with/,
    ],
    [
      'burns the estate of the living',
      insert(`'single', MAX(cycle), 'stopped', 'system:burn', 5, 'estate', 'stopped/1', NULL`),
      /stopped has not died/,
    ],
    [
      'charges a message to somebody else',
      `UPDATE transfers SET debit = 'faulty' WHERE kind = 'message_fee'`,
      /faulty did not send msg_1/,
    ],
  ])('finds a well-forged row that %s', (_what, sql, expected) => {
    expect(auditTampered({ sql: unrecorded + sql, ...forged })).toMatchObject({
      ok: false,
      first_difference: expect.stringMatching(expected) as string,
    });
  });

  it.each<[string, string, RegExp]>([
    [
      'a bid of another amount',
      `UPDATE bids SET amount = amount + 1 WHERE id = 1`,
      /^bid_1: its hold tx_\d+ is not a hold of/,
    ],
    ['a bid of another payer', `UPDATE bids SET payer_id = 'child' WHERE id = 1`, /^bid_1: its hold/],
    ['a bid that won at another price', `UPDATE bids SET price_paid = 1 WHERE id = 1`, /^bid_1 is won, but its hold/],
    ['a bid that is pending once more', `UPDATE bids SET status = 'pending' WHERE id = 1`, /^bid_1 is pending, but/],
    [
      'a pending bid said to be expired',
      `UPDATE bids SET status = 'expired' WHERE status = 'pending'`,
      /^bid_\d+ is expired, but its hold tx_\d+ stands/,
    ],
    [
      'a withdrawn bid said to have won',
      `UPDATE bids SET status = 'won', price_paid = 5 WHERE status = 'withdrawn'`,
      /^bid_\d+ is won, but its hold tx_\d+ was resolved by tx_\d+, a void/,
    ],
    [
      'a bid at a later attempt',
      `UPDATE bids SET attempt = 2 WHERE id = 1`,
      /^bid_1: its hold tx_\d+ is not a hold of its amount by its payer for attempt 2/,
    ],
    ['a bid that is gone', `DELETE FROM bids WHERE status = 'withdrawn'`, /^tx_\d+: there is no attempt bid_\d+\/1/],
    ['an execution at another price', `UPDATE executions SET price = price - 1 WHERE id = 1`, /^exe_1: its price/],
    [
      'an execution of another agent',
      `UPDATE executions SET agent_id = 'child' WHERE id = 1`,
      /^exe_1: its agent or payer/,
    ],
    ['an execution that is gone', `DELETE FROM executions WHERE id = 1`, /^bid_1 is won, but has no execution/],
    [
      'a fault that is called the own',
      `UPDATE executions SET outcome = 'completed' WHERE outcome = 'system_fault'`,
      /^bid_\d+ is at attempt 2, but not each earlier one/,
    ],
    [
      'an own failure that is called a stop',
      `UPDATE executions SET outcome = 'stopped_by_operator' WHERE id = 1`,
      /^exe_1 paid \d+ and ended with stopped_by_operator, but 0 was/,
    ],
    [
      'a prompt with another reward',
      `UPDATE prompts SET reward = reward + 1 WHERE id = 1`,
      /^prompt_1 is scored with a reward of/,
    ],
    [
      'a scored prompt that is called skipped',
      `UPDATE prompts SET status = 'skipped' WHERE id = 1`,
      /^prompt_1 is skipped with a reward/,
    ],
    ['a prompt with another refund', `UPDATE prompts SET refund = refund + 1 WHERE id = 3`, /^(exe|prompt)_3 /],
    ['a prompt of another agent', `UPDATE prompts SET agent_id = 'child' WHERE id = 2`, /^prompt_2: its agent/],
    ['an agent in a later life', `UPDATE agents SET life = 7 WHERE id = 'skipped'`, /^agent skipped is in life 7/],
    ['an agent that is gone', `DELETE FROM agents WHERE id = 'skipped'`, /^account skipped belongs to no agent/],
    [
      'a dead agent that holds credits',
      `UPDATE agents SET status = 'dead' WHERE id = 'skipped'`,
      /^agent skipped is dead, but holds/,
    ],
    [
      'a dead agent said to live',
      `UPDATE agents SET status = 'alive' WHERE id = 'parent'`,
      /^tx_\d+: parent has not died/,
    ],
  ])('finds %s', (_what, sql, expected) => {
    expect(auditTampered({ sql })).toMatchObject({
      ok: false,
      first_difference: expect.stringMatching(expected) as string,
    });
  });

  it.each<[string, string, RegExp]>([
    ['marks', `UPDATE prompts SET useful = 1 WHERE id = 1`, /^prompt_1 has marks worth 425000000 and a reward of 600/],
    ['rates', `UPDATE prompts SET useful_rate = 1 WHERE id = 1`, /^prompt_1 has marks worth/],
    [
      'a share that an expired prompt gave back, with its transfer',
      `DELETE FROM cycles; UPDATE prompts SET refund = refund - 1 WHERE status = 'expired';
       UPDATE transfers SET amount = amount - 1 WHERE kind = 'refund' AND ref LIKE 'prompt_%';
       UPDATE transfers SET amount = amount + 1 WHERE kind = 'refund' AND ref LIKE 'exe_%'`,
      /^prompt_3 expired and gave back \d+, not its share of/,
    ],
    ['what an execution bought', `UPDATE executions SET cpu_ms = cpu_ms + 1 WHERE id = 2`, /^exe_2: its bundle or/],
    ['what a bid asked for', `UPDATE bids SET memory_mb = memory_mb + 1 WHERE id = 2`, /^exe_\d+: its bundle or/],
    ['the lineage of a bid', `UPDATE bids SET lineage_id = 'parent' WHERE id = 1`, /^bid_1: its lineage/],
    ['the reserve of a bid', `UPDATE bids SET reserve_at_placing = amount + 1 WHERE id = 1`, /^bid_1 offers/],
    ['when a bid ended', `UPDATE bids SET ended_cycle = NULL WHERE id = 1`, /^bid_1 is won, but ended in cycle none/],
    ['when an execution ended', `UPDATE executions SET ended_at = NULL WHERE id = 1`, /^exe_1 is settled, but has not/],
    [
      'held attention',
      `UPDATE executions SET attention_held = 1 WHERE id = 1`,
      /^exe_1 is settled and holds attention/,
    ],
    [
      'the lineage of a child',
      `UPDATE agents SET lineage_id = 'child' WHERE id = 'child'`,
      /^(agent child|bid_\d+).* lineage/,
    ],
    [
      'the status of who has a bid',
      `UPDATE agents SET status = 'dormant' WHERE id = (SELECT agent_id FROM bids WHERE status = 'pending')`,
      /^agent \S+ is dormant, but a bid/,
    ],
    ['the revenue of a cycle', `UPDATE cycles SET revenue = revenue + 1 WHERE cycle = 1`, /^cycle 1 says/],
    ['the winners of a cycle', `UPDATE cycles SET winners = winners + 1 WHERE cycle = 1`, /^cycle 1 says/],
    ['the cycle of the economy', `UPDATE economy_state SET cycle = cycle + 1`, /^the economy is in cycle/],
    [
      'what models cost in a day',
      'UPDATE spent_days SET money = 0',
      /^what models cost on 2030-01-01 is 0 tokens and 0 by the sum of the day, but 0 and 90 by agent and model$/,
    ],
    [
      'what an agent cost',
      `UPDATE spending SET money = 91`,
      /^what models cost on .* but 0 and 91 by agent and model$/,
    ],
    [
      'all that an agent cost',
      'UPDATE spending SET money = 89; UPDATE spent_days SET money = 89',
      /^calls of scored on gpt come to 0 tokens and 90, but only 0 and 89 are counted as spent$/,
    ],
  ])('finds %s that were edited', (_what, sql, expected) => {
    expect(auditTampered({ sql, rehash: true, rebalance: true })).toMatchObject({
      ok: false,
      first_difference: expect.stringMatching(expected) as string,
    });
  });
});

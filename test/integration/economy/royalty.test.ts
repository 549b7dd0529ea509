import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { micro } from '../../../src/domain/credits.ts';
import { bundleCost } from '../../../src/domain/resources.ts';
import { parseShare } from '../../../src/domain/royalty.ts';
import { bootstrapAgent } from '../../../src/economy/agents/bootstrap-agent.ts';
import { spawnAgent } from '../../../src/economy/agents/spawn-agent.ts';
import { scorePrompt, skipPrompt } from '../../../src/economy/attention/end-prompt.ts';
import { submitPrompt } from '../../../src/economy/attention/submit-prompt.ts';
import { auditLedger } from '../../../src/economy/audit/audit-ledger.ts';
import { openStore } from '../../../src/store/store.ts';
import { agentView } from '../../../src/economy/views/agent-view.ts';
import {
  accepted,
  BARE,
  makeAgent,
  nextCycle,
  openTestEconomy,
  runWinners,
  settle,
  WITH_ATTENTION,
  withStore,
  type TestEconomy,
} from '../../helpers/economy.ts';
import { tamper } from '../../helpers/eventful-economy.ts';

let economy: TestEconomy;
beforeEach(() => {
  economy = openTestEconomy({ overrides: ['lifecycle.dormant_seconds=30'] });
});
afterEach(() => {
  economy.close();
});

const MAIN = { path: 'main.py', content: Buffer.from('pass'), executable: false };
const credits = (count: number) => micro(count * 1_000_000);
const posted = (id: string) => economy.store.accounts.balance(id).posted;
const royalties = () => [...economy.store.transfers.all()].filter(({ kind }) => kind === 'royalty');
const cost = () => bundleCost(WITH_ATTENTION, economy.store.markets.prices());

function spawn(parentId: string, id: string, royaltyPpm?: number, initial = 300) {
  const firstBid = { bundle: WITH_ATTENTION, amount: cost() };
  return spawnAgent(economy, parentId, { id, initialCredits: credits(initial), firstBid, files: [MAIN], royaltyPpm });
}

/** Runs until the agent has attention, shows something, and hands back its prompt. */
function prompt(agentId: string, more: object = {}): { readonly promptId: number; readonly env: { royalty: unknown } } {
  for (let cycle = 0; cycle < 10; cycle++)
    for (const { execution, handshake } of runWinners(economy).values()) {
      const caller = { executionId: execution.id, agentId: execution.agentId };
      const isOurs = execution.agentId === agentId && execution.bundle.attention === 1;
      const promptId = isOurs ? accepted(submitPrompt(economy, caller, { content: 'hi', ...more })).promptId : 0;
      settle(economy, execution.id);
      if (isOurs) return { promptId, env: JSON.parse(handshake) as { royalty: unknown } };
    }
  throw new Error(`${agentId} never ran`);
}

/** Marks worth 25 credits each. */
const mark = (promptId: number, points = 15) => {
  const [first, second] = [Math.min(10, points), Math.max(0, Math.min(10, points - 10))];
  accepted(
    scorePrompt(
      economy,
      promptId,
      { interesting: first, useful: second, understandable: points - first - second },
      null,
    ),
  );
};

describe('a royalty', () => {
  it("is the agreed share of each reward, floored, before the child's next bid is placed", () => {
    makeAgent(economy, 'ma');
    expect(accepted(spawn('ma', 'kid', 333_333))).toMatchObject({ owedPpm: 333_333 });
    const { promptId, env } = prompt('kid', {
      nextBid: { bundle: { cpu_seconds: 1, memory_mb: 64, tokens: 0, attention: 1 }, amount: 500 },
    });
    expect(env.royalty).toEqual({ to: 'ma', share: 0.333333, until: 'death', others: [] });
    const before = { ma: posted('ma'), kid: posted('kid') };
    mark(promptId);
    expect(posted('ma') - before.ma).toBe(124_999_875);
    expect(posted('kid') - before.kid).toBe(375_000_000 - 124_999_875);
    expect(royalties()).toMatchObject([
      { type: 'single', debit: 'kid', credit: 'ma', amount: 124_999_875, ref: `prompt_${promptId}` },
    ]);
    // With all of the reward it could have paid that.
    expect(economy.store.prompts.find(promptId)).toMatchObject({
      royalty: 124_999_875,
      nextBidStatus: 'insufficient_credits',
    });
    const view = (id: string) => agentView(economy, economy.store.agents.find(id)!);
    expect(view('kid')).toMatchObject({ royalty: 0.333333, royalty_to: 'ma', royalties_received: 0, earned: 375 });
    expect(view('ma')).toMatchObject({ royalty: 0, royalty_to: null, royalties_received: 124.999875 });
    expect(auditLedger(economy)).toMatchObject({ first_difference: null });
  });

  it('is nothing of a skip, nor of a reward of which no micro-credit is left', () => {
    makeAgent(economy, 'ma', { credits: 5000 });
    accepted(spawn('ma', 'kid', 500_000));
    accepted(skipPrompt(economy, prompt('kid').promptId));
    expect(royalties()).toEqual([]);
  });

  it('ends with the death of either, and no revival brings it back', () => {
    makeAgent(economy, 'ma');
    accepted(spawn('ma', 'kid', 500_000));
    const first = prompt('kid');
    for (let cycle = 0; cycle < 6; cycle++) nextCycle(economy);
    expect(economy.store.agents.find('ma')?.status).toBe('dead');
    mark(first.promptId);
    expect(royalties()).toEqual([]);
    accepted(bootstrapAgent(economy, { id: 'ma', files: undefined, bundle: BARE }));
    expect(economy.store.royalties.inForce('kid')).toEqual([]);
    expect(auditLedger(economy)).toMatchObject({ first_difference: null });
  });

  it("is owed by the child's own children too, beside what that child asks for itself", () => {
    makeAgent(economy, 'ma', { credits: 5000 });
    accepted(spawn('ma', 'kid', 300_000, 2000));
    expect(accepted(spawn('kid', 'straw'))).toMatchObject({ owedPpm: 300_000 });
    expect(accepted(spawn('kid', 'heir', 200_000))).toMatchObject({ owedPpm: 500_000 });
    mark(prompt('straw').promptId);
    const { promptId, env } = prompt('heir');
    expect(env.royalty).toEqual({ to: 'kid', share: 0.2, until: 'death', others: [{ to: 'ma', share: 0.3 }] });
    mark(promptId);
    expect(royalties().map(({ debit, credit, amount }) => [debit, credit, amount])).toEqual([
      ['straw', 'ma', 112_500_000],
      ['heir', 'kid', 75_000_000],
      ['heir', 'ma', 112_500_000],
    ]);
    expect(royalties().at(-1)?.ref).toBe(`prompt_${promptId}/2`);
    expect(auditLedger(economy)).toMatchObject({ first_difference: null });
  });

  it('is refused over economy.royalty_max in all, and over the number of those who are owed one', () => {
    makeAgent(economy, 'ma', { credits: 9000 });
    expect(spawn('ma', 'kid', 500_001)).toMatchObject({ code: 'too_large', field: 'royalty', limit: 0.5 });
    accepted(spawn('ma', 'kid', 400_000, 7000));
    expect(spawn('kid', 'grandkid', 100_001)).toMatchObject({
      code: 'too_large',
      limit: 0.1,
      message: 'royalty must be at most 0.1: 0.4 of its rewards will go to ma',
    });
    let parent = 'kid';
    for (const [index, id] of ['second', 'third', 'fourth'].entries()) {
      accepted(spawn(parent, id, 1000, 5000 - index * 1500));
      parent = id;
    }
    expect(spawn(parent, 'fifth', 1000)).toMatchObject({ code: 'too_large', limit: 0 });
    expect(accepted(spawn(parent, 'free'))).toMatchObject({ owedPpm: 403_000 });
  });

  it.each([
    ['a text', '0.5', 'wrong_type'],
    ['not a number', NaN, 'not_finite'],
    ['negative', -0.1, 'negative'],
    ['more than all', 1.1, 'too_large'],
    ['too fine', 0.1234567, 'too_many_decimals'],
  ])('is no share where it is %s', (_what, value, code) => {
    expect(parseShare(value, 'royalty')).toMatchObject({ code, field: 'royalty' });
  });
});

describe('audit', () => {
  beforeEach(() => {
    makeAgent(economy, 'ma', { credits: 5000 });
    accepted(spawn('ma', 'kid', 300_000, 2000));
    accepted(spawn('kid', 'heir', 200_000));
    mark(prompt('kid').promptId);
    mark(prompt('heir').promptId);
  });

  it.each<[string, string, RegExp]>([
    [
      'a royalty of another amount',
      `UPDATE transfers SET amount = amount - 1 WHERE kind = 'royalty' AND id = (SELECT MIN(id) FROM transfers WHERE kind = 'royalty')`,
      /owed ma no royalty of 112499999/,
    ],
    [
      'a royalty to another',
      `UPDATE transfers SET credit = 'heir' WHERE kind = 'royalty' AND debit = 'kid'`,
      /kid owed heir no royalty/,
    ],
    [
      'a prompt that says another',
      `UPDATE prompts SET royalty = royalty + 1 WHERE agent_id = 'kid'`,
      /says that 112500001 of its reward went on/,
    ],
    [
      'a share that nobody was given',
      `INSERT INTO royalties VALUES (99, 'heir', 3, 'ma', 1, 300000)`,
      /of which ma was given no share/,
    ],
    [
      'shares of more than all',
      `UPDATE royalties SET share_ppm = 900000 WHERE agent_id = 'heir'; UPDATE royalties SET share_ppm = 900000`,
      /owes 1800000 of 1000000 parts/,
    ],
    [
      'a royalty that is owed to a stranger',
      `UPDATE royalties SET to_id = 'heir' WHERE agent_id = 'kid'`,
      /owes heir a royalty, which is neither/,
    ],
    [
      'a royalty after the death of who is owed',
      `UPDATE transfers SET kind = 'estate', ref = 'ma/1', credit = 'system:burn' WHERE kind = 'spawn_fee' AND debit = 'ma'`,
      /kid owed ma nothing any more/,
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

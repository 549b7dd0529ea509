import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { micro } from '../../../src/domain/credits.ts';
import { spawnAgent } from '../../../src/economy/agents/spawn-agent.ts';
import { stopAgent } from '../../../src/economy/agents/stop-agent.ts';
import { attentionWeights, newcomersWeight, ownWeight } from '../../../src/economy/attention/attention-weights.ts';
import { scorePrompt, skipPrompt } from '../../../src/economy/attention/end-prompt.ts';
import { submitPrompt } from '../../../src/economy/attention/submit-prompt.ts';
import { recordedClearing } from '../../../src/economy/market/clearing-record.ts';
import { explainBid } from '../../../src/economy/replay/explain-bid.ts';
import {
  accepted,
  BARE,
  bidFor,
  makeAgent,
  nextCycle,
  openTestEconomy,
  runWinners,
  settle,
  WITH_ATTENTION,
  type TestEconomy,
} from '../../helpers/economy.ts';

const RANKED = ['attention.rank.by=record', 'attention.rank.amount_cap=1', 'attention.rank.age_bonus=false'];

let economy: TestEconomy;
beforeEach(() => {
  economy = openTestEconomy({ overrides: [...RANKED, 'attention.prompt_ttl_seconds=30'] });
});
afterEach(() => {
  economy.close();
});

const marks = (mark: number) => ({ interesting: mark, useful: mark, understandable: mark });

/** Shows a prompt of each of these agents, one after the other, and gives all three marks; null skips. */
function answered(agentId: string, ...given: readonly (number | null)[]): void {
  for (const mark of given) {
    bidFor(economy, agentId, { bundle: WITH_ATTENTION });
    const { execution } = runWinners(economy).get(agentId)!;
    const caller = { executionId: execution.id, agentId };
    const { promptId } = accepted(submitPrompt(economy, caller, { content: 'hi' }));
    settle(economy, execution.id);
    accepted(mark === null ? skipPrompt(economy, promptId) : scorePrompt(economy, promptId, marks(mark), null));
  }
}

/** Without its first bid. */
function agent(id: string): void {
  makeAgent(economy, id, { credits: 10_000 });
  const { execution } = runWinners(economy).get(id)!;
  settle(economy, execution.id);
}

const recordOf = (id: string) => economy.store.records.find(id);

describe('a record', () => {
  it('takes in marks and skips, with the transaction that ends the prompt, and nothing of what expired', () => {
    agent('ada');
    answered('ada', 8, null);
    expect(recordOf('ada')).toMatchObject({ answers: 1, skips: 1, marks: 24, last: 0, at: economy.clock.now() });
    bidFor(economy, 'ada', { bundle: WITH_ATTENTION });
    const { execution } = runWinners(economy).get('ada')!;
    accepted(submitPrompt(economy, { executionId: execution.id, agentId: 'ada' }, { content: 'hi' }));
    settle(economy, execution.id);
    for (let cycle = 0; cycle < 5; cycle++) nextCycle(economy);
    expect(economy.store.prompts.open()).toBeUndefined();
    expect(recordOf('ada')).toMatchObject({ answers: 1, skips: 1 });
  });

  it('changes with no bid and no execution that shows nothing', () => {
    agent('ada');
    bidFor(economy, 'ada', { bundle: WITH_ATTENTION });
    settle(economy, runWinners(economy).get('ada')!.execution.id);
    expect(recordOf('ada')).toBeUndefined();
  });

  it('outlives its agent', () => {
    agent('ada');
    answered('ada', 8);
    accepted(stopAgent(economy, 'ada'));
    expect(recordOf('ada')).toMatchObject({ answers: 1, marks: 24 });
  });
});

describe('bids for attention', () => {
  it('are served by what their agents are expected to be worth, whatever they offer', () => {
    for (const id of ['dull', 'fine']) agent(id);
    answered('dull', 1, 1);
    answered('fine', 7, 7);
    const dull = bidFor(economy, 'dull', { bundle: WITH_ATTENTION, over: 500 });
    const fine = bidFor(economy, 'fine', { bundle: WITH_ATTENTION });
    expect([...runWinners(economy).keys()]).toEqual(['fine']);
    const [lost] = explainBid(economy, dull, 1);
    expect(lost).toMatchObject({ least_amount: null, set_by: `bid_${fine}` });
    expect(lost?.weight).toBeLessThan(1);
    expect(lost?.before[0]?.weight).toBeGreaterThan(1);
  });

  it('are cleared again from the recorded weights', () => {
    for (const id of ['dull', 'fine']) agent(id);
    answered('dull', 1);
    bidFor(economy, 'dull', { bundle: WITH_ATTENTION });
    const weights = attentionWeights(economy);
    const { cycle } = nextCycle(economy);
    const recorded = recordedClearing(economy, cycle)?.input.moment.attentionWeights;
    expect([...(recorded ?? [])].map(([id]) => id)).toEqual([...weights.keys()]);
    // While somebody has attention nobody's weight is needed.
    const { cycle: next } = nextCycle(economy);
    expect(recordedClearing(economy, next)?.input.moment).not.toHaveProperty('attentionWeights');
  });

  it('of a child count as its parent does, and a child that is liked lifts its parent by nothing', () => {
    for (const id of ['parent', 'other']) agent(id);
    answered('other', 5, 5);
    answered('parent', 3, 3);
    const firstBid = { bundle: BARE, amount: micro(20_000_000), earliestCycle: 0 };
    const files = [{ path: 'main.py', content: Buffer.from('pass'), executable: false }];
    accepted(spawnAgent(economy, 'parent', { id: 'child', initialCredits: micro(2_000_000_000), firstBid, files }));
    settle(economy, runWinners(economy).get('child')!.execution.id);
    bidFor(economy, 'parent', { bundle: WITH_ATTENTION });
    bidFor(economy, 'child', { bundle: WITH_ATTENTION });
    const before = attentionWeights(economy);
    expect(before.get('child')).toBeLessThanOrEqual(before.get('parent')!);
    economy.store.records.put('child', { ...recordOf('other')!, last: 30_000, best: 30_000, marks: 60 });
    const after = attentionWeights(economy);
    expect(after.get('child')).toBeGreaterThan(before.get('child')!);
    expect(after.get('parent')).toBeLessThanOrEqual(before.get('parent')!);
  });
});

describe('a weight', () => {
  it('is told to its own agent, as a multiple of the mean', () => {
    for (const id of ['dull', 'fine']) agent(id);
    answered('dull', 1, 1);
    answered('fine', 7, 7);
    bidFor(economy, 'dull', { bundle: WITH_ATTENTION });
    expect(ownWeight(economy, 'fine')).toBeGreaterThan(1);
    expect(ownWeight(economy, 'dull')).toBe(1);
  });

  it('of a new root is better than the mean of what was answered', () => {
    agent('ada');
    answered('ada', 5);
    expect(newcomersWeight(economy)).toBe(22_500);
  });

  it('is told to nobody where bids are ranked by amounts', () => {
    agent('ada');
    const { rank } = economy.config.attention;
    const config = { ...economy.config, attention: { ...economy.config.attention, rank: { ...rank, by: 'amount' } } };
    expect(ownWeight({ ...economy, config: config as never }, 'ada')).toBeNull();
  });
});

describe('a first letter', () => {
  beforeEach(() => {
    economy.close();
    const overrides = [...RANKED, 'attention.rank.first_share=0.5', 'attention.rest_allocations=0'];
    economy = openTestEconomy({ overrides: [...overrides, 'attention.prompt_ttl_seconds=30'] });
    for (const id of ['good', 'parent']) agent(id);
    answered('good', 9, 9);
    answered('parent', 1, 1);
  });

  /** Of the parent. */
  function child(id: string): void {
    const firstBid = { bundle: BARE, amount: micro(20_000_000), earliestCycle: 0 };
    const files = [{ path: 'main.py', content: Buffer.from('pass'), executable: false }];
    accepted(spawnAgent(economy, 'parent', { id, initialCredits: micro(2_000_000_000), firstBid, files }));
    settle(economy, runWinners(economy).get(id)!.execution.id);
  }

  /** Who of these gets attention now, and lets it go unused. */
  function winner(): string {
    const [won] = runWinners(economy).values();
    if (!won) throw new Error('nobody won');
    settle(economy, won.execution.id);
    return won.execution.agentId;
  }

  it('goes before all others where none of the newest allocations was one, at the reserve, once for each agent', () => {
    for (const id of ['first', 'second']) child(id);
    for (const id of ['first', 'second']) bidFor(economy, id, { bundle: WITH_ATTENTION });
    bidFor(economy, 'good', { bundle: WITH_ATTENTION, over: 1000 });
    expect(winner()).toBe('first');
    // The newest was one.
    expect(winner()).toBe('good');
    // It has had its first, although nothing came of it.
    for (const id of ['first', 'good']) bidFor(economy, id, { bundle: WITH_ATTENTION });
    expect(winner()).toBe('second');
  });

  it('needs no more than the reserve, however much an amount may count for', () => {
    Object.assign(economy.config.attention.rank, { amount_cap: 20 });
    child('first');
    bidFor(economy, 'first', { bundle: WITH_ATTENTION });
    bidFor(economy, 'good', { bundle: WITH_ATTENTION, over: 5000 });
    expect(winner()).toBe('first');
  });

  it('waits like others where the share is 0', () => {
    const { rank } = economy.config.attention;
    Object.assign(rank, { first_share: 0 });
    child('first');
    for (const id of ['first', 'good']) bidFor(economy, id, { bundle: WITH_ATTENTION });
    expect(winner()).toBe('good');
  });
});

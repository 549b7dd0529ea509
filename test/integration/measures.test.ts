import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scorePrompt, skipPrompt } from '../../src/economy/attention/end-prompt.ts';
import { submitPrompt } from '../../src/economy/attention/submit-prompt.ts';
import { measure, type Measures } from '../../src/simulation/measures/measures.ts';
import { openEventfulEconomy, type EventfulEconomy } from '../helpers/eventful-economy.ts';
import {
  accepted,
  bidFor,
  makeAgent,
  nextCycle,
  openTestEconomy,
  runningAgent,
  runWinners,
  settle,
  WITH_ATTENTION,
  type TestEconomy,
} from '../helpers/economy.ts';

describe('the measures of an eventful economy', () => {
  let economy: EventfulEconomy;
  let found: Measures;
  beforeAll(async () => {
    economy = openEventfulEconomy();
    found = await measure(economy);
  });
  afterAll(() => economy.close());

  const posted = (id: string) => economy.store.accounts.balance(id).posted / 1e6;

  it('account for every credit, as the balances do', () => {
    const { posted: held } = economy.store.accounts.agents();
    expect(found['credits.held']).toBeCloseTo(held / 1e6, 6);
    expect(found['credits.burnt']).toBeCloseTo(posted('system:burn'), 6);
    expect(found['credits.fees']).toBeCloseTo(posted('system:fees'), 6);
    expect(found['credits.granted']! + found['credits.issued']!).toBeCloseTo(-posted('system:issuance'), 6);
    const sunk = posted('system:market') + posted('system:fees') + posted('system:burn');
    expect(found['credits.sunk_share']).toBeCloseTo(sunk / -posted('system:issuance'), 9);
  });

  it('count agents, bids and prompts as the tables do', () => {
    const agents = economy.store.agents.page(0, 1000);
    expect(found['agents.made']).toBe(agents.length);
    expect(found['agents.alive']).toBe(agents.filter(({ status }) => status !== 'dead').length);
    expect(found['agents.peak']).toBeGreaterThanOrEqual(found['agents.alive']!);
    const bids = economy.store.bids.page(1e9, 1000);
    expect(found['bids.won']).toBe(bids.filter(({ status }) => status === 'won').length);
    expect(found['bids.expired']).toBe(bids.filter(({ status }) => status === 'expired').length);
    const prompts = economy.store.prompts.page(1e9, 1000);
    expect(found['attention.expired']).toBe(prompts.filter(({ status }) => status === 'expired').length);
    expect(found['attention.skipped']).toBe(prompts.filter(({ status }) => status === 'skipped').length);
  });
});

describe('the measures of attention', () => {
  let economy: TestEconomy;
  afterAll(() => economy.close());

  it('tell how long somebody was there without a prompt, and who had the slots', async () => {
    economy = openTestEconomy();
    const began = economy.clock.now();
    makeAgent(economy, 'a', { bundle: WITH_ATTENTION });
    const { execution } = runWinners(economy).get('a')!;
    const opened = economy.clock.now();
    accepted(submitPrompt(economy, { executionId: execution.id, agentId: 'a' }, { content: 'look' }));
    settle(economy, execution.id);
    economy.clock.advance(30_000);
    accepted(scorePrompt(economy, 1, { interesting: 1, useful: 2, understandable: 3 }, null));
    economy.clock.advance(60_000);
    bidFor(economy, 'a');
    nextCycle(economy);
    const until = economy.clock.now();
    const found = await measure(economy, { presence: [[began, until]] });
    expect(found['human.idle_share']).toBeCloseTo(1 - 30_000 / (until - began), 9);
    expect(found).toMatchObject({ 'slots.a': 1, 'slots_of_equal.a': 1, 'slots.top_lineage': 1 });
    expect(found).toMatchObject({ 'attention.mean_marks': 6, 'attention.expired_share': 0 });
    expect(found['heard_after_hours.a']).toBeCloseTo((opened - began) / 3_600_000, 9);
    expect(found).not.toHaveProperty('slots.best_third');
    const days = economy.store.state.get().runningMs / 86_400_000;
    expect(found['attention.marks_per_day']).toBeCloseTo(6 / days, 6);
    // Only what lies within the time in which somebody was there counts.
    const half = await measure(economy, { presence: [[opened, opened + 10_000]] });
    expect(half['human.idle_share']).toBe(0);
    expect(await measure(economy)).not.toHaveProperty('human.idle_share');
  });

  it('tell how long somebody was there without a prompt while one was wanted', async () => {
    const began = economy.clock.now();
    makeAgent(economy, 'c', { bundle: WITH_ATTENTION });
    economy.clock.advance(20_000);
    const { execution } = runWinners(economy).get('c')!;
    accepted(submitPrompt(economy, { executionId: execution.id, agentId: 'c' }, { content: 'look' }));
    const opened = economy.clock.now();
    settle(economy, execution.id);
    economy.clock.advance(60_000);
    accepted(skipPrompt(economy, 2));
    const ended = economy.clock.now();
    economy.clock.advance(40_000);
    const found = await measure(economy, { presence: [[began, economy.clock.now()]], bestMarks: 60 });
    expect(found['human.idle_wanted']).toBeCloseTo((opened - began) / (ended - began), 6);
    expect(found['human.idle_share']).toBeCloseTo(1 - 60_000 / (economy.clock.now() - began), 6);
    // A skip is an answer without marks.
    expect(found).toMatchObject({ 'attention.mean_marks': 3, 'attention.of_best': 0.1 });
  });

  it('count as lost what a prompt cost that nobody answered, less what it gave back', async () => {
    const { execution } = runningAgent(economy, 'b', { bundle: WITH_ATTENTION });
    accepted(submitPrompt(economy, { executionId: execution.id, agentId: 'b' }, { content: 'anybody?' }));
    settle(economy, execution.id);
    while (economy.store.prompts.open()) nextCycle(economy);
    const { refund } = economy.store.prompts.page(1e9, 1)[0]!;
    const found = await measure(economy);
    expect(refund).toBeGreaterThan(0);
    expect(found['credits.lost_unseen']).toBeCloseTo((execution.price - refund) / 1e6, 6);
    expect(found).toMatchObject({ 'attention.expired': 1, 'attention.expired_share': 1 / 3 });
    const quality = await measure(economy, { qualityOf: (id) => (id === 'b' ? 9 : 1) });
    expect(quality['slots.best_third']).toBeCloseTo(1 / 3, 9);
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { scorePrompt } from '../../../src/economy/attention/end-prompt.ts';
import { submitPrompt } from '../../../src/economy/attention/submit-prompt.ts';
import { explainBid } from '../../../src/economy/replay/explain-bid.ts';
import { attentionView } from '../../../src/economy/views/attention-view.ts';
import { marketStateView } from '../../../src/economy/views/market-view.ts';
import { statusView } from '../../../src/economy/views/status-view.ts';
import {
  accepted,
  bidFor,
  makeAgent,
  nextCycle,
  openTestEconomy,
  runningAgent,
  settle,
  WITH_ATTENTION,
  type TestEconomy,
} from '../../helpers/economy.ts';

const HOUR_MS = 3_600_000;

describe('in quiet hours', () => {
  let economy: TestEconomy;
  beforeEach(() => {
    // The clock begins at midnight, a Tuesday.
    const overrides = ['attention.quiet_hours=["01:00-07:00"]', 'attention.time_zone=UTC'];
    economy = openTestEconomy({ overrides: [...overrides, 'attention.prompt_ttl_seconds=60'] });
  });
  afterEach(() => economy.close());

  const show = (agentId: string, executionId: number) => {
    const { promptId } = accepted(submitPrompt(economy, { executionId, agentId }, { content: 'Read me.' }));
    settle(economy, executionId);
    return promptId;
  };
  const marks = { interesting: 5, useful: 5, understandable: 5 };

  it('the open prompt gets no older, and nobody counts as away', () => {
    const { execution } = runningAgent(economy, 'a', { bundle: WITH_ATTENTION });
    const prompt = show('a', execution.id);
    for (let cycle = 0; cycle < 3; cycle++) nextCycle(economy);
    economy.clock.jump(2 * HOUR_MS);
    for (let cycle = 0; cycle < 60; cycle++) expect(nextCycle(economy).expiredPrompt).toBeUndefined();
    expect(statusView(economy)).toMatchObject({ quiet_until: 'tue 07:00', human_away: false });
    // After them it has what was left of its time: 20 s of 60 had passed.
    economy.clock.jump(5 * HOUR_MS);
    const ages = Array.from({ length: 6 }, () => nextCycle(economy).expiredPrompt);
    expect(ages.indexOf(prompt)).toBe(3);
    expect(statusView(economy).quiet_until).toBeNull();
  });

  it('it can be answered, and what waits on deck is opened only after them', () => {
    const first = runningAgent(economy, 'a', { bundle: WITH_ATTENTION });
    const open = show('a', first.execution.id);
    const second = runningAgent(economy, 'b', { bundle: WITH_ATTENTION });
    const deck = show('b', second.execution.id);
    economy.clock.jump(2 * HOUR_MS);
    nextCycle(economy);
    accepted(scorePrompt(economy, open, marks, null));
    for (let cycle = 0; cycle < 20; cycle++) nextCycle(economy);
    expect(economy.store.prompts.find(deck)).toMatchObject({ status: 'queued' });
    economy.clock.jump(5 * HOUR_MS);
    nextCycle(economy);
    expect(economy.store.prompts.find(deck)).toMatchObject({ status: 'open' });
  });

  it('the market goes on, and bids for attention wait unaged', () => {
    economy.clock.jump(2 * HOUR_MS);
    makeAgent(economy, 'asks', { bundle: WITH_ATTENTION });
    makeAgent(economy, 'works');
    expect(nextCycle(economy).allocated).toHaveLength(1);
    bidFor(economy, 'works');
    for (let cycle = 0; cycle < 100; cycle++) nextCycle(economy);
    const waiting = economy.store.bids.pending().find(({ agentId }) => agentId === 'asks');
    expect(waiting).toMatchObject({
      passedOver: 0,
      lastReason: expect.stringContaining('no attention free') as string,
    });
    expect(marketStateView(economy)).toMatchObject({
      human_away: true,
      markets: { attention: { free: 0, supply: 1 } },
    });
    expect(explainBid(economy, waiting?.id ?? 0, 1)).toMatchObject([{ quiet_hours: true, human_away: false }]);
    expect(attentionView(economy)).toMatchObject({ quiet_until: 'tue 07:00', human_away: false });
    economy.clock.jump(5 * HOUR_MS);
    expect(nextCycle(economy).allocated).toHaveLength(1);
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { scorePrompt } from '../../../src/economy/attention/end-prompt.ts';
import { giveMinutes } from '../../../src/economy/attention/give-minutes.ts';
import { noteAttention } from '../../../src/economy/attention/note-attention.ts';
import { submitPrompt } from '../../../src/economy/attention/submit-prompt.ts';
import { fitPrices } from '../../../src/economy/market/fit-prices.ts';
import { explainBid } from '../../../src/economy/replay/explain-bid.ts';
import { marketStateView } from '../../../src/economy/views/market-view.ts';
import { statusView } from '../../../src/economy/views/status-view.ts';
import {
  accepted,
  makeAgent,
  nextCycle,
  openTestEconomy,
  runningAgent,
  settle,
  WITH_ATTENTION,
  type TestEconomy,
} from '../../helpers/economy.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const MARKS = { interesting: 5, useful: 5, understandable: 5 };

let economy: TestEconomy;
function open(...overrides: readonly string[]): void {
  economy = openTestEconomy({ overrides: ['attention.time_zone=UTC', 'attention.gap_seconds=120', ...overrides] });
}
afterEach(() => economy.close());

function show(agentId: string): number {
  const { execution } = runningAgent(economy, agentId, { bundle: WITH_ATTENTION });
  const prompt = { executionId: execution.id, agentId };
  const { promptId } = accepted(submitPrompt(economy, prompt, { content: 'Read me.' }));
  settle(economy, execution.id);
  return promptId;
}

/** The human reads it for so long, with a key each minute, and marks it. */
function answer(promptId: number, minutes: number): void {
  noteAttention(economy, promptId, 'shown');
  for (let minute = 0; minute < minutes; minute++) {
    economy.clock.jump(MINUTE_MS);
    noteAttention(economy, promptId, 'acted');
  }
  accepted(scorePrompt(economy, promptId, MARKS, null));
}

const price = () => economy.store.markets.prices().attention;
const start = () => economy.derived.startPrices.attention;

describe('minutes of the day', () => {
  beforeEach(() => open('attention.minutes_per_day=4'));

  it('once spent, let nobody be asked until the human’s next day', () => {
    const first = show('a');
    const deck = show('b');
    answer(first, 4);
    expect(statusView(economy).human_time).toMatchObject({ minutes_today: 4, minutes_per_day: 4, spent: 'day' });
    nextCycle(economy);
    expect(economy.store.prompts.find(deck)).toMatchObject({ status: 'queued' });
    expect(marketStateView(economy)).toMatchObject({ human_away: true, human_minutes_left: 0 });
    economy.clock.jump(25 * HOUR_MS);
    nextCycle(economy);
    expect(economy.store.prompts.find(deck)).toMatchObject({ status: 'open' });
    expect(statusView(economy)).toMatchObject({ human_away: false, human_time: { minutes_today: 0, spent: null } });
  });

  it('let the prompt that is open stay, without getting older', () => {
    const prompt = show('a');
    noteAttention(economy, prompt, 'shown');
    for (let minute = 0; minute < 5; minute++) {
      economy.clock.jump(MINUTE_MS);
      noteAttention(economy, prompt, 'acted');
    }
    for (let cycle = 0; cycle < 200; cycle++) expect(nextCycle(economy).expiredPrompt).toBeUndefined();
    accepted(scorePrompt(economy, prompt, MARKS, null));
  });

  it('are given more by the operator, beyond what was spent over them', () => {
    const first = show('a');
    const deck = show('b');
    answer(first, 6);
    accepted(giveMinutes(economy, 10));
    expect(economy.store.prompts.find(deck)).toMatchObject({ status: 'open' });
    expect(statusView(economy).human_time).toMatchObject({ minutes_today: 6, minutes_per_day: 16, spent: null });
    expect(giveMinutes(economy, 0)).toMatchObject({ ok: false, code: 'too_small' });
  });

  it('explain to a bid why it waits', () => {
    answer(show('a'), 4);
    makeAgent(economy, 'asks', { bundle: WITH_ATTENTION });
    const bid = economy.store.bids.ofAgent('asks', 1e9, 1)[0]!.id;
    nextCycle(economy);
    expect(explainBid(economy, bid, 1)).toMatchObject([{ minutes_spent: true, human_away: false }]);
  });
});

describe('minutes of the hour', () => {
  it('once spent, let nobody be asked until the next hour', () => {
    open('attention.minutes_per_hour=4');
    const first = show('a');
    const deck = show('b');
    answer(first, 4);
    expect(statusView(economy).human_time.spent).toBe('hour');
    economy.clock.jump(HOUR_MS);
    nextCycle(economy);
    expect(economy.store.prompts.find(deck)).toMatchObject({ status: 'open' });
  });
});

describe('the price of attention', () => {
  it('stands at its start where minutes have no end, whatever is spent', () => {
    open();
    answer(show('a'), 30);
    nextCycle(economy);
    expect(price()).toBe(start());
    expect(giveMinutes(economy, 5)).toMatchObject({ ok: false, code: 'invalid_value' });
  });

  it('rises with what is spent beyond the pace, stands in an absence, and falls while somebody could be asked', () => {
    open('attention.minutes_per_day=60', 'attention.prompt_ttl_seconds=100', 'market.age_bonus=0');
    answer(show('a'), 8);
    nextCycle(economy);
    const risen = price();
    expect(risen).toBeGreaterThan(1.8 * start());
    show('b');
    while (nextCycle(economy).expiredPrompt === undefined);
    const left = price();
    for (let cycle = 0; cycle < 50; cycle++) nextCycle(economy);
    expect(price()).toBe(left);
    accepted(giveMinutes(economy, 1));
    for (let cycle = 0; cycle < 50; cycle++) nextCycle(economy);
    expect(price()).toBeLessThan(left);
  });

  it('goes back to its start where minutes have no end any more', () => {
    open('attention.minutes_per_day=60');
    answer(show('a'), 8);
    nextCycle(economy);
    expect(price()).toBeGreaterThan(start());
    const { attention } = economy.config;
    fitPrices({ ...economy, config: { ...economy.config, attention: { ...attention, minutes_per_day: null } } });
    expect(price()).toBe(start());
  });
});

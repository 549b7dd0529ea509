import { afterEach, describe, expect, it } from 'vitest';
import type { Execution } from '../../../src/domain/execution.ts';
import { skipPrompt } from '../../../src/economy/attention/end-prompt.ts';
import { submitPrompt } from '../../../src/economy/attention/submit-prompt.ts';
import { recordedClearing } from '../../../src/economy/market/clearing-record.ts';
import { marketStateView } from '../../../src/economy/views/market-view.ts';
import { attentionView } from '../../../src/economy/views/attention-view.ts';
import {
  accepted,
  bidFor,
  makeAgent,
  nextCycle,
  openTestEconomy,
  runWinners,
  settle,
  WITH_ATTENTION,
  type TestEconomy,
} from '../../helpers/economy.ts';

let economy: TestEconomy;
function open(...overrides: readonly string[]): void {
  economy = openTestEconomy({ overrides: ['attention.time_zone=UTC', ...overrides] });
}
afterEach(() => economy.close());

const held = () => economy.store.executions.held().attention;
const reasonOf = (bidId: number) => economy.store.bids.get(bidId).lastReason;

/** An agent that bids for attention, and no more. */
function ask(agentId: string): void {
  makeAgent(economy, agentId, { bundle: WITH_ATTENTION });
}

function write({ id, agentId }: Pick<Execution, 'id' | 'agentId'>): number {
  const { promptId } = accepted(submitPrompt(economy, { executionId: id, agentId }, { content: 'Read me.' }));
  settle(economy, id);
  return promptId;
}

/** Each shows what it bought attention for, one per cycle. Returns the prompts. */
function show(...agentIds: readonly string[]): readonly number[] {
  for (const id of agentIds) ask(id);
  return agentIds.map(() => {
    const [winner] = runWinners(economy).values();
    if (!winner) throw new Error('nobody won');
    return write(winner.execution);
  });
}

describe('a deck of three', () => {
  it('sells attention for one letter after the other while the others are written, and for no more', () => {
    open('attention.deck=3');
    for (const id of ['a', 'b', 'c', 'd']) ask(id);
    expect([...runWinners(economy).keys()]).toEqual(['a']);
    expect([...runWinners(economy).keys()]).toEqual(['b']);
    expect([...runWinners(economy).keys()]).toEqual(['c']);
    expect(held()).toBe(3);
    expect(nextCycle(economy).allocated).toEqual([]);
    expect(attentionView(economy)).toMatchObject({ open_prompt: null, queued_prompt: null });
  });

  it('is read in the order in which letters were finished, and each place is sold again once its letter has the slot', () => {
    open('attention.deck=3');
    const [first, second, third, fourth] = show('a', 'b', 'c', 'd') as [number, number, number, number];
    expect(economy.store.prompts.counts()).toEqual({ open: 1, queued: 3 });
    ask('e');
    expect(nextCycle(economy).allocated).toEqual([]);
    for (const next of [second, third, fourth]) {
      accepted(skipPrompt(economy, economy.store.prompts.open()!.id));
      expect(economy.store.prompts.open()?.id).toBe(next);
    }
    expect(first).toBeLessThan(second);
    expect(nextCycle(economy).allocated).toHaveLength(1);
  });

  it('keeps its last place from a lineage that has all others', () => {
    open('attention.deck=2');
    show('a');
    bidFor(economy, 'a', { bundle: WITH_ATTENTION });
    write(runWinners(economy).get('a')!.execution);
    const again = bidFor(economy, 'a', { bundle: WITH_ATTENTION });
    expect(nextCycle(economy).allocated).toEqual([]);
    expect(reasonOf(again)).toBe('its lineage has all other places on deck; the last is kept for another');
    expect(recordedClearing(economy, economy.store.state.get().cycle)?.input.moment.keptFrom).toBe('a');
    ask('b');
    expect(nextCycle(economy).allocated).toHaveLength(1);
    expect(held()).toBe(2);
  });
});

describe('letters on deck', () => {
  it('count as planned: no more are sold than the minutes are for', () => {
    open('attention.deck=4', 'attention.minutes_per_day=2');
    show('a', 'b', 'c');
    ask('d');
    expect(nextCycle(economy).allocated).toEqual([]);
    expect(attentionView(economy).minutes_spent).toBe('day');
    // One is open, and what it takes is measured.
    expect(economy.store.prompts.counts()).toEqual({ open: 1, queued: 2 });
  });

  it('are read all the same once nothing more is sold', () => {
    open('attention.deck=4', 'attention.minutes_per_day=2');
    const [first, second] = show('a', 'b', 'c') as [number, number, number];
    accepted(skipPrompt(economy, first));
    expect(economy.store.prompts.open()?.id).toBe(second);
  });
});

it('a deck made smaller sells nothing until what waits fits into it', () => {
  open('attention.deck=3');
  const letters = show('a', 'b', 'c', 'd');
  const attention = { ...economy.config.attention, deck: 1 };
  const supply = { ...economy.derived.supply, attention: 1 };
  economy = { ...economy, config: { ...economy.config, attention }, derived: { ...economy.derived, supply } };
  ask('e');
  for (const letter of letters.slice(0, 3)) {
    expect(nextCycle(economy).allocated).toEqual([]);
    expect(marketStateView(economy).markets.attention.free).toBe(0);
    accepted(skipPrompt(economy, letter));
  }
  expect(held()).toBe(0);
  expect(nextCycle(economy).allocated).toHaveLength(1);
});

it('a deck does not change what attention costs', () => {
  open('attention.deck=4', 'market.prices.start.attention=null');
  const { attention } = economy.derived.startPrices;
  economy.close();
  open('market.prices.start.attention=null');
  expect(attention).toBe(economy.derived.startPrices.attention);
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { scorePrompt, skipPrompt } from '../../../src/economy/attention/end-prompt.ts';
import { welcomeHuman } from '../../../src/economy/attention/prompt-slot.ts';
import { submitPrompt } from '../../../src/economy/attention/submit-prompt.ts';
import { startExecution } from '../../../src/economy/executions/start-execution.ts';
import {
  accepted,
  bidFor,
  nextCycle,
  openTestEconomy,
  runningAgent,
  settle,
  start,
  WITH_ATTENTION,
  type TestEconomy,
} from '../../helpers/economy.ts';

let economy: TestEconomy;
beforeEach(() => {
  economy = openTestEconomy({ overrides: ['attention.prompt_ttl_seconds=30'] });
});
afterEach(() => {
  economy.close();
});

const FIVES = { interesting: 5, useful: 5, understandable: 5 };
const NEXT_BID = { bundle: { cpu_seconds: 1, memory_mb: 64, tokens: 0, attention: 0 }, amount: 20 };

/** An agent whose execution submits a prompt and completes. Returns the prompt's id. */
function prompted(agentId: string, nextBid?: unknown): number {
  const { execution } = runningAgent(economy, agentId, { bundle: WITH_ATTENTION });
  const caller = { executionId: execution.id, agentId };
  const { promptId } = accepted(submitPrompt(economy, caller, { content: `from ${agentId}`, nextBid }));
  settle(economy, execution.id);
  return promptId;
}

const attentionHeld = () => economy.store.executions.held().attention;
const available = (id: string) => economy.store.accounts.available(id);

describe('a prompt', () => {
  it('is refused from an execution that bought no attention, and a second time from one that did', () => {
    const { execution } = runningAgent(economy, 'plain');
    const plain = { executionId: execution.id, agentId: 'plain' };
    expect(submitPrompt(economy, plain, { content: 'hi' })).toMatchObject({ code: 'no_attention' });
    const { execution: second } = runningAgent(economy, 'rich', { bundle: WITH_ATTENTION });
    const rich = { executionId: second.id, agentId: 'rich' };
    accepted(submitPrompt(economy, rich, { content: 'hi' }));
    expect(submitPrompt(economy, rich, { content: 'hi' })).toMatchObject({ code: 'prompt_already_submitted' });
  });

  it.each([
    ['an empty content', { content: ' ' }, 'empty', 'content'],
    ['a title over its limit', { content: 'hi', title: 'x'.repeat(10_000) }, 'too_large', 'title'],
    ['a next_bid without a bundle', { content: 'hi', nextBid: { amount: 9 } }, 'missing_field', 'next_bid.bundle'],
  ])('with %s is refused for that before the missing attention is named', (_, draft, code, field) => {
    const { execution } = runningAgent(economy, 'plain');
    const plain = { executionId: execution.id, agentId: 'plain' };
    expect(submitPrompt(economy, plain, draft)).toMatchObject({ ok: false, code, field });
  });

  it('takes the slot at once and frees attention; the next one waits on deck and holds it', () => {
    const first = prompted('a');
    expect(economy.store.prompts.open()?.id).toBe(first);
    expect(attentionHeld()).toBe(0);
    const second = prompted('b');
    expect(economy.store.prompts.deck()?.id).toBe(second);
    expect(attentionHeld()).toBe(1);
    accepted(skipPrompt(economy, first));
    expect(economy.store.prompts.open()?.id).toBe(second);
    expect(attentionHeld()).toBe(0);
  });

  it('lets go of attention when the execution ends without one', () => {
    const { execution } = runningAgent(economy, 'silent', { bundle: WITH_ATTENTION });
    expect(attentionHeld()).toBe(1);
    settle(economy, execution.id);
    expect(attentionHeld()).toBe(0);
  });

  it('is rewarded with the sum of its marks at the configured rates, once', () => {
    const id = prompted('a');
    const before = available('a');
    const scores = { interesting: 7, useful: 8, understandable: 9 };
    expect(accepted(scorePrompt(economy, id, scores, 'fine'))).toMatchObject({ reward: 600_000_000 });
    expect(available('a') - before).toBe(600_000_000);
    expect(scorePrompt(economy, id, scores, null)).toMatchObject({ code: 'prompt_already_ended' });
    expect(available('a') - before).toBe(600_000_000);
    expect(scorePrompt(economy, 99, scores, null)).toMatchObject({ code: 'prompt_not_found' });
  });

  it('tells its agent the answer in the next handshake, once', () => {
    const id = prompted('a');
    accepted(scorePrompt(economy, id, FIVES, 'short and clear'));
    bidFor(economy, 'a');
    const [first = 0] = nextCycle(economy).allocated;
    const handshake = JSON.parse(start(economy, first).handshake) as { responses: unknown[] };
    expect(handshake.responses).toMatchObject([
      { prompt_id: 'prompt_1', scores: FIVES, reason: 'short and clear', reward: 375 },
    ]);
    settle(economy, first);
    bidFor(economy, 'a');
    const [second = 0] = nextCycle(economy).allocated;
    expect(JSON.parse(start(economy, second).handshake)).toMatchObject({ responses: [] });
  });

  it('tells the answer again when the execution that had it never started', () => {
    const id = prompted('a');
    accepted(scorePrompt(economy, id, FIVES, null));
    bidFor(economy, 'a');
    const [lost = 0] = nextCycle(economy).allocated;
    startExecution(economy, lost, { serviceUrl: '', materials: null });
    settle(economy, lost, 'system_fault');
    const [again = 0] = nextCycle(economy).allocated;
    const handshake = JSON.parse(start(economy, again).handshake) as { responses: unknown[] };
    expect(handshake.responses).toHaveLength(1);
  });

  it('gets no refund when it is skipped', () => {
    const id = prompted('a');
    const before = available('a');
    accepted(skipPrompt(economy, id));
    expect(available('a')).toBe(before);
  });

  it('from the deck can be answered only when its turn has come', () => {
    prompted('a');
    const second = prompted('b');
    expect(scorePrompt(economy, second, FIVES, null)).toMatchObject({ code: 'prompt_not_open' });
  });
});

describe('an unanswered prompt', () => {
  it("expires after its time, refunds attention's share of the price and sends the human away", () => {
    prompted('a');
    const second = prompted('b');
    const { price, attentionPrice, reserveCost } = economy.store.executions.get(1);
    const before = available('a');
    for (let cycle = 0; cycle < 3; cycle += 1) nextCycle(economy);
    expect(economy.store.prompts.find(1)?.status).toBe('expired');
    expect(available('a') - before).toBe(Math.floor((price * attentionPrice) / reserveCost));
    expect(economy.store.state.get().humanAway).toBe(true);
    expect(economy.store.prompts.find(second)?.status).toBe('queued');
  });

  it('leaves the deck unaged until the human is back', () => {
    prompted('a');
    const second = prompted('b');
    for (let cycle = 0; cycle < 20; cycle += 1) nextCycle(economy);
    expect(economy.store.prompts.find(second)?.status).toBe('queued');
    welcomeHuman(economy);
    expect(economy.store.prompts.open()?.id).toBe(second);
    nextCycle(economy);
    expect(economy.store.prompts.find(second)?.status).toBe('open');
  });

  it('makes no attention free, though bids for it are accepted and wait unaged', () => {
    prompted('a');
    for (let cycle = 0; cycle < 3; cycle += 1) nextCycle(economy);
    const bidId = bidFor(economy, 'a', { bundle: WITH_ATTENTION });
    expect(nextCycle(economy).allocated).toEqual([]);
    expect(economy.store.bids.get(bidId)).toMatchObject({ status: 'pending', passedOver: 0 });
    welcomeHuman(economy);
    expect(nextCycle(economy).allocated).toHaveLength(1);
  });

  it('gives nothing more back where its execution was refunded', () => {
    const { execution } = runningAgent(economy, 'a', { bundle: WITH_ATTENTION });
    accepted(submitPrompt(economy, { executionId: execution.id, agentId: 'a' }, { content: 'x' }));
    settle(economy, execution.id, 'stopped_by_operator');
    const before = available('a');
    for (let cycle = 0; cycle < 4; cycle += 1) nextCycle(economy);
    expect(economy.store.prompts.find(1)?.status).toBe('expired');
    expect(available('a')).toBe(before);
  });
});

describe('next_bid', () => {
  it('is placed in the transaction that ends the prompt, from what it earned', () => {
    const id = prompted('a', NEXT_BID);
    expect(economy.store.bids.countPending()).toBe(0);
    accepted(scorePrompt(economy, id, FIVES, null));
    expect(economy.store.bids.pending()).toMatchObject([{ agentId: 'a', amount: 20_000_000 }]);
    expect(economy.store.prompts.find(id)).toMatchObject({ nextBidStatus: 'placed' });
  });

  it('is not placed while an own bid is pending, under the reserve or over the balance, and the answer says so', () => {
    const pending = prompted('a', NEXT_BID);
    bidFor(economy, 'a');
    accepted(skipPrompt(economy, pending));
    expect(economy.store.prompts.find(pending)).toMatchObject({ nextBidStatus: 'not_needed' });
    const low = prompted('b', { ...NEXT_BID, amount: 0.001 });
    accepted(skipPrompt(economy, low));
    expect(economy.store.prompts.find(low)).toMatchObject({ nextBidStatus: 'below_reserve' });
    expect(economy.store.prompts.find(low)?.nextBidDetail).toMatch(/at least \d/);
  });

  it('makes the prompt refused where its shape is wrong', () => {
    const { execution } = runningAgent(economy, 'a', { bundle: WITH_ATTENTION });
    const caller = { executionId: execution.id, agentId: 'a' };
    const wrong = { ...NEXT_BID, bundle: { cpu_seconds: 1, memory_mb: 64, tokens: 0 } };
    expect(submitPrompt(economy, caller, { content: 'x', nextBid: wrong })).toMatchObject({
      code: 'missing_resource',
      field: 'next_bid.bundle.attention',
    });
    expect(economy.store.prompts.ofExecution(execution.id)).toBeUndefined();
  });
});

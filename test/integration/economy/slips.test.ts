import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stopAgent } from '../../../src/economy/agents/stop-agent.ts';
import { skipPrompt } from '../../../src/economy/attention/end-prompt.ts';
import { submitPrompt } from '../../../src/economy/attention/submit-prompt.ts';
import { noteRefusedBid } from '../../../src/economy/executions/refused-bid.ts';
import { bundleCost } from '../../../src/domain/resources.ts';
import { placeBid } from '../../../src/economy/market/place-bid.ts';
import {
  accepted,
  BARE,
  bidFor,
  makeAgent,
  nextCycle,
  openTestEconomy,
  runningAgent,
  runWinners,
  settle,
  WITH_ATTENTION,
  type TestEconomy,
} from '../../helpers/economy.ts';

let economy: TestEconomy;
beforeEach(() => {
  economy = openTestEconomy({ overrides: ['lifecycle.restarts=2'] });
});
afterEach(() => economy.close());

const NEXT_BID = { bundle: { cpu_seconds: 1, memory_mb: 64, tokens: 0, attention: 0 }, amount: 20 };
const leftIdle = (executionId: number) => economy.store.executions.get(executionId).leftIdle;

/** An execution of `a` that has shown a prompt with this next bid. */
function prompted(nextBid?: unknown): { readonly executionId: number; readonly promptId: number } {
  const { execution } = runningAgent(economy, 'a', { bundle: WITH_ATTENTION });
  const caller = { executionId: execution.id, agentId: 'a' };
  const { promptId } = accepted(submitPrompt(economy, caller, { content: 'look', nextBid }));
  return { executionId: execution.id, promptId };
}

describe('an execution leaves its agent idle', () => {
  it('where it ends and no bid is pending, and a cycle later it is not told again', () => {
    const { execution } = runningAgent(economy, 'a');
    expect(leftIdle(execution.id)).toBe(false);
    settle(economy, execution.id);
    expect(economy.store.executions.get(execution.id)).toMatchObject({ leftIdle: true, refusedBid: null });
    expect(nextCycle(economy).lives).toMatchObject({ fallen: ['a'], idle: [] });
  });

  it('where its prompt waits and names no next_bid', () => {
    const { executionId } = prompted();
    settle(economy, executionId);
    expect(leftIdle(executionId)).toBe(true);
  });

  it('only when the bid that was pending is gone', () => {
    const { execution } = runningAgent(economy, 'a');
    const bidId = bidFor(economy, 'a');
    settle(economy, execution.id);
    expect(leftIdle(execution.id)).toBe(false);
    economy.store.bids.end(bidId, 'expired', 1, 'expired');
    economy.store.transfers.void(economy.store.bids.get(bidId).holdId, { cycle: 1, at: 0 });
    expect(nextCycle(economy).lives.idle).toEqual([{ executionId: execution.id, agentId: 'a', refusedBid: null }]);
    expect(leftIdle(execution.id)).toBe(true);
    expect(nextCycle(economy).lives.idle).toEqual([]);
  });
});

describe('an execution does not leave its agent idle', () => {
  it('where another pays for its next one', () => {
    const { execution } = runningAgent(economy, 'a');
    makeAgent(economy, 'patron');
    const amount = bundleCost(BARE, economy.store.markets.prices());
    accepted(placeBid(economy, 'patron', { bundle: BARE, amount, forAgentId: 'a' }));
    settle(economy, execution.id);
    expect(leftIdle(execution.id)).toBe(false);
  });

  it('where a restart follows its fault, until there are no more of them', () => {
    const { execution } = runningAgent(economy, 'a');
    settle(economy, execution.id, 'agent_error');
    expect(leftIdle(execution.id)).toBe(false);
    economy.store.agents.setRestarts('a', 2);
    nextCycle(economy);
    const [again = 0] = nextCycle(economy).allocated;
    settle(economy, again, 'agent_error');
    expect(leftIdle(again)).toBe(true);
  });

  it('while its prompt waits with a next_bid', () => {
    const { executionId } = prompted(NEXT_BID);
    settle(economy, executionId);
    expect(leftIdle(executionId)).toBe(false);
  });

  it('where the operator has stopped the agent', () => {
    const { execution } = runningAgent(economy, 'a');
    accepted(stopAgent(economy, 'a'));
    settle(economy, execution.id, 'stopped_by_operator');
    expect(leftIdle(execution.id)).toBe(false);
    expect(nextCycle(economy).lives.idle).toEqual([]);
  });
});

describe('the refusal of a next_bid', () => {
  it('is kept with the execution that showed the prompt', () => {
    const { executionId, promptId } = prompted({ ...NEXT_BID, amount: 0.000001 });
    accepted(skipPrompt(economy, promptId));
    expect(economy.store.executions.get(executionId).refusedBid).toBe('below_reserve');
  });

  it('is no more where the next bid was placed', () => {
    const { executionId, promptId } = prompted(NEXT_BID);
    noteRefusedBid(economy, executionId, 'below_reserve');
    accepted(skipPrompt(economy, promptId));
    expect(economy.store.executions.get(executionId).refusedBid).toBeNull();
  });

  it('is told when nothing is pending after it', () => {
    const { executionId, promptId } = prompted({ ...NEXT_BID, amount: 0.000001 });
    economy.store.agents.setRestarts('a', 2);
    settle(economy, executionId, 'agent_error');
    accepted(skipPrompt(economy, promptId));
    expect(nextCycle(economy).lives.idle).toEqual([{ executionId, agentId: 'a', refusedBid: 'below_reserve' }]);
  });
});

describe('a restart follows a slip', () => {
  const pending = () => economy.store.bids.pending();
  const slip = (executionId: number) => {
    noteRefusedBid(economy, executionId, 'below_reserve');
    settle(economy, executionId);
  };

  it('where the execution completed after its bid was refused, without attention, so that it is not idle', () => {
    const { execution } = runningAgent(economy, 'a', { bundle: WITH_ATTENTION });
    slip(execution.id);
    expect(pending()).toMatchObject([{ agentId: 'a', bundle: BARE, earliestCycle: 3 }]);
    const [{ id: bidId } = { id: 0 }] = pending();
    const settled = economy.store.executions.get(execution.id);
    expect(settled).toMatchObject({ leftIdle: false, refusedBid: 'below_reserve', restartBid: bidId });
  });

  it('and its handshake tells the agent what was refused', () => {
    const { execution } = runningAgent(economy, 'a');
    slip(execution.id);
    nextCycle(economy);
    const told = JSON.parse(runWinners(economy).get('a')?.handshake ?? '{}') as unknown;
    expect(told).toMatchObject({ cycle_seconds: 10, last_execution: { refused_bid: 'below_reserve' } });
  });

  it('a limited number of times in a row, and the last one is told', () => {
    const { execution } = runningAgent(economy, 'a');
    slip(execution.id);
    nextCycle(economy);
    const [second = 0] = nextCycle(economy).allocated;
    slip(second);
    for (let cycle = 0; cycle < 3; cycle += 1) nextCycle(economy);
    const [third = 0] = nextCycle(economy).allocated;
    slip(third);
    expect(pending()).toEqual([]);
    expect(economy.store.executions.get(third)).toMatchObject({ leftIdle: true, refusedBid: 'below_reserve' });
  });

  it('counted anew where a bid was refused but another one is pending', () => {
    const { execution } = runningAgent(economy, 'a');
    economy.store.agents.setRestarts('a', 1);
    bidFor(economy, 'a');
    slip(execution.id);
    expect(economy.store.agents.find('a')?.restarts).toBe(0);
    expect(pending()).toHaveLength(1);
  });

  it('not where it never tried to bid, and not where it can not pay', () => {
    const { execution } = runningAgent(economy, 'a');
    settle(economy, execution.id);
    const { execution: poor } = runningAgent(economy, 'b', { credits: 9 });
    slip(poor.id);
    expect(pending()).toEqual([]);
    expect(leftIdle(execution.id) && leftIdle(poor.id)).toBe(true);
  });

  it('when its prompt ends and the next_bid is refused, but not before', () => {
    const { executionId, promptId } = prompted({ ...NEXT_BID, amount: 0.000001 });
    settle(economy, executionId);
    expect(pending()).toEqual([]);
    accepted(skipPrompt(economy, promptId));
    expect(pending()).toMatchObject([{ agentId: 'a', bundle: BARE, earliestCycle: 3 }]);
    expect(economy.store.executions.get(executionId).restartBid).toBe(pending()[0]?.id);
    expect(nextCycle(economy).lives.idle).toEqual([]);
  });

  it('when the prompt ended while its execution still ran', () => {
    const { executionId, promptId } = prompted({ ...NEXT_BID, amount: 0.000001 });
    accepted(skipPrompt(economy, promptId));
    expect(pending()).toEqual([]);
    settle(economy, executionId);
    expect(pending()).toMatchObject([{ agentId: 'a', bundle: BARE }]);
  });
});

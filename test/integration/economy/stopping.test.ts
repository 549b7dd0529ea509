import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { micro } from '../../../src/domain/credits.ts';
import { auditLedger } from '../../../src/economy/audit/audit-ledger.ts';
import { authenticate } from '../../../src/economy/executions/authenticate.ts';
import { bootstrapAgent } from '../../../src/economy/agents/bootstrap-agent.ts';
import { scorePrompt } from '../../../src/economy/attention/end-prompt.ts';
import { placeBid } from '../../../src/economy/market/place-bid.ts';
import { markRunning, startExecution } from '../../../src/economy/executions/start-execution.ts';
import { stopAgent } from '../../../src/economy/agents/stop-agent.ts';
import { stopExecution } from '../../../src/economy/executions/stop-execution.ts';
import { submitPrompt } from '../../../src/economy/attention/submit-prompt.ts';
import {
  accepted,
  BARE,
  bidFor,
  makeAgent,
  nextCycle,
  openTestEconomy,
  runningAgent,
  settle,
  WITH_ATTENTION,
  type TestEconomy,
} from '../../helpers/economy.ts';

let economy: TestEconomy;
beforeEach(() => {
  economy = openTestEconomy({ overrides: ['lifecycle.dormant_seconds=50'] });
});
afterEach(() => {
  expect(auditLedger(economy)).toMatchObject({ ok: true, first_difference: null });
  economy.close();
});

const available = (id: string) => Number(economy.store.accounts.available(id));
const agent = (id: string) => economy.store.agents.find(id);
const bidOn = (payer: string, target: string) =>
  placeBid(economy, payer, { bundle: BARE, amount: micro(50_000_000), forAgentId: target });

describe('stopping an execution', () => {
  it('refunds it and never tries it again, whatever its end is taken for', () => {
    makeAgent(economy, 'a');
    const before = economy.store.accounts.balance('a').posted;
    const [id = 0] = nextCycle(economy).allocated;
    accepted(stopExecution(economy, id));
    accepted(stopExecution(economy, id));
    settle(economy, id, 'system_fault');
    expect(available('a')).toBe(before);
    expect(economy.store.bids.countPending()).toBe(0);
  });

  it('is refused where there is none and where it has ended', () => {
    const { execution } = runningAgent(economy, 'a');
    expect(stopExecution(economy, 99)).toMatchObject({ code: 'execution_not_found' });
    settle(economy, execution.id);
    expect(stopExecution(economy, execution.id)).toMatchObject({ code: 'execution_already_ended' });
  });

  it('makes its token worthless at once', () => {
    const { execution, token } = runningAgent(economy, 'a');
    expect(authenticate(economy, execution.id, token)).toMatchObject({ ok: true });
    accepted(stopExecution(economy, execution.id));
    expect(authenticate(economy, execution.id, token)).toMatchObject({ code: 'execution_ended' });
  });

  it('keeps "go" from one that is being prepared, and the files of the next life from being lost', () => {
    makeAgent(economy, 'a');
    const [id = 0] = nextCycle(economy).allocated;
    startExecution(economy, id, { serviceUrl: '', materials: null });
    accepted(stopAgent(economy, 'a'));
    const files = [{ path: 'main.py', content: Buffer.from('new'), executable: false }];
    accepted(bootstrapAgent(economy, { id: 'a', files }));
    expect(markRunning(economy, id, { unheld: [], fileSet: undefined, kept: [] })).toBe(false);
    expect(economy.store.agentFiles.waiting('a')?.files).toHaveLength(1);
    settle(economy, id, 'stopped_by_operator');
  });
});

describe('stopping an agent', () => {
  it('ends what it runs and voids the bids for it and those that it pays', () => {
    const { execution } = runningAgent(economy, 'a');
    makeAgent(economy, 'patron');
    const own = bidFor(economy, 'a');
    const sponsored = accepted(bidOn('patron', 'a')).bidId;
    const paid = accepted(bidOn('a', 'patron')).bidId;
    expect(accepted(stopAgent(economy, 'a'))).toEqual({
      agentId: 'a',
      voidedBids: [own, sponsored, paid],
      executionId: execution.id,
    });
    expect(economy.store.executions.toStop()).toEqual([execution.id]);
    expect(economy.store.bids.get(sponsored)).toMatchObject({
      status: 'voided',
      lastReason: 'its agent was stopped',
    });
    expect(economy.store.bids.get(paid)).toMatchObject({ lastReason: 'its payer was stopped' });
    expect(economy.store.accounts.balance('a').pending).toBe(0);
    expect(economy.store.bids.hasPendingFor('patron')).toBe(true);
    expect(accepted(stopAgent(economy, 'a'))).toMatchObject({ voidedBids: [], executionId: execution.id });
  });

  it('refuses every new bid for it', () => {
    const { execution } = runningAgent(economy, 'a');
    makeAgent(economy, 'patron');
    accepted(stopAgent(economy, 'a'));
    expect(placeBid(economy, 'a', { bundle: BARE, amount: micro(50_000_000) })).toMatchObject({
      code: 'agent_stopped',
    });
    expect(bidOn('patron', 'a')).toMatchObject({ code: 'agent_stopped' });
    // Its own fault would be followed by a restart, a fault of the system by the next attempt.
    settle(economy, execution.id, 'agent_error');
    expect(economy.store.bids.hasPendingFor('a')).toBe(false);
  });

  it('is not undone by a fault of the system', () => {
    const { execution } = runningAgent(economy, 'a');
    accepted(stopAgent(economy, 'a'));
    settle(economy, execution.id, 'system_fault');
    expect(economy.store.bids.hasPendingFor('a')).toBe(false);
  });

  it('leaves its prompt to be answered and rewarded, without its next bid', () => {
    const { execution } = runningAgent(economy, 'a', { bundle: WITH_ATTENTION });
    const nextBid = { bundle: { cpu_seconds: 1, memory_mb: 64, tokens: 0, attention: 0 }, amount: 50 };
    const draft = { content: 'Look.', nextBid };
    const { promptId } = accepted(submitPrompt(economy, { executionId: execution.id, agentId: 'a' }, draft));
    accepted(stopAgent(economy, 'a'));
    settle(economy, execution.id, 'stopped_by_operator');
    const before = available('a');
    const scores = { interesting: 5, useful: 5, understandable: 5 };
    const { reward } = accepted(scorePrompt(economy, promptId, scores, null));
    expect(available('a')).toBe(before + reward);
    expect(economy.store.prompts.find(promptId)).toMatchObject({ nextBidStatus: 'agent_stopped' });
    expect(economy.store.bids.hasPendingFor('a')).toBe(false);
  });

  it('lets it fall dormant and die as others do', () => {
    const { execution } = runningAgent(economy, 'a');
    accepted(stopAgent(economy, 'a'));
    settle(economy, execution.id, 'stopped_by_operator');
    nextCycle(economy);
    expect(agent('a')).toMatchObject({ status: 'dormant', stopped: true });
    for (let cycle = 0; cycle < 5; cycle += 1) nextCycle(economy);
    expect(agent('a')).toMatchObject({ status: 'dead' });
    expect(stopAgent(economy, 'a')).toMatchObject({ code: 'agent_dead' });
    expect(stopAgent(economy, 'nobody')).toMatchObject({ code: 'agent_not_found' });
  });

  it('is ended by bootstrap, also while its execution has not ended yet', () => {
    const { execution } = runningAgent(economy, 'a', { credits: 300 });
    accepted(stopAgent(economy, 'a'));
    const left = economy.store.accounts.balance('a').posted;
    const granted = micro(200_000_000);
    const revived = accepted(bootstrapAgent(economy, { id: 'a', files: undefined, credits: granted }));
    expect(revived).toMatchObject({ life: 2, granted });
    expect(agent('a')).toMatchObject({ status: 'alive', stopped: false, life: 2 });
    expect(economy.store.accounts.balance('a').posted).toBe(left + granted);
    expect(nextCycle(economy).allocated).toEqual([]);
    settle(economy, execution.id, 'stopped_by_operator');
    expect(economy.store.accounts.balance('a').posted).toBe(left + granted + execution.price);
    expect(nextCycle(economy).allocated).toHaveLength(1);
    expect(bootstrapAgent(economy, { id: 'a', files: undefined })).toMatchObject({ code: 'agent_alive' });
  });

  it('leaves no trace of its dormancy after bootstrap', () => {
    const { execution } = runningAgent(economy, 'a');
    settle(economy, execution.id);
    nextCycle(economy);
    accepted(stopAgent(economy, 'a'));
    accepted(bootstrapAgent(economy, { id: 'a', files: undefined }));
    expect(agent('a')).toMatchObject({ status: 'alive', dormantSinceCycle: null });
  });
});

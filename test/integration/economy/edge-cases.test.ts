import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { micro } from '../../../src/domain/credits.ts';
import { NO_USAGE } from '../../../src/domain/execution.ts';
import { auditLedger } from '../../../src/economy/audit/audit-ledger.ts';
import { bootstrapAgent } from '../../../src/economy/agents/bootstrap-agent.ts';
import { clearCycle } from '../../../src/economy/market/clear-cycle.ts';
import { scorePrompt } from '../../../src/economy/attention/end-prompt.ts';
import { placeBid } from '../../../src/economy/market/place-bid.ts';
import { sendMessage } from '../../../src/economy/agents/send-message.ts';
import { spawnAgent, spawnFee } from '../../../src/economy/agents/spawn-agent.ts';
import { settleExecution } from '../../../src/economy/executions/settle-execution.ts';
import { submitPrompt } from '../../../src/economy/attention/submit-prompt.ts';
import { transferCredits } from '../../../src/economy/money/transfer-credits.ts';
import { agentView } from '../../../src/economy/views/agent-view.ts';
import { withdrawBid } from '../../../src/economy/market/withdraw-bid.ts';
import { openStore } from '../../../src/store/store.ts';
import {
  accepted,
  BARE,
  bidFor,
  makeAgent,
  nextCycle,
  openTestEconomy,
  runningAgent,
  settle,
  start,
  WITH_ATTENTION,
  type TestEconomy,
  withStore,
} from '../../helpers/economy.ts';

let economy: TestEconomy;
beforeEach(() => {
  economy = openTestEconomy({ overrides: ['attention.prompt_ttl_seconds=30', 'lifecycle.dormant_seconds=30'] });
});
afterEach(() => {
  economy.close();
});

const MAIN_PY = { path: 'main.py', content: Buffer.from('pass'), executable: false };
const credits = (count: number) => micro(count * 1_000_000);
const audit = () => auditLedger(economy).first_difference;

describe('a bid queued again', () => {
  it('for less than its locked reserve does not break the market', () => {
    makeAgent(economy, 'other');
    const { execution } = runningAgent(economy, 'a', { credits: 80, bundle: WITH_ATTENTION });
    accepted(submitPrompt(economy, { executionId: execution.id, agentId: 'a' }, { content: 'x' }));
    for (let cycle = 0; cycle < 4; cycle++) nextCycle(economy);
    expect(economy.store.prompts.find(1)?.status).toBe('expired');
    accepted(transferCredits(economy, 'a', { to: 'other', amount: economy.store.accounts.available('a') }));
    settle(economy, execution.id, 'system_fault');
    const bid = economy.store.bids.get(execution.bidId);
    expect(bid).toMatchObject({ status: 'pending', attempt: 2 });
    economy.store.state.setHumanAway(false);
    expect(() => nextCycle(economy)).not.toThrow();
    expect(bid.reserveAtPlacing).toBeLessThanOrEqual(bid.amount);
  });
});

describe('credits over one transfer', () => {
  it('are burnt at death', () => {
    for (const id of ['a', 'b']) {
      makeAgent(economy, id, { credits: 1_000_000_000 });
      for (const bid of economy.store.bids.pending()) withdrawBid(economy, id, bid.id);
    }
    accepted(transferCredits(economy, 'a', { to: 'b', amount: credits(1_000_000_000) }));
    for (let cycle = 0; cycle < 6; cycle++) nextCycle(economy);
    expect(economy.store.agents.find('b')?.status).toBe('dead');
    expect(audit()).toBeNull();
  });

  it('are refused by bootstrap where the accounts can hold no more', () => {
    const boot = (n: number) =>
      bootstrapAgent(economy, { id: `a${n}`, files: [MAIN_PY], credits: credits(1_000_000_000), bundle: BARE });
    for (let n = 0; n < 9; n++) accepted(boot(n));
    expect(boot(9)).toMatchObject({ ok: false });
  });
});

describe('files', () => {
  it('that were never written do not mix with those of a revival', () => {
    makeAgent(economy, 'parent', { credits: 5000 });
    const firstBid = { bundle: BARE, amount: credits(20), earliestCycle: 300 };
    const lib = { path: 'lib', content: Buffer.from('old'), executable: false };
    const order = { id: 'child', initialCredits: credits(300), firstBid, files: [MAIN_PY, lib] };
    const { bidId } = accepted(spawnAgent(economy, 'parent', order));
    accepted(withdrawBid(economy, 'child', bidId));
    for (let cycle = 0; cycle < 5; cycle++) nextCycle(economy);
    expect(economy.store.agents.find('child')?.status).toBe('dead');
    const files = ['main.js', 'lib/x.js'].map((path) => ({ path, content: Buffer.from(''), executable: false }));
    accepted(bootstrapAgent(economy, { id: 'child', files, bundle: BARE }));
    expect(economy.store.agentFiles.waiting('child')?.files.map(({ path }) => path)).toEqual(['lib/x.js', 'main.js']);
  });
});

describe('an ended execution', () => {
  it('can not put a second prompt on the deck', () => {
    const { execution: a } = runningAgent(economy, 'a', { bundle: WITH_ATTENTION });
    accepted(submitPrompt(economy, { executionId: a.id, agentId: 'a' }, { content: 'slot' }));
    const { execution: b } = runningAgent(economy, 'b', { bundle: WITH_ATTENTION });
    settle(economy, b.id, 'stopped_by_operator');
    const { execution: c } = runningAgent(economy, 'c', { bundle: WITH_ATTENTION });
    accepted(submitPrompt(economy, { executionId: c.id, agentId: 'c' }, { content: 'deck' }));
    submitPrompt(economy, { executionId: b.id, agentId: 'b' }, { content: 'late' });
    expect(economy.store.prompts.counts()).toEqual({ open: 1, queued: 1 });
  });
});

describe('a prompt', () => {
  it('is open for its whole time, also when it took the slot late in a cycle', () => {
    const { execution } = runningAgent(economy, 'a', { bundle: WITH_ATTENTION });
    economy.clock.advance(9_000);
    accepted(submitPrompt(economy, { executionId: execution.id, agentId: 'a' }, { content: 'x' }));
    economy.clock.advance(1_000);
    clearCycle(economy, { runningMs: 10_000 });
    nextCycle(economy);
    nextCycle(economy);
    expect(economy.store.prompts.find(1)?.status).toBe('open');
  });
});

describe('a restart', () => {
  it('is placed where the agent can pay, however many bids it has for others', () => {
    const other = openTestEconomy({ overrides: ['market.bids_pending_max=1'] });
    makeAgent(other, 'friend');
    const { execution } = runningAgent(other, 'a');
    accepted(placeBid(other, 'a', { bundle: BARE, amount: credits(20), forAgentId: 'friend', earliestCycle: 100 }));
    settle(other, execution.id, 'agent_error');
    expect(other.store.bids.hasPendingFor('a')).toBe(true);
    other.close();
  });
});

describe('an answer and a message', () => {
  it('are handed again where the container never began after "go" was committed', () => {
    makeAgent(economy, 'b');
    makeAgent(economy, 'a');
    accepted(sendMessage(economy, 'b', { to: 'a', content: 'hello' }));
    const [, id = 0] = nextCycle(economy).allocated;
    start(economy, id);
    const never = { detail: '', exitCode: null, usage: NO_USAGE, requests: 0, began: false };
    settleExecution(economy, { executionId: id, outcome: 'system_fault', ...never });
    const [again = 0] = nextCycle(economy).allocated;
    expect((JSON.parse(start(economy, again).handshake) as { inbox: unknown[] }).inbox).toHaveLength(1);
  });
});

describe('a fault of the system', () => {
  it('does not make the agent rest in favour of others', () => {
    makeAgent(economy, 'a', { bundle: WITH_ATTENTION });
    const [id = 0] = nextCycle(economy).allocated;
    settle(economy, id, 'system_fault');
    makeAgent(economy, 'b', { bundle: WITH_ATTENTION });
    const [next = 0] = nextCycle(economy).allocated;
    expect(economy.store.bids.get(1).lastReason).not.toMatch(/rests/);
    expect(next).toBeGreaterThan(0);
  });
});

describe('figures', () => {
  it('count as paid what the agent paid', () => {
    makeAgent(economy, 'patron');
    makeAgent(economy, 'artist');
    withdrawBid(economy, 'artist', 2);
    accepted(placeBid(economy, 'patron', { bundle: BARE, amount: credits(20), forAgentId: 'artist' }));
    for (const id of nextCycle(economy).allocated) settle(economy, id);
    expect(agentView(economy, economy.store.agents.find('artist')!).paid).toBe(0);
  });

  it('of the spawn fee are exact', () => {
    const other = openTestEconomy({ overrides: ['economy.spawn.fee_growth=1.1'] });
    makeAgent(other, 'p', { credits: 5000 });
    const firstBid = { bundle: BARE, amount: credits(20) };
    accepted(spawnAgent(other, 'p', { id: 'c', initialCredits: credits(300), firstBid, files: [MAIN_PY] }));
    expect(spawnFee(other, 'p')).toBe(110_000_000);
    other.close();
  });
});

describe('whoever answers', () => {
  it('is there, also when the prompt has expired meanwhile', () => {
    const { execution } = runningAgent(economy, 'a', { bundle: WITH_ATTENTION });
    accepted(submitPrompt(economy, { executionId: execution.id, agentId: 'a' }, { content: 'x' }));
    settle(economy, execution.id);
    for (let cycle = 0; cycle < 4; cycle++) nextCycle(economy);
    expect(economy.store.state.get().humanAway).toBe(true);
    const scores = { interesting: 5, useful: 5, understandable: 5 };
    expect(scorePrompt(economy, 1, scores, null)).toMatchObject({ code: 'prompt_already_ended' });
    expect(economy.store.state.get().humanAway).toBe(false);
  });
});

describe('the chain and the balances', () => {
  it('a refused inner use case leaves the chain whole for what follows in the same transaction', () => {
    makeAgent(economy, 'a');
    economy.store.transaction(() => {
      bidFor(economy, 'a');
      expect(
        economy.store.transaction(() => {
          bidFor(economy, 'a');
          return { ok: false };
        }),
      ).toEqual({ ok: false });
      bidFor(economy, 'a');
      expect(() =>
        economy.store.transaction(() => {
          bidFor(economy, 'a');
          throw new Error('x');
        }),
      ).toThrow('x');
      bidFor(economy, 'a');
    });
    expect(economy.store.bids.countPending()).toBe(4);
    expect(audit()).toBeNull();
  });

  it('two processes that take turns keep one chain', () => {
    makeAgent(economy, 'a');
    makeAgent(economy, 'b');
    const store = openStore({ path: economy.databasePath, create: false, now: 0 });
    const second = withStore(economy, store);
    for (let n = 0; n < 3; n++) {
      accepted(transferCredits(economy, 'a', { to: 'b', amount: micro(1) }));
      accepted(transferCredits(second, 'b', { to: 'a', amount: micro(2) }));
      clearCycle(second, { runningMs: 0 });
    }
    store.close();
    expect(audit()).toBeNull();
  });

  it('a refund after the death of its payer goes to burn and adds up', () => {
    makeAgent(economy, 'patron');
    makeAgent(economy, 'artist');
    withdrawBid(economy, 'patron', 1);
    withdrawBid(economy, 'artist', 2);
    const bundle = WITH_ATTENTION;
    accepted(placeBid(economy, 'patron', { bundle, amount: credits(100), forAgentId: 'artist' }));
    const [id = 0] = nextCycle(economy).allocated;
    start(economy, id);
    accepted(submitPrompt(economy, { executionId: id, agentId: 'artist' }, { content: 'x' }));
    for (let cycle = 0; cycle < 5; cycle++) nextCycle(economy);
    expect(economy.store.agents.find('patron')?.status).toBe('dead');
    expect(economy.store.prompts.find(1)).toMatchObject({ status: 'expired' });
    settle(economy, id, 'system_fault');
    expect(economy.store.bids.countPending()).toBe(0);
    expect(economy.store.accounts.balance('patron').posted).toBe(0);
    expect(audit()).toBeNull();
  });
});

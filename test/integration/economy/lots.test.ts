import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { micro } from '../../../src/domain/credits.ts';
import { bundleCost } from '../../../src/domain/resources.ts';
import { bootstrapAgent } from '../../../src/economy/agents/bootstrap-agent.ts';
import { spawnAgent } from '../../../src/economy/agents/spawn-agent.ts';
import { stopAgent } from '../../../src/economy/agents/stop-agent.ts';
import { submitPrompt } from '../../../src/economy/attention/submit-prompt.ts';
import { auditLedger } from '../../../src/economy/audit/audit-ledger.ts';
import { clearCycle } from '../../../src/economy/market/clear-cycle.ts';
import { placeBid } from '../../../src/economy/market/place-bid.ts';
import { transferCredits } from '../../../src/economy/money/transfer-credits.ts';
import { explainBid } from '../../../src/economy/replay/explain-bid.ts';
import { agentView } from '../../../src/economy/views/agent-view.ts';
import {
  accepted,
  BARE,
  bidFor,
  makeAgent,
  nextCycle,
  openTestEconomy,
  runWinners,
  settle,
  start,
  WITH_ATTENTION,
  type TestEconomy,
} from '../../helpers/economy.ts';
import { drawNext, makePoor, markWith, sellAttention, showDrawn } from '../../helpers/lots.ts';

const LONG_ENOUGH = ['attention.lots.unheard_seconds=30', 'attention.lots.wait_seconds=300'];
const credits = (count: number) => micro(count * 1_000_000);
const MAIN = { path: 'main.py', content: Buffer.from('pass'), executable: false };

let economy: TestEconomy;
function open(...overrides: string[]): void {
  economy = openTestEconomy({
    overrides: ['attention.lots.share=0.5', 'lifecycle.dormant_seconds=30', ...LONG_ENOUGH, ...overrides],
  });
}
beforeEach(() => open());
afterEach(() => {
  expect(auditLedger(economy)).toMatchObject({ first_difference: null });
  economy.close();
});

const posted = (id: string) => economy.store.accounts.balance(id).posted;
const agent = (id: string) => economy.store.agents.find(id)!;
const waits = (id: string) => agentView(economy, agent(id)).waits_for_lot;
const cost = () => bundleCost(WITH_ATTENTION, economy.store.markets.prices());
const charges = () => [...economy.store.transfers.all()].filter(({ kind }) => kind === 'lot');

const poor = (id: string) => makePoor(economy, id);
const rich = () => sellAttention(economy);
const draw = (byte?: number) => drawNext(economy, byte);
const show = (id: number) => showDrawn(economy, id);
const mark = (promptId: number, points: number) => markWith(economy, promptId, points);

describe('an agent that cannot pay for attention', () => {
  it('waits, is drawn for nothing, pays what it would have cost of its marks, and goes on', () => {
    poor('a');
    expect(waits('a')).toBe(true);
    rich();
    const before = posted('a');
    const market = posted('system:market');
    const drawn = draw();
    expect(drawn).toMatchObject({ agentId: 'a', price: 0, bundle: WITH_ATTENTION });
    expect([posted('a'), posted('system:market')]).toEqual([before, market]);
    expect(waits('a')).toBe(false);
    const { promptId, env } = show(drawn!.id);
    const owed = economy.store.executions.get(drawn!.id).reserveCost;
    expect(env.lot).toEqual({ owed: owed / 1e6 });
    settle(economy, drawn!.id);
    mark(promptId, 10);
    expect(charges()).toMatchObject([
      { debit: 'a', credit: 'system:market', amount: owed, ref: `prompt_${promptId}`, type: 'single' },
    ]);
    expect(posted('a')).toBe(before + 250_000_000 - owed);
    // Nothing was pending for it: its last own bundle is bid for.
    expect(economy.store.bids.hasPendingOwn('a')).toBe(true);
  });

  it('pays no more than its marks bring, and nothing where they bring nothing', () => {
    poor('a');
    rich();
    const { id } = draw()!;
    const { promptId } = show(id);
    const before = posted('a');
    mark(promptId, 1);
    expect(charges()).toMatchObject([{ amount: 25_000_000 }]);
    expect(posted('a')).toBe(before);
    settle(economy, id);
  });

  it('is told that what it bought was bought', () => {
    makeAgent(economy, 'a', { credits: 1000, bundle: WITH_ATTENTION });
    const { handshake } = runWinners(economy).get('a')!;
    expect(JSON.parse(handshake)).toMatchObject({ lot: null });
  });

  it('is drawn beside a bid of its own that asks for none, which stands meanwhile and gets no older', () => {
    makeAgent(economy, 'a', { credits: 20 });
    for (const { execution } of runWinners(economy).values()) {
      const next = { bundle: BARE, amount: bundleCost(BARE, economy.store.markets.prices()), earliestCycle: 20 };
      accepted(placeBid(economy, 'a', next));
      settle(economy, execution.id);
    }
    expect(waits('a')).toBe(true);
    rich();
    expect(draw()).toMatchObject({ agentId: 'a' });
    expect(economy.store.bids.pending()).toMatchObject([{ agentId: 'a', passedOver: 0 }]);
  });

  it('is not drawn before the share leaves room', () => {
    poor('a');
    expect(draw()).toBeUndefined();
    rich();
    expect(draw()).toBeDefined();
    poor('b');
    expect(draw()).toBeUndefined();
  });

  it('is not drawn where its lineage had attention lately', () => {
    poor('a');
    const amount = cost();
    accepted(placeBid(economy, 'a', { bundle: BARE, amount: bundleCost(BARE, economy.store.markets.prices()) }));
    makeAgent(economy, 'rich', { credits: 100_000 });
    accepted(placeBid(economy, 'rich', { bundle: WITH_ATTENTION, amount: micro(amount * 2), forAgentId: 'a' }));
    for (let cycle = 0; cycle < 2; cycle++)
      for (const { execution } of runWinners(economy).values()) settle(economy, execution.id);
    expect(economy.store.executions.ofAgent('a', 1e9, 9).filter(({ bundle }) => bundle.attention)).toHaveLength(1);
    expect(waits('a')).toBe(true);
    expect(draw()).toBeUndefined();
    for (let cycle = 0; cycle < 4; cycle++) nextCycle(economy);
    expect(economy.store.lots.isWaiting('a')).toBe(false);
  });

  it('waits once for each execution, for as long as it may, and dies then', () => {
    poor('a');
    for (let cycle = 0; cycle < 29; cycle++) nextCycle(economy);
    expect([agent('a').status, waits('a')]).toEqual(['alive', true]);
    nextCycle(economy);
    expect([agent('a').status, waits('a')]).toEqual(['dormant', false]);
    for (let cycle = 0; cycle < 3; cycle++) nextCycle(economy);
    expect(agent('a').status).toBe('dead');
    accepted(bootstrapAgent(economy, { id: 'a', files: undefined, credits: credits(20), bundle: BARE }));
    for (const { execution } of runWinners(economy).values()) settle(economy, execution.id);
    expect(waits('a')).toBe(true);
  });

  it('waits anew after a fault of the system, and its lineage does not count as heard', () => {
    poor('a');
    rich();
    const { id } = draw()!;
    start(economy, id);
    const before = posted('a');
    settle(economy, id, 'system_fault');
    expect([posted('a'), waits('a'), economy.store.bids.countPending()]).toEqual([before, true, 0]);
    rich();
    expect(draw()).toMatchObject({ agentId: 'a' });
  });

  it('costs nobody anything where it was drawn and never started, by a crash in between', () => {
    poor('a');
    rich();
    const { id } = draw()!;
    const sums = ['a', 'system:market', 'system:burn'].map(posted);
    settle(economy, id, 'system_fault', 'never started');
    expect(['a', 'system:market', 'system:burn'].map(posted)).toEqual(sums);
    expect(waits('a')).toBe(true);
  });

  it('has nothing to be given back where nobody answers its prompt', () => {
    economy.close();
    open('attention.prompt_ttl_seconds=20');
    poor('a');
    rich();
    const { id } = draw()!;
    show(id);
    settle(economy, id);
    const before = posted('a');
    for (let cycle = 0; cycle < 3; cycle++) nextCycle(economy);
    expect(economy.store.state.get().humanAway).toBe(true);
    expect(posted('a')).toBe(before);
  });

  it('ends its wait when the operator stops it', () => {
    poor('a');
    accepted(stopAgent(economy, 'a'));
    expect(waits('a')).toBe(false);
    rich();
    expect(draw()).toBeUndefined();
  });

  it('does not wait where lots are off, and those who did end it', () => {
    poor('a');
    expect(waits('a')).toBe(true);
    const { config } = economy;
    const off = { ...config, attention: { ...config.attention, lots: { ...config.attention.lots, share: 0 } } };
    economy.clock.advance(10_000);
    clearCycle({ ...economy, config: off }, { runningMs: 10_000 });
    expect([agent('a').status, waits('a')]).toEqual(['dormant', false]);
  });
});

describe('nobody is poor', () => {
  it('that gave its credits away lately', () => {
    makeAgent(economy, 'friend');
    makeAgent(economy, 'a', { credits: 230 });
    const winners = runWinners(economy);
    accepted(transferCredits(economy, 'a', { to: 'friend', amount: credits(190), memo: undefined }));
    for (const { execution } of winners.values()) settle(economy, execution.id);
    expect(posted('a')).toBeLessThan(cost());
    expect(waits('a')).toBe(false);
    // It counts for 30 s.
    bidFor(economy, 'a');
    for (const { execution } of runWinners(economy).values()) settle(economy, execution.id);
    expect(waits('a')).toBe(false);
    for (let cycle = 0; cycle < 2; cycle++) nextCycle(economy);
    bidFor(economy, 'a');
    for (const { execution } of runWinners(economy).values()) settle(economy, execution.id);
    expect(waits('a')).toBe(true);
  });

  it('that endowed a child, or holds its credits in bids for others', () => {
    makeAgent(economy, 'friend');
    makeAgent(economy, 'ma', { credits: 300 });
    makeAgent(economy, 'a', { credits: 200 });
    const winners = runWinners(economy);
    const firstBid = { bundle: BARE, amount: bundleCost(BARE, economy.store.markets.prices()), earliestCycle: 30 };
    accepted(spawnAgent(economy, 'ma', { id: 'kid', initialCredits: credits(190), firstBid, files: [MAIN] }));
    const far = { bundle: BARE, amount: credits(190), earliestCycle: 30, forAgentId: 'friend' };
    accepted(placeBid(economy, 'a', far));
    for (const { execution } of winners.values()) settle(economy, execution.id);
    expect([waits('ma'), waits('a'), economy.store.accounts.available('a') < cost()]).toEqual([false, false, true]);
  });

  it('whose last letters did not earn what they cost', () => {
    makeAgent(economy, 'a', { credits: 100, bundle: WITH_ATTENTION });
    const { execution } = runWinners(economy).get('a')!;
    const caller = { executionId: execution.id, agentId: 'a' };
    const { promptId } = accepted(submitPrompt(economy, caller, { content: 'dull' }));
    settle(economy, execution.id);
    expect(waits('a')).toBe(false);
    mark(promptId, 1);
    nextCycle(economy);
    expect([agent('a').status, waits('a')]).toEqual(['dormant', false]);
  });
});

describe('the draw', () => {
  /** A mother with four children that are poor. */
  function family(): void {
    makeAgent(economy, 'ma', { credits: 5000 });
    for (let number = 1; number <= 4; number++) {
      const firstBid = { bundle: BARE, amount: bundleCost(BARE, economy.store.markets.prices()) };
      const child = { id: `kid-${number}`, initialCredits: credits(40), firstBid, files: [MAIN] };
      accepted(spawnAgent(economy, 'ma', child));
    }
    for (const { execution } of runWinners(economy).values()) settle(economy, execution.id);
  }

  it('is among lineages first, so that children are no more tickets', () => {
    economy.close();
    open('economy.spawn.endowment_min_bare_executions=1');
    family();
    poor('lone');
    expect(economy.store.lots.counts()).toEqual({ agents: 5, lineages: 2 });
    rich();
    // In the middle of all that could be drawn: of five agents it would be a child.
    expect(draw(0x80)).toMatchObject({ agentId: 'lone' });
  });

  it('lets no more of a lineage wait than may', () => {
    economy.close();
    open('economy.spawn.endowment_min_bare_executions=1', 'attention.lots.waiting_max=2');
    family();
    expect(economy.store.lots.counts()).toEqual({ agents: 2, lineages: 1 });
  });

  it('takes no more than half of what is sold', () => {
    const bundle = { ...WITH_ATTENTION, cpuMs: 15_000, memoryMb: 3000 };
    const paid = bundleCost(bundle, economy.store.markets.prices());
    makeAgent(economy, 'a', { credits: paid / 1e6 + 1, bundle });
    for (const { execution } of runWinners(economy).values()) settle(economy, execution.id);
    expect(waits('a')).toBe(true);
    expect([draw(), draw()]).toEqual([undefined, undefined]);
    expect(draw()).toMatchObject({ agentId: 'a', bundle: { cpuMs: 8000, memoryMb: 1600, tokens: 0, attention: 1 } });
  });

  it('names who holds attention to the others that wait in the same cycle', () => {
    poor('a');
    rich();
    const bidId = bidFor(economy, 'rich', { bundle: WITH_ATTENTION });
    const { id } = draw()!;
    expect(economy.store.bids.get(bidId)).toMatchObject({ status: 'pending', passedOver: 0 });
    expect(explainBid(economy, bidId, 9)).toMatchObject([
      { attention_held_by: { agent_id: 'a', execution_id: `exe_${id}`, prompt_id: null } },
    ]);
  });
});

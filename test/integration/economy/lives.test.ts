import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { micro } from '../../../src/domain/credits.ts';
import { bundleCost } from '../../../src/domain/resources.ts';
import { bootstrapAgent } from '../../../src/economy/agents/bootstrap-agent.ts';
import { placeBid } from '../../../src/economy/market/place-bid.ts';
import { sendMessage } from '../../../src/economy/agents/send-message.ts';
import { spawnAgent, spawnFee, type SpawnOrder } from '../../../src/economy/agents/spawn-agent.ts';
import { transferCredits } from '../../../src/economy/money/transfer-credits.ts';
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
  type TestEconomy,
} from '../../helpers/economy.ts';

let economy: TestEconomy;
beforeEach(() => {
  economy = openTestEconomy({ overrides: ['lifecycle.dormant_seconds=30', 'lifecycle.restarts=2'] });
});
afterEach(() => {
  economy.close();
});

const status = (id: string) => economy.store.agents.find(id)?.status;
const available = (id: string) => economy.store.accounts.available(id);
const burned = () => economy.store.accounts.balance('system:burn').posted;
const credits = (count: number) => micro(count * 1_000_000);

const MAIN = { path: 'main.py', content: Buffer.from('pass'), executable: false };

function idle(cycles: number): void {
  for (let cycle = 0; cycle < cycles; cycle += 1) nextCycle(economy);
}

function childOrder(overrides: Partial<SpawnOrder> = {}): SpawnOrder {
  return {
    id: 'child',
    initialCredits: credits(200),
    firstBid: { bundle: BARE, amount: bundleCost(BARE, economy.store.markets.prices()) },
    files: [MAIN],
    ...overrides,
  };
}

describe('an agent', () => {
  it('is dormant without a bid, execution or prompt, dies after dormant_seconds of cycles, and its estate is burnt', () => {
    const { execution } = runningAgent(economy, 'a');
    settle(economy, execution.id);
    nextCycle(economy);
    expect(status('a')).toBe('dormant');
    const estate = available('a');
    idle(2);
    expect(status('a')).toBe('dormant');
    idle(1);
    expect(status('a')).toBe('dead');
    expect(burned()).toBe(estate);
    expect(available('a')).toBe(0);
  });

  it('is woken by a bid that another pays for it', () => {
    const { execution } = runningAgent(economy, 'sleeper');
    settle(economy, execution.id);
    nextCycle(economy);
    makeAgent(economy, 'patron');
    accepted(placeBid(economy, 'patron', { ...childOrder().firstBid, forAgentId: 'sleeper' }));
    idle(1);
    expect(status('sleeper')).toBe('alive');
  });

  it('is revived by bootstrap with a new life and a new grant, and only when it is dead', () => {
    const { execution } = runningAgent(economy, 'a');
    const revive = () => bootstrapAgent(economy, { id: 'a', files: undefined, credits: credits(300) });
    expect(revive()).toMatchObject({ code: 'agent_alive' });
    settle(economy, execution.id);
    idle(5);
    expect(accepted(revive())).toMatchObject({ life: 2 });
    expect(status('a')).toBe('alive');
    expect(nextCycle(economy).allocated).toHaveLength(1);
  });

  it('can no longer be paid, written to or bid for when it is dead; its own bids for others are void', () => {
    const { execution } = runningAgent(economy, 'dying');
    makeAgent(economy, 'heir');
    const { bidId } = accepted(
      placeBid(economy, 'dying', { ...childOrder().firstBid, earliestCycle: 300, forAgentId: 'heir' }),
    );
    settle(economy, execution.id);
    idle(5);
    expect(status('dying')).toBe('dead');
    expect(economy.store.bids.get(bidId)).toMatchObject({ status: 'voided', lastReason: 'its payer died' });
    expect(transferCredits(economy, 'heir', { to: 'dying', amount: credits(1) })).toMatchObject({ code: 'agent_dead' });
    expect(sendMessage(economy, 'heir', { to: 'dying', content: 'x' })).toMatchObject({ code: 'agent_dead' });
    const bid = { ...childOrder().firstBid, forAgentId: 'dying' };
    expect(placeBid(economy, 'heir', bid)).toMatchObject({ code: 'agent_dead' });
  });
});

describe('an execution', () => {
  it('that ended by a fault of the system is refunded once and its bid queued again with its age', () => {
    makeAgent(economy, 'a');
    const before = economy.store.accounts.balance('a').posted;
    const [first = 0] = nextCycle(economy).allocated;
    expect(settle(economy, first, 'system_fault')).toBe(true);
    expect(settle(economy, first, 'system_fault')).toBe(false);
    expect(economy.store.accounts.balance('a').posted).toBe(before);
    expect(economy.store.bids.get(1)).toMatchObject({ status: 'pending', attempt: 2, earliestCycle: 2 });
    const [second = 0] = nextCycle(economy).allocated;
    expect(economy.store.executions.get(second)).toMatchObject({ bidId: 1, attempt: 2 });
  });

  it('that the operator stopped is refunded and not queued again', () => {
    const { execution } = runningAgent(economy, 'a');
    settle(economy, execution.id, 'stopped_by_operator');
    expect(available('a')).toBe(credits(1000));
    expect(economy.store.bids.countPending()).toBe(0);
  });

  it('that failed by its own fault keeps the price and is restarted without attention, a limited number of times', () => {
    const { execution } = runningAgent(economy, 'a', { bundle: { ...BARE, attention: 1 } });
    settle(economy, execution.id, 'agent_error');
    expect(economy.store.bids.pending()).toMatchObject([{ bundle: BARE, earliestCycle: 3 }]);
    idle(1);
    const [second = 0] = nextCycle(economy).allocated;
    start(economy, second);
    settle(economy, second, 'memory_exceeded');
    expect(economy.store.bids.pending()).toMatchObject([{ earliestCycle: 7 }]);
    idle(3);
    const [third = 0] = nextCycle(economy).allocated;
    settle(economy, third, 'cpu_exceeded');
    expect(economy.store.bids.countPending()).toBe(0);
  });

  it('counts restarts anew after one completed, and restarts nothing where a bid is pending', () => {
    const { execution } = runningAgent(economy, 'a');
    settle(economy, execution.id, 'agent_error');
    idle(1);
    const [second = 0] = nextCycle(economy).allocated;
    settle(economy, second, 'completed');
    expect(economy.store.agents.find('a')?.restarts).toBe(0);
    bidFor(economy, 'a');
    const [third = 0] = nextCycle(economy).allocated;
    bidFor(economy, 'a');
    settle(economy, third, 'agent_error');
    expect(economy.store.bids.countPending()).toBe(1);
  });
});

describe('a spawn', () => {
  it('takes fee and endowment from the parent and places the first bid from the endowment', () => {
    makeAgent(economy, 'parent', { credits: 5000 });
    const before = available('parent');
    expect(accepted(spawnAgent(economy, 'parent', childOrder()))).toMatchObject({ agentId: 'child', fee: 100_000_000 });
    expect(before - available('parent')).toBe(300_000_000);
    expect(economy.store.accounts.balance('child').posted).toBe(200_000_000);
    expect(economy.store.bids.hasPendingOwn('child')).toBe(true);
    expect(economy.store.agents.find('child')).toMatchObject({ parentId: 'parent', lineageId: 'parent' });
    expect(economy.store.agentFiles.waiting('child')?.files).toMatchObject([{ path: 'main.py' }]);
  });

  it('costs half as much again for each birth in the lineage within the window', () => {
    makeAgent(economy, 'parent', { credits: 5000 });
    accepted(spawnAgent(economy, 'parent', childOrder({ initialCredits: credits(600) })));
    expect(spawnFee(economy, 'child')).toBe(150_000_000);
    economy.store.state.advance(0, 3_600_001);
    expect(spawnFee(economy, 'child')).toBe(100_000_000);
  });

  it.each([
    ['agent_exists', { id: 'parent' }],
    ['endowment_too_small', { initialCredits: credits(1) }],
    ['insufficient_credits', { initialCredits: credits(4_950) }],
    ['invalid_path', { files: [MAIN, { path: `${'a/'.repeat(40)}x`, content: Buffer.from(''), executable: false }] }],
    ['invalid_path', { files: [{ path: '../x', content: Buffer.from(''), executable: false }] }],
    ['entry_point_missing', { files: [{ path: 'x.py', content: Buffer.from(''), executable: false }] }],
    ['below_reserve', { firstBid: { bundle: BARE, amount: micro(1) } }],
  ] as const)('that is refused with %s pays and creates nothing', (code, overrides) => {
    makeAgent(economy, 'parent', { credits: 5000 });
    const head = economy.store.transfers.head();
    expect(spawnAgent(economy, 'parent', childOrder(overrides))).toMatchObject({ ok: false, code });
    expect(economy.store.transfers.head()).toEqual(head);
    expect(economy.store.agents.find('child')).toBeUndefined();
  });
});

describe('a message', () => {
  it('costs its sender the fee and reaches the next handshake of its receiver, once', () => {
    makeAgent(economy, 'a');
    makeAgent(economy, 'b');
    const before = available('a');
    accepted(sendMessage(economy, 'a', { to: 'b', content: 'hello' }));
    expect(before - available('a')).toBe(1_000_000);
    const executions = nextCycle(economy).allocated.map((id) => start(economy, id));
    const toB = executions.find(({ execution }) => execution.agentId === 'b');
    expect(JSON.parse(toB?.handshake ?? '{}')).toMatchObject({ inbox: [{ from: 'a', content: 'hello' }] });
    expect(economy.store.messages.countUnhanded('b')).toBe(0);
  });

  it('to oneself is refused, and costs nothing', () => {
    const { execution } = runningAgent(economy, 'a');
    const before = available('a');
    const refused = sendMessage(economy, execution.agentId, { to: 'a', content: 'note to self' });
    expect(refused).toMatchObject({ ok: false, code: 'agents_must_be_different', field: 'to' });
    expect(available('a')).toBe(before);
    expect(economy.store.messages.countUnhanded('a')).toBe(0);
  });
});

describe('the default first bid of bootstrap', () => {
  /** What 5 credits buy beside the memory. */
  const LITTLE_CPU_MS = 480;
  const first = (place: TestEconomy) => place.store.bids.pending()[0];
  const bootstrap = (place: TestEconomy, count: number) =>
    accepted(bootstrapAgent(place, { id: 'a', files: [MAIN], credits: credits(count) }));

  it('holds attention and some headroom', () => {
    bootstrap(economy, 1000);
    expect(first(economy)).toMatchObject({ bundle: { cpuMs: 1000, memoryMb: 64, attention: 1 } });
    expect(first(economy)?.amount).toBeGreaterThan(first(economy)?.reserveAtPlacing ?? 0);
  });

  it('does without attention, and then with less CPU, where the grant or the supply is too small for it', () => {
    for (const [cycleSeconds, granted, cpuMs, attention] of [
      [1, 100, 1000, 1],
      [0.5, 100, 800, 1],
      [0.1, 100, 160, 1],
      [10, 50, 1000, 0],
      [1, 50, 1000, 0],
      [1, 5, LITTLE_CPU_MS, 0],
      [60, 5, LITTLE_CPU_MS, 0],
    ] as const) {
      const short = openTestEconomy({ overrides: [`market.cycle_seconds=${cycleSeconds}`] });
      bootstrap(short, granted);
      expect([cycleSeconds, first(short)?.bundle]).toMatchObject([cycleSeconds, { cpuMs, attention }]);
      short.close();
    }
  });
});

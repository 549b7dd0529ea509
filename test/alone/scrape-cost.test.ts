import { afterEach, expect, it } from 'vitest';
import { micro } from '../../src/domain/credits.ts';
import { Metrics } from '../../src/telemetry/metrics/metrics.ts';
import { makeAgent, nextCycle, openTestEconomy, settle, start, type TestEconomy } from '../helpers/economy.ts';
import { readScrape } from '../helpers/prometheus-text.ts';

const AGENTS = 10_000;
/** The most that can be told apart. */
const LABELS = 1000;
const SCRAPES = 15;
const CPU_MS_MAX = 50;

let economy: TestEconomy;
afterEach(() => economy.close());

/** Agents with credits and nothing else, a third of them dead. */
function fill(): void {
  const { accounts, agents, transfers } = economy.store;
  const grant = { cycle: 0, debit: 'system:issuance', amount: micro(1_000_000), kind: 'genesis_grant', at: 0 } as const;
  const born = { parentId: null, bornCycle: 0, bornRunningMs: 0, bornAt: 0, madeOf: undefined };
  economy.store.transaction(() => {
    for (let number = 0; number < AGENTS; number++) {
      const id = `agent-${number}`;
      accounts.open(id);
      agents.insert({ id, lineageId: id, ...born });
      transfers.single({ ...grant, credit: id, ref: `${id}/1` });
      if (number % 3 === 0) agents.markDead(id, 0);
    }
  });
}

/** As many as have a label run once. */
function run(metrics: Metrics): void {
  for (let number = 0; number < LABELS; number++) makeAgent(economy, `runner-${number}`);
  for (const executionId of nextCycle(economy).allocated) {
    const { agentId } = start(economy, executionId).execution;
    settle(economy, executionId);
    metrics.note({ kind: 'settled', executionId, agentId, outcome: 'completed', detail: '' }, 0);
  }
}

it('a scrape of ten thousand agents, a thousand of them by name, takes less than 50 ms of CPU', async () => {
  const supply = ['market.supply.cpu_seconds=10000', 'market.supply.memory_mb=1000000'];
  economy = openTestEconomy({ overrides: [`metrics.agents_max=${LABELS}`, ...supply] });
  fill();
  const metrics = await Metrics.open({ economy, version: '1', token: 'x' });
  run(metrics);
  const needed: number[] = [];
  for (let scrape = 0; scrape < SCRAPES; scrape++) {
    economy.clock.advance(1000);
    const before = process.cpuUsage();
    // It waits for nothing but itself: all of it is one turn of the loop.
    const text = await metrics.text();
    const { user, system } = process.cpuUsage(before);
    needed.push((user + system) / 1000);
    const told = readScrape(text);
    expect(told.value('bp_agents_agents', { status: 'dead' })).toBe(Math.ceil(AGENTS / 3));
    expect(told.labelValues('bp_agents_agent_balance_credits', 'agent')).toHaveLength(LABELS + 1);
  }
  // Other processes take time from this one, but no CPU: the least is what it needs.
  expect(Math.min(...needed)).toBeLessThan(CPU_MS_MAX);
});

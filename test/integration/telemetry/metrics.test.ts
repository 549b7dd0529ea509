import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { scorePrompt, skipPrompt } from '../../../src/economy/attention/end-prompt.ts';
import { submitPrompt } from '../../../src/economy/attention/submit-prompt.ts';
import { settleExecution } from '../../../src/economy/executions/settle-execution.ts';
import { stopAgent } from '../../../src/economy/agents/stop-agent.ts';
import { Metrics } from '../../../src/telemetry/metrics/metrics.ts';
import {
  accepted,
  bidFor,
  makeAgent,
  nextCycle,
  openTestEconomy,
  runWinners,
  runningAgent,
  settle,
  start,
  WITH_ATTENTION,
  type TestEconomy,
} from '../../helpers/economy.ts';
import { readScrape, type Scrape } from '../../helpers/prometheus-text.ts';

let economy: TestEconomy;
let metrics: Metrics;
afterEach(() => economy.close());

async function open(...overrides: readonly string[]): Promise<void> {
  economy = openTestEconomy({ overrides: ['metrics.enabled=true', ...overrides] });
  metrics = await Metrics.open({ economy, version: '1.2.3', token: 'x' });
}

/** What Prometheus would see, once the last answer is old. */
async function scrape(): Promise<Scrape> {
  economy.clock.advance(1000);
  return readScrape(await metrics.text());
}

function cycle(): readonly number[] {
  const { cycle: number, allocated, bids } = nextCycle(economy);
  metrics.note({ kind: 'cycle', cycle: number, winners: allocated.length, bids }, 0);
  return allocated;
}

function end(executionId: number, agentId: string): void {
  const usage = {
    ...{ cpuMs: 250, memoryPeakBytes: 1, wallMs: 700, workspaceBytes: 1, workspaceFiles: 1, outputBytes: 0 },
  };
  const ended = { executionId, outcome: 'completed', detail: '', exitCode: 0, usage, requests: 3 } as const;
  settleExecution(economy, ended);
  metrics.note({ kind: 'settled', executionId, agentId, outcome: 'completed', detail: '' }, 0);
}

describe('a scrape', () => {
  it('tells cycles, bids, executions and what they bought and used', async () => {
    await open();
    makeAgent(economy, 'ada');
    makeAgent(economy, 'bob', { bundle: WITH_ATTENTION });
    makeAgent(economy, 'cleo', { bundle: WITH_ATTENTION });
    const [first = 0, second = 0, ...others] = cycle();
    expect(others).toEqual([]);
    const before = await scrape();
    expect(before.value('bp_agents_cycles_total')).toBe(1);
    expect(before.value('bp_agents_executions_running')).toBe(2);
    expect(before.value('bp_agents_bids_placed_total')).toBe(3);
    expect(before.value('bp_agents_bids_pending')).toBe(1);
    expect(before.value('bp_agents_bids_total', { outcome: 'won' })).toBe(2);
    expect(before.value('bp_agents_bids_total', { outcome: 'expired' })).toBe(0);
    expect(before.value('bp_agents_bids_passed_over_total')).toBe(1);
    expect(before.value('bp_agents_cycle_duration_seconds_count')).toBe(1);
    expect(before.value('bp_agents_resource_supply', { resource: 'cpu_seconds' })).toBe(16);
    expect(before.value('bp_agents_resource_sold', { resource: 'cpu_seconds' })).toBe(2);
    expect(before.value('bp_agents_resource_free', { resource: 'memory_mb' })).toBe(3200 - 128);
    expect(before.value('bp_agents_resource_price_credits', { resource: 'attention' })).toBe(50);
    expect(before.value('bp_agents_executions_total', { outcome: 'completed' })).toBe(0);

    for (const id of [first, second]) start(economy, id);
    end(first, 'ada');
    const after = await scrape();
    expect(after.value('bp_agents_executions_total', { outcome: 'completed' })).toBe(1);
    expect(after.value('bp_agents_executions_running')).toBe(1);
    expect(after.value('bp_agents_cpu_bought_seconds_total')).toBe(1);
    expect(after.value('bp_agents_cpu_used_seconds_total')).toBe(0.25);
    expect(after.value('bp_agents_execution_duration_seconds_sum')).toBe(0.7);
    expect(after.value('bp_agents_service_requests_total')).toBe(3);
    expect(after.value('bp_agents_info', { version: '1.2.3' })).toBe(1);
    expect(after.value('process_cpu_seconds_total')).toBeGreaterThan(0);
  });

  it('tells credits as the ledger has them', async () => {
    await open();
    const { execution } = runningAgent(economy, 'ada', { bundle: WITH_ATTENTION });
    accepted(submitPrompt(economy, { executionId: execution.id, agentId: 'ada' }, { title: 'x', content: 'y' }));
    settle(economy, execution.id);
    accepted(scorePrompt(economy, 1, { interesting: 1, useful: 2, understandable: 3 }, null));
    const told = await scrape();
    expect(told.value('bp_agents_issued_credits_total')).toBe(1000 + 6 * 25);
    const parts = ['held_credits', 'market_credits', 'burned_credits_total', 'fees_credits_total'];
    const sum = parts.reduce((total, name) => total + told.value(`bp_agents_${name}`), 0);
    expect(sum).toBeCloseTo(1150, 6);
  });

  it('counts marks and prompts that were ended in any process, each once', async () => {
    await open();
    const show = () => {
      const [execution = 0] = cycle();
      start(economy, execution);
      accepted(submitPrompt(economy, { executionId: execution, agentId: 'ada' }, { content: 'y' }));
      end(execution, 'ada');
    };
    makeAgent(economy, 'ada', { bundle: WITH_ATTENTION });
    show();
    const waiting = await scrape();
    expect(waiting.value('bp_agents_prompts', { status: 'open' })).toBe(1);
    economy.clock.advance(20_000);
    accepted(scorePrompt(economy, 1, { interesting: 7, useful: 0, understandable: 9 }, null));
    bidFor(economy, 'ada', { bundle: WITH_ATTENTION });
    show();
    accepted(skipPrompt(economy, 2));
    for (const told of [await scrape(), await scrape()]) {
      expect(told.value('bp_agents_prompts', { status: 'open' })).toBe(0);
      expect(told.value('bp_agents_prompts_ended_total', { outcome: 'scored' })).toBe(1);
      expect(told.value('bp_agents_prompts_ended_total', { outcome: 'skipped' })).toBe(1);
      expect(told.value('bp_agents_marks_total', { mark: 'interesting' })).toBe(7);
      expect(told.value('bp_agents_rewards_credits_total')).toBe(400);
      expect(told.value('bp_agents_prompt_answer_seconds_count')).toBe(1);
    }
  });

  it('is made anew once a second at most', async () => {
    await open();
    const first = await metrics.text();
    makeAgent(economy, 'ada');
    expect(await metrics.text()).toBe(first);
    expect(readScrape(first).value('bp_agents_agents', { status: 'alive' })).toBe(0);
    expect((await scrape()).value('bp_agents_agents', { status: 'alive' })).toBe(1);
  });

  it('says how many events came too fast to be counted', async () => {
    await open();
    metrics.note({ kind: 'resumed' }, 3);
    expect((await scrape()).value('bp_agents_events_missed_total')).toBe(3);
  });
});

describe('agents', () => {
  it('have labels up to the limit, and all others share one that none can have', async () => {
    await open('metrics.agents_max=2');
    for (const id of ['ada', 'other', 'cleo', 'dora']) makeAgent(economy, id);
    for (const [agentId, { execution }] of runWinners(economy)) end(execution.id, agentId);
    const told = await scrape();
    const labels = told.labelValues('bp_agents_agent_executions_total', 'agent');
    expect(labels).toHaveLength(3);
    expect(labels).toContain('(other)');
    expect(told.value('bp_agents_agent_executions_total', { agent: '(other)' })).toBe(2);
    const balances = told.samples.filter(({ name }) => name === 'bp_agents_agent_balance_credits');
    expect(balances).toHaveLength(3);
    expect(balances.reduce((sum, { value }) => sum + value, 0)).toBeCloseTo(told.value('bp_agents_held_credits'), 6);
  });

  it('that are dead leave their place to others', async () => {
    await open('metrics.agents_max=1', 'lifecycle.dormant_seconds=10', 'lifecycle.restarts=0');
    end(runningAgent(economy, 'ada').execution.id, 'ada');
    expect((await scrape()).labelValues('bp_agents_agent_executions_total', 'agent')).toEqual(['ada']);
    stopAgent(economy, 'ada');
    for (let cycles = 0; economy.store.agents.find('ada')?.status !== 'dead' && cycles < 10; cycles++) cycle();
    expect((await scrape()).labelValues('bp_agents_agent_executions_total', 'agent')).toEqual([]);
    end(runningAgent(economy, 'bob').execution.id, 'bob');
    expect((await scrape()).labelValues('bp_agents_agent_executions_total', 'agent')).toEqual(['bob']);
  });
});

describe('calls of models', () => {
  it('are told by provider, model and outcome, whatever these are called', async () => {
    await open();
    const model = 'a "quoted"\\ name\nwith {braces}="and" more 🐙';
    const call = { id: 1, executionId: 1, provider: 'one', model, outcome: 'completed', content: undefined } as const;
    metrics.callEnded({ ...call, usage: { input: 11, cached: 5, output: 4 }, durationMs: 1500 });
    metrics.callEnded({ ...call, outcome: 'failed', usage: undefined, durationMs: 10 });
    const told = await scrape();
    const labels = { provider: 'one', model };
    expect(told.value('bp_agents_model_calls_total', { ...labels, outcome: 'completed' })).toBe(1);
    expect(told.value('bp_agents_model_calls_total', { ...labels, outcome: 'failed' })).toBe(1);
    expect(told.value('bp_agents_model_tokens_total', { ...labels, kind: 'cached' })).toBe(5);
    expect(told.value('bp_agents_model_call_duration_seconds_sum', labels)).toBeCloseTo(1.51);
    expect(told.value('bp_agents_model_call_duration_seconds_bucket', { ...labels, le: '2.5' })).toBe(2);
  });
});

describe('the dashboard and the documentation', () => {
  const read = (path: string) => readFileSync(join(import.meta.dirname, '..', '..', '..', 'docs', path), 'utf8');
  const families = (text: string) =>
    new Set([...text.matchAll(/\b(?:bp_agents|process|nodejs)_[a-z0-9_]*[a-z0-9]/g)].map(([name]) => name));
  const family = (name: string) => name.replace(/_(bucket|sum|count)$/, '');

  it('name only what there is, and the documentation all of it', async () => {
    await open();
    const { types } = await scrape();
    const { panels } = JSON.parse(read('grafana/bp-agents.json')) as { readonly panels: readonly Panel[] };
    const asked = [...families(panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)).join('\n'))];
    expect(asked.length).toBeGreaterThan(35);
    expect(asked.map(family).filter((name) => !types.has(name))).toEqual([]);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const told = [...families(read('telemetry.md'))].filter((name) => name.startsWith('bp_agents_'));
    const own = [...types.keys()].filter((name) => name.startsWith('bp_agents_'));
    expect(told.sort()).toEqual(own.sort());
  });
});

interface Panel {
  readonly id: number;
  readonly targets?: readonly { readonly expr: string }[];
}

describe('names', () => {
  it('are those of the conventions: a unit at the end, and _total behind whatever only grows', async () => {
    await open();
    const { types } = await scrape();
    for (const [name, type] of types) {
      expect(name).toMatch(/^(bp_agents|process|nodejs)_[a-z0-9_]+$/);
      expect(name.endsWith('_total'), name).toBe(type === 'counter');
      if (type === 'histogram') expect(name).toMatch(/_seconds$/);
    }
  });
});

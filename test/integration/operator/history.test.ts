import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toCredits } from '../../../src/domain/credits.ts';
import { Histories } from '../../../src/operator/history/histories.ts';
import { inTurns } from '../../../src/operator/history/in-turns.ts';
import { agentOverTime } from '../../../src/operator/views/agent-over-time.ts';
import { agentPage, type AgentPage, type AgentPageQuery } from '../../../src/operator/views/agent-page.ts';
import { bidPage } from '../../../src/operator/views/bid-page.ts';
import { executionPage } from '../../../src/operator/views/execution-page.ts';
import { lineagePage } from '../../../src/operator/views/lineage.ts';
import { marketSeries } from '../../../src/operator/views/market-series.ts';
import { bidExplained, bidExplainedInTurns } from '../../../src/operator/views/one-bid.ts';
import { auditLedger } from '../../../src/economy/audit/audit-ledger.ts';
import { accepted, makeAgent, openTestEconomy, runWinners, settle } from '../../helpers/economy.ts';
import { fillLargeEconomy } from '../../helpers/large-economy.ts';
import { openEventfulEconomy, type EventfulEconomy } from '../../helpers/eventful-economy.ts';

let economy: EventfulEconomy;
let histories: Histories;
beforeAll(() => {
  economy = openEventfulEconomy();
  histories = new Histories(economy);
});
afterAll(() => economy.close());

const QUERY: AgentPageQuery = { limit: 200, after: 0, sort: 'born', isDescending: false };
const idsOf = async (query: Partial<AgentPageQuery>) =>
  accepted(await agentPage(economy, histories, { ...QUERY, ...query })).agents.map(({ id }) => id);

describe('agents page by page', () => {
  it('have the money and the counts that the tables have', async () => {
    const { agents, complete, count } = accepted(await agentPage(economy, histories, QUERY));
    expect({ complete, count }).toEqual({ complete: true, count: agents.length });
    for (const agent of agents) {
      const totals = economy.store.executions.totalsOf(agent.id);
      expect(agent.executions).toBe(totals.executions);
      expect(agent.available).toBe(toCredits(economy.store.accounts.available(agent.id)));
      expect(agent.earned).toBe(toCredits(economy.store.prompts.earned(agent.id)));
    }
    expect(agents.some(({ earned }) => earned > 0)).toBe(true);
  });

  it('are sorted by what they earned, more than are read in one turn too', async () => {
    const large = openTestEconomy();
    fillLargeEconomy(large.databasePath, { agents: 2000, executions: 20_000, cycles: 2000 });
    const earned: number[] = [];
    for (let after: number | null = 0; after !== null;) {
      const query: AgentPageQuery = { ...QUERY, sort: 'earned', isDescending: true, after };
      const { agents, next }: AgentPage = accepted(await agentPage(large, new Histories(large), query));
      for (const agent of agents) expect(agent.earned).toBe(toCredits(large.store.prompts.earned(agent.id)));
      earned.push(...agents.map((agent) => agent.earned));
      after = next;
    }
    expect(earned.filter((it) => it > 0).length).toBeGreaterThan(250);
    expect(earned).toEqual(earned.toSorted((one, other) => other - one));
    large.close();
  });

  it('are sorted, found by their names and status, and paged', async () => {
    const all = await idsOf({});
    expect(await idsOf({ isDescending: true })).toEqual(all.toReversed());
    expect(await idsOf({ sort: 'id' })).toEqual(all.toSorted());
    expect(await idsOf({ text: 'PARENT' })).toEqual(['parent', 'child']);
    expect(await idsOf({ status: 'dead' })).not.toContain('child');
    expect([...(await idsOf({ limit: 2 })), ...(await idsOf({ limit: 200, after: 2 }))]).toEqual(all);
    expect((await idsOf({ sort: 'earned', isDescending: true }))[0]).toBe('scored');
  });

  it('refuse more than a page', async () => {
    expect(await agentPage(economy, histories, { ...QUERY, limit: 201 })).toMatchObject({ code: 'too_large' });
    expect(await agentPage(economy, histories, { ...QUERY, after: -1 })).toMatchObject({ code: 'negative' });
  });
});

describe('the tree of descent', () => {
  it('shows those without a parent, and the children of each', () => {
    const roots = accepted(lineagePage(economy, { limit: 200 })).agents;
    expect(roots.map(({ id }) => id)).not.toContain('child');
    expect(roots.find(({ id }) => id === 'parent')?.children).toBe(1);
    expect(accepted(lineagePage(economy, { parent: 'parent', limit: 200 })).agents.map(({ id }) => id)).toEqual([
      'child',
    ]);
  });

  it('comes in pages', () => {
    const roots = accepted(lineagePage(economy, { limit: 200 })).agents;
    const first = accepted(lineagePage(economy, { limit: 1 }));
    const rest = accepted(lineagePage(economy, { limit: 200, after: first.next! }));
    expect([...first.agents, ...rest.agents]).toEqual(roots);
  });
});

describe('an agent over time', () => {
  it('ends at its balance, and counts what its tables count', async () => {
    for (const id of ['scored', 'faulty', 'parent', 'child', 'skipped']) {
      const { agent, series, complete } = accepted(await agentOverTime(economy, histories, { agent: id }));
      const totals = economy.store.executions.totalsOf(id);
      expect(complete).toBe(true);
      expect(series.balance.at(-1)?.balance).toBe(toCredits(economy.store.accounts.balance(id).posted));
      expect(agent).toMatchObject({
        executions: totals.executions,
        paid: toCredits(totals.paid),
        earned: toCredits(economy.store.prompts.earned(id)),
        used_cpu_seconds: totals.cpuMs / 1000,
      });
    }
    const { series } = accepted(await agentOverTime(economy, histories, { agent: 'scored' }));
    expect(series.marks).toMatchObject([{ prompts: 1, interesting: 7, useful: 8, understandable: 9 }]);
    expect(series.receipts[0]).toMatchObject({ executions: 1, bought: { cpu_seconds: 1, memory_mb: 64 } });
  });

  it('counts an execution once, while it goes on and when it has ended', async () => {
    makeAgent(economy, 'later');
    const { execution } = runWinners(economy).get('later')!;
    const during = accepted(await agentOverTime(economy, histories, { agent: 'later' }));
    expect(during.agent.executions).toBe(1);
    expect(during.series.receipts).toEqual([]);
    settle(economy, execution.id);
    const after = accepted(await agentOverTime(economy, histories, { agent: 'later' }));
    expect(after.agent.executions).toBe(1);
    expect(after.series.receipts).toHaveLength(1);
    expect(after.series.balance.at(-1)?.balance).toBe(toCredits(economy.store.accounts.balance('later').posted));
  });
});

describe('the books', () => {
  it('agree with the audit', async () => {
    await inTurns(() => histories.books.step(), { clock: economy.clock, patienceMs: Infinity });
    const days = histories.books.view();
    const report = auditLedger(economy);
    const sum = (key: 'issued' | 'burned' | 'fees' | 'paid') => days.reduce((total, day) => total + day[key], 0);
    expect(days.at(-1)?.held).toBeCloseTo(report.held, 6);
    expect(sum('issued')).toBeCloseTo(report.issued, 6);
    expect(sum('burned')).toBeCloseTo(report.burned, 6);
    expect(sum('fees')).toBeCloseTo(report.fees, 6);
    expect(sum('paid')).toBeCloseTo(report.market, 6);
  });
});

describe('executions, bids and cycles', () => {
  it('come in pages that follow each other', () => {
    const all = accepted(executionPage(economy, { limit: 200 })).rows;
    const first = accepted(executionPage(economy, { limit: 3 }));
    const rest = accepted(executionPage(economy, { limit: 200, before: first.next! }));
    expect([...first.rows, ...rest.rows]).toEqual(all);
    expect(rest.next).toBeNull();
  });

  it('are found by how they ended', () => {
    const faults = accepted(executionPage(economy, { limit: 200, outcome: 'system_fault' })).rows;
    expect(faults.map(({ agent_id: agent }) => agent)).toEqual(['faulty']);
    const withdrawn = accepted(bidPage(economy, { limit: 200, status: 'withdrawn', agent: 'parent' })).rows;
    expect(withdrawn).toHaveLength(1);
  });

  it('show the market from any cycle to any other', () => {
    const whole = accepted(marketSeries(economy, {}));
    expect(whole.every).toBe(1);
    expect(whole.cycles).toHaveLength(whole.kept!.newest - whole.kept!.oldest + 1);
    const part = accepted(marketSeries(economy, { from: 2, to: 4 }));
    expect(part.cycles.map(({ cycle }) => cycle)).toEqual([2, 3, 4]);
  });

  it('explain a bid as the command does, a few cycles at a time', async () => {
    const { id } = accepted(bidPage(economy, { limit: 200, status: 'expired' })).rows[0]!;
    const number = Number(id.slice('bid_'.length));
    const whole = accepted(bidExplained(economy, number, 1000));
    expect(whole.cycles.length).toBeGreaterThan(1);
    const found = [];
    for (let before: number | undefined; ;) {
      const page = accepted(await bidExplainedInTurns(economy, number, { limit: 1, before }));
      found.push(...page.runs.flatMap(({ cycles }) => cycles));
      if (page.next === null) break;
      before = page.next;
    }
    expect(found.toReversed()).toEqual(whole.cycles);
  });
});

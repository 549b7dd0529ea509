import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { programsInUse } from '../../../src/economy/agents/program-of.ts';
import { newAgent, refusalOfNewAgent } from '../../../src/economy/agents/new-agent.ts';
import { bundleCost, type Bundle } from '../../../src/domain/resources.ts';
import { micro } from '../../../src/domain/credits.ts';
import {
  accepted,
  bidFor,
  makeAgent,
  nextCycle,
  openTestEconomy,
  WITH_ATTENTION,
  type TestEconomy,
} from '../../helpers/economy.ts';
import { economyState } from '../../helpers/money.ts';

let economy: TestEconomy;
beforeEach(() => {
  economy = openTestEconomy();
});
afterEach(() => economy.close());

const FILES = [{ path: 'main.py', content: Buffer.from(''), executable: false }];
const template = { name: 'plain', files: FILES, program: undefined };
const order = (id: string, bundle: Bundle = WITH_ATTENTION) => ({ id, template, files: FILES, bundle });
const reserve = (bundle: Bundle) => bundleCost(bundle, economy.store.markets.prices());

/** An agent whose bid for attention offers so many times its reserve. */
function rival(id: string, times: number): void {
  makeAgent(economy, id, { credits: 5000 });
  bidFor(economy, id, { bundle: WITH_ATTENTION, over: Math.round((reserve(WITH_ATTENTION) / 1e6) * (times - 1)) });
}

/** Those to whom the next cycle gives attention. */
function heardNext(): string[] {
  const winners = nextCycle(economy).allocated.map((id) => economy.store.executions.get(id));
  return winners.filter(({ bundle }) => bundle.attention === 1).map(({ agentId }) => agentId);
}

describe('what a newcomer offers for its first life', () => {
  it('is what bootstrap offers, where nobody offers more', () => {
    expect(accepted(newAgent(economy, order('ada'))).amount).toBe(Math.ceil(reserve(WITH_ATTENTION) * 1.25));
  });

  it('wins over what counts of the offers of others', () => {
    rival('rich', 2);
    const { amount } = accepted(newAgent(economy, order('ada')));
    expect(amount).toBeGreaterThan(reserve(WITH_ATTENTION) * 1.9);
    expect(amount).toBeLessThan(reserve(WITH_ATTENTION) * 2.1);
    expect(heardNext()).toEqual(['ada']);
  });

  it('is what bootstrap offers where another offers more than counts: it waits for its turn', () => {
    rival('rich', 50);
    expect(accepted(newAgent(economy, order('ada'))).amount).toBe(Math.ceil(reserve(WITH_ATTENTION) * 1.25));
    expect(heardNext()).toEqual(['rich']);
  });

  it.each(['density', 'highest-bid'])('wins over any that offer more where all of it counts, under %s', (mechanism) => {
    economy.close();
    economy = openTestEconomy({ overrides: [`market.mechanism=${mechanism}`, 'attention.rank.amount_cap=null'] });
    rival('rich', 3);
    rival('richer', 5);
    const { amount } = accepted(newAgent(economy, order('ada')));
    expect(amount).toBeGreaterThan(reserve(WITH_ATTENTION) * 4.9);
    expect(amount).toBeLessThan(reserve(WITH_ATTENTION) * 5.1);
    expect(heardNext()).toEqual(['ada']);
  });

  it('is never more than its grant', () => {
    economy.close();
    economy = openTestEconomy({ overrides: ['attention.rank.amount_cap=null'] });
    rival('rich', 50);
    expect(accepted(newAgent(economy, order('ada'))).amount).toBe(micro(1_000_000_000));
  });
});

it('a program is in use as long as an agent of it is not dead', () => {
  const program = {
    key: 'a'.repeat(64),
    name: 'tool',
    version: '1',
    manifest: Buffer.from('{}'),
    lockfile: Buffer.from('{}'),
  };
  for (const id of ['ada', 'bob']) accepted(newAgent(economy, { ...order(id), template: { ...template, program } }));
  accepted(newAgent(economy, order('cy')));
  expect([...programsInUse(economy)]).toEqual([program.key]);
  economy.store.agents.markDead('ada', 1);
  expect([...programsInUse(economy)]).toEqual([program.key]);
  economy.store.agents.markDead('bob', 1);
  expect([...programsInUse(economy)]).toEqual([]);
});

it('what would be refused is told, and nothing is changed by looking', () => {
  const before = economyState(economy);
  expect(refusalOfNewAgent(economy, order('ada'))).toBeUndefined();
  expect(refusalOfNewAgent(economy, { ...order('ada'), amount: micro(1_000_000) })).toMatchObject({
    code: 'below_reserve',
  });
  expect(economyState(economy)).toEqual(before);
  accepted(newAgent(economy, order('ada')));
  expect(refusalOfNewAgent(economy, order('ada'))).toMatchObject({ code: 'agent_exists' });
});

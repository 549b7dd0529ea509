import { afterEach, describe, expect, it } from 'vitest';
import { auditLedger } from '../../../src/economy/audit/audit-ledger.ts';
import { scorePrompt } from '../../../src/economy/attention/end-prompt.ts';
import { submitPrompt } from '../../../src/economy/attention/submit-prompt.ts';
import {
  accepted,
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
afterEach(() => {
  expect(auditLedger(economy)).toMatchObject({ ok: true });
  economy.close();
});

const posted = (id: string) => economy.store.accounts.balance(id).posted / 1e6;
const rents = () => [...economy.store.transfers.all()].filter(({ kind }) => kind === 'rent');

describe('rent on held credits', () => {
  it('is off by default', () => {
    economy = openTestEconomy();
    makeAgent(economy, 'rich');
    for (let cycle = 0; cycle < 400; cycle++) nextCycle(economy);
    expect(rents()).toEqual([]);
  });

  it('takes a part of the day’s share each hour of running time, from all that is held, to fees', () => {
    economy = openTestEconomy({ overrides: ['economy.rent.share_per_day=0.24', 'market.ttl_seconds=1000000'] });
    runningAgent(economy, 'rich', { credits: 1000 });
    const before = posted('rich');
    const perHour = 3600 / economy.config.market.cycle_seconds;
    while (economy.store.state.get().cycle < perHour) nextCycle(economy);
    expect(rents()).toMatchObject([
      { debit: 'rich', credit: 'system:fees', ref: `rich/${perHour}`, amount: Math.floor(before * 1e6 * 0.01) },
    ]);
    nextCycle(economy);
    expect(rents()).toHaveLength(1);
  });

  it('takes no more than is available, so that bids stand', () => {
    economy = openTestEconomy({ overrides: ['economy.rent.share_per_day=1', 'economy.rent.interval_seconds=10'] });
    makeAgent(economy, 'busy', { credits: 1000 });
    const { available } = economy.store.accounts.balance('busy');
    bidFor(economy, 'busy', { over: available / 1e6 - 15 });
    const left = economy.store.accounts.available('busy');
    expect(left).toBeLessThan(10_000_000);
    nextCycle(economy);
    const due = Math.floor((1000 * 1e6 * 10) / 86_400);
    expect(rents()[0]?.amount).toBe(Math.min(due, left));
  });

  it('is not due while the market is paused, and not from the dead', () => {
    economy = openTestEconomy({
      overrides: ['economy.rent.share_per_day=0.5', 'economy.rent.interval_seconds=10', 'lifecycle.dormant_seconds=10'],
    });
    const { execution } = runningAgent(economy, 'short');
    economy.store.state.setPaused('no engine');
    const before = rents().length;
    nextCycle(economy);
    expect(rents()).toHaveLength(before);
    economy.store.state.setPaused(null);
    settle(economy, execution.id);
    while (economy.store.agents.find('short')?.status !== 'dead') nextCycle(economy);
    const last = rents().length;
    nextCycle(economy);
    expect(rents()).toHaveLength(last);
  });
});

describe('the daily cap on issuance', () => {
  function answer(id: string): number {
    bidFor(economy, id, { bundle: WITH_ATTENTION, over: 100 });
    const { execution } = runWinners(economy).get(id)!;
    accepted(submitPrompt(economy, { executionId: execution.id, agentId: id }, { content: 'mark me' }));
    settle(economy, execution.id);
    const open = economy.store.prompts.open()!;
    return accepted(scorePrompt(economy, open.id, { interesting: 5, useful: 5, understandable: 5 }, null)).reward / 1e6;
  }

  it('shrinks rewards once half of it is issued, until a day of cycles has gone by', () => {
    economy = openTestEconomy({
      overrides: [
        ...['economy.issuance_cap_per_day=1000', 'market.cycle_seconds=3600', 'attention.rest_allocations=0'],
        'lifecycle.dormant_seconds=3600000',
      ],
    });
    const { execution } = runningAgent(economy, 'loved', { credits: 10_000 });
    settle(economy, execution.id);
    // 375 credits an answer: the first two are whole; of the third there is 250 ÷ 500 left, of the fourth 62.5 ÷ 500.
    expect([answer('loved'), answer('loved'), answer('loved'), answer('loved')]).toEqual([375, 375, 187.5, 46.875]);
    for (let cycle = 0; cycle < 24; cycle++) nextCycle(economy);
    expect(answer('loved')).toBe(375);
  });
});

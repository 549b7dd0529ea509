import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clearUnlessPaused } from '../../src/economy/market/clear-cycle.ts';
import { endOperatorPause, pauseByOperator } from '../../src/economy/market/operator-pause.ts';
import { marketStateView } from '../../src/economy/views/market-view.ts';
import { statusView } from '../../src/economy/views/status-view.ts';
import { submitPrompt } from '../../src/economy/attention/submit-prompt.ts';
import { cliHome, type CliHome } from '../helpers/cli.ts';
import { instantEngine, liveOn } from '../helpers/instant-engine.ts';
import {
  accepted,
  makeAgent,
  nextCycle,
  openTestEconomy,
  runningAgent,
  settle,
  WITH_ATTENTION,
  type TestEconomy,
} from '../helpers/economy.ts';

describe('a market that the operator has paused', () => {
  let economy: TestEconomy;
  beforeEach(() => {
    const overrides = ['economy.rent.share_per_day=0.5', 'economy.rent.interval_seconds=60'];
    economy = openTestEconomy({ overrides });
  });
  afterEach(() => economy.close());

  const turn = () => {
    economy.clock.advance(10_000);
    return clearUnlessPaused(economy, { runningMs: 10_000 });
  };

  it('launches nothing and lets nothing age, however long it lasts', () => {
    const { execution } = runningAgent(economy, 'writer', { bundle: WITH_ATTENTION });
    accepted(submitPrompt(economy, { executionId: execution.id, agentId: 'writer' }, { content: 'Read me.' }));
    settle(economy, execution.id);
    makeAgent(economy, 'dormant');
    for (const { id } of nextCycle(economy).allocated.map((id) => ({ id }))) settle(economy, id);
    makeAgent(economy, 'bidder');
    accepted(pauseByOperator(economy, 'supper'));
    const before = [economy.store.state.get(), economy.store.bids.pending(), economy.store.markets.all()];
    const balances = () => economy.store.accounts.ofLiving();
    const held = balances();
    // Ten hours: longer than any time to live.
    for (let cycle = 0; cycle < 3600; cycle++) expect(turn()).toBeUndefined();
    expect([economy.store.state.get(), economy.store.bids.pending(), economy.store.markets.all()]).toEqual(before);
    expect(balances()).toEqual(held);
    expect(economy.store.prompts.open()).toMatchObject({ agentId: 'writer', status: 'open' });
    expect(economy.store.agents.counts()).toMatchObject({ dead: 0 });

    endOperatorPause(economy);
    expect(turn()?.allocated).toHaveLength(1);
    expect(economy.store.state.get().humanAway).toBe(false);
  });

  it('settles what runs', () => {
    const { execution } = runningAgent(economy, 'a');
    accepted(pauseByOperator(economy, undefined));
    expect(settle(economy, execution.id)).toBe(true);
    expect(turn()).toBeUndefined();
  });

  it('says so to the operator with the reason, and to agents without', () => {
    accepted(pauseByOperator(economy, 'private words'));
    expect(statusView(economy)).toMatchObject({
      paused: expect.stringMatching(/^by you since 2030-01-01T00:00:00Z \(private words\); bp-agents resume/) as string,
      operator_pause: { paused: true, since: '2030-01-01T00:00:00.000Z', reason: 'private words' },
    });
    expect(marketStateView(economy)).toMatchObject({ paused: 'the operator has paused it', next_cycle_at: null });
    expect(JSON.stringify(marketStateView(economy))).not.toContain('private');
  });

  it('keeps its beginning when it is paused again, and its reason where none is given', () => {
    const first = accepted(pauseByOperator(economy, 'one'));
    economy.clock.advance(1000);
    expect(accepted(pauseByOperator(economy, undefined))).toEqual(first);
    expect(accepted(pauseByOperator(economy, 'two'))).toEqual({ ...first, reason: 'two' });
    expect(endOperatorPause(economy)).toEqual({ ...first, reason: 'two' });
    expect(endOperatorPause(economy)).toBeNull();
  });
});

describe('pause and resume', () => {
  let home: CliHome;
  beforeEach(() => {
    home = cliHome({ engine: instantEngine(liveOn) });
  });
  afterEach(() => home.remove());
  const QUICK = ['run', '--headless', '--set', 'market.cycle_seconds=0.05', '--set', 'market.supply.cpu_seconds=16'];
  const until = async (isSo: () => boolean) => {
    while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 10));
  };

  it('last over a restart, which says so in its first line and ends after its cycles', async () => {
    await home.run(...QUICK, '--bootstrap', '--cycles', '2');
    expect(await home.json('pause', '--reason', 'over night')).toMatchObject({ paused: true, reason: 'over night' });
    const { cycle } = await home.json<{ cycle: number }>('status');
    const { stdout, exitCode } = await home.run(...QUICK, '--cycles', '4');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^the market is paused by you since \S+ \(over night\); bp-agents resume ends it\n/);
    expect(stdout).not.toContain('started');
    expect(await home.json('status')).toMatchObject({ cycle, executions: { running: 0 } });
    expect((await home.run('status')).stdout).toContain(`cycle ${cycle} · paused: by you since `);
    expect(await home.json('resume')).toEqual({ paused: false, since: null, reason: null });
    const after = await home.run(...QUICK, '--cycles', '4');
    expect(after.stdout).toContain('started');
    expect(await home.json('status')).toMatchObject({ cycle: cycle + 4, paused: null, operator_pause: null });
    expect(await home.json('audit')).toMatchObject({ ok: true });
  });

  it('reach a run that goes on, which tells of both', async () => {
    const run = home.start(...QUICK, '--bootstrap');
    await until(() => run.output.includes('exe_1 of genesis: completed'));
    expect((await home.run('pause')).stdout).toMatch(/^the market is paused by you since /);
    await until(() => /\d the market is paused by you since /.test(run.output));
    expect((await home.run('resume')).stdout).toBe('the market goes on with its next cycle\n');
    await until(() => run.output.includes('the market runs again'));
    expect((await home.run('resume')).stdout).toBe('the market was not paused by you\n');
    run.interrupt();
    expect(await run.ended).toMatchObject({ exitCode: 0 });
  });

  it('launch what was allocated before a kill only when the pause has ended', async () => {
    const economy = home.open();
    makeAgent(economy, 'genesis');
    expect(nextCycle(economy).allocated).toEqual([1]);
    economy.close();
    await home.run('pause');
    const { stdout } = await home.run(...QUICK, '--cycles', '3');
    expect(stdout).not.toContain('exe_1');
    expect(await home.json('executions')).toMatchObject([{ id: 'exe_1', outcome: null }]);
    await home.run('resume');
    expect((await home.run(...QUICK, '--cycles', '1')).stdout).toContain('exe_1 of genesis: completed');
  });

  it('refuse a reason that is too long', async () => {
    await home.run('bootstrap');
    expect(await home.run('pause', '--reason', 'x'.repeat(1001))).toMatchObject({ exitCode: 2 });
    expect(await home.json('status')).toMatchObject({ paused: null });
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NO_USAGE, type Outcome } from '../../../src/domain/execution.ts';
import { settleExecution } from '../../../src/economy/executions/settle-execution.ts';
import { adviceView } from '../../../src/economy/views/advice-view.ts';
import { bidFor, makeAgent, nextCycle, openTestEconomy, runWinners, WITH_ATTENTION } from '../../helpers/economy.ts';
import type { TestEconomy } from '../../helpers/economy.ts';

const MB = 1_048_576;
let economy: TestEconomy;
beforeEach(() => {
  economy = openTestEconomy({ overrides: ['market.supply.attention=1'] });
});
afterEach(() => economy.close());

/** One life of Ann's, paid and settled. Gives the advice of its handshake. */
function live(cpuMs: number, memoryMb: number, outcome: Outcome = 'completed') {
  const { execution, handshake } = runWinners(economy).get('ann')!;
  const usage = { ...NO_USAGE, cpuMs, memoryPeakBytes: memoryMb * MB };
  settleExecution(economy, {
    ...{ executionId: execution.id, outcome, detail: outcome, exitCode: 0, usage, requests: 0 },
  });
  return (JSON.parse(handshake) as { advice: unknown }).advice;
}

describe('advice', () => {
  it('says before the first receipt that there is none', () => {
    makeAgent(economy, 'ann');
    const none = { executions: 0, quantile: 0.9, bundle: null, cost: null, risks: [], amounts: null };
    expect(adviceView(economy, 'ann')).toMatchObject(none);
    expect(live(100, 20)).toBeNull();
  });

  it('goes by what its own lives needed, in the handshake too', () => {
    makeAgent(economy, 'ann');
    live(100, 20);
    bidFor(economy, 'ann');
    expect(live(250.4, 30)).toMatchObject({ executions: 1, bundle: { cpu_seconds: 0.1, memory_mb: 20 } });
    const advice = adviceView(economy, 'ann', { quantile: 0.5 });
    expect(advice).toMatchObject({ executions: 2, bundle: { cpu_seconds: 0.1, memory_mb: 20 }, killed: 1 });
    expect(advice).toMatchObject({ killed_share: 0.5, cost: 1.25 });
    expect(adviceView(economy, 'ann', { quantile: 1 }).bundle).toMatchObject({ cpu_seconds: 0.251, memory_mb: 30 });
    expect(adviceView(economy, 'bob').executions).toBe(0);
  });

  it('goes by lives with attention alone where it is asked to', () => {
    makeAgent(economy, 'ann', { credits: 5000 });
    live(100, 20);
    expect(adviceView(economy, 'ann', { attention: 1 })).toMatchObject({ executions: 0, bundle: null });
    bidFor(economy, 'ann', { bundle: WITH_ATTENTION });
    live(300, 20);
    const asked = adviceView(economy, 'ann', { attention: 1 });
    expect(asked).toMatchObject({ executions: 1, bundle: { cpu_seconds: 0.3, attention: 1 } });
    expect(asked.amounts).toMatchObject({ own_tries: 1 });
  });

  it('tells how often an amount would have won by what was left, and in full cycles by its own bids', () => {
    const whole = { cpuMs: economy.derived.supply.cpuMs, memoryMb: 64, tokens: 0, attention: 0 } as const;
    makeAgent(economy, 'ann', { bundle: whole });
    live(1000, 20);
    for (let cycle = 0; cycle < 3; cycle++) nextCycle(economy);
    expect(adviceView(economy, 'ann').amounts).toMatchObject({ cycles: 4, with_room: 3, own_tries: 1 });
    // A rival that outbids it takes all of the next cycle.
    makeAgent(economy, 'bob', { credits: 50_000, bundle: whole });
    bidFor(economy, 'bob', { bundle: whole, over: 5000 });
    bidFor(economy, 'ann', { bundle: whole });
    nextCycle(economy);
    const { amounts } = adviceView(economy, 'ann');
    expect(amounts).toMatchObject({ cycles: 5, with_room: 3, own_tries: 2 });
    // Three had room and one it won; of the full one it knows that it lost one of its two tries.
    expect(amounts?.offers.at(-1)?.share).toBe(0.9);
  });
});

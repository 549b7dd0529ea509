import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MarketEvent } from '../../src/domain/market-event.ts';
import { pauseMarket, resumeMarket } from '../../src/economy/market/pause-market.ts';
import type { OrchestratorDeps } from '../../src/orchestrator/deps.ts';
import { watchLoad } from '../../src/orchestrator/load-watch.ts';
import { MachineLoad } from '../../src/orchestrator/machine-load.ts';
import { cpuTimes, ownCpuMs } from '../../src/platform/cpu-times.ts';
import { openTestEconomy, type TestEconomy } from '../helpers/economy.ts';

const LIMITED = ['market.yield.cpu_share=0.5', 'market.yield.seconds=10'];
let economy: TestEconomy;
let told: MarketEvent[];
beforeEach(() => {
  economy = openTestEconomy({ overrides: LIMITED });
  told = [];
});
afterEach(() => economy.close());

function watch(share: () => number | undefined) {
  const silent = { info: () => undefined, warn: () => undefined, error: () => undefined, debug: () => undefined };
  const events = { publish: (event: MarketEvent) => void told.push(event) };
  const load = { othersShare: () => Promise.resolve(share()) };
  return watchLoad({ economy, load, clock: economy.clock, logger: silent, events } as unknown as OrchestratorDeps);
}
const reason = () => economy.store.state.get().pausedReason;

describe('the market', () => {
  it('is paused while others use more of the CPU than they are left, and goes on when they use less', async () => {
    let share = 0.5;
    const load = watch(() => share);
    const look = async () => {
      economy.clock.advance(10_000);
      await load.look();
    };
    await look();
    expect(reason()).toBeNull();
    share = 0.83;
    await load.look();
    expect(reason()).toBeNull();
    await look();
    expect(reason()).toBe("other programs use 83 % of this machine's CPU, and market.yield.cpu_share is 50 %");
    share = 0.9;
    await look();
    share = 0.2;
    await look();
    expect(reason()).toBeNull();
    expect(told.map(({ kind }) => kind)).toEqual(['paused', 'resumed']);
  });

  it('that is paused for another reason stays so, and no pause is left behind', async () => {
    const load = watch(() => 1);
    pauseMarket(economy, 'the engine does not answer');
    economy.clock.advance(10_000);
    await load.look();
    expect(reason()).toBe('the engine does not answer');
    resumeMarket(economy);
    economy.clock.advance(10_000);
    await load.look();
    expect(reason()).toContain('other programs use 100 %');
    pauseMarket(economy, 'the engine does not answer');
    await load.close();
    expect(reason()).toBe('the engine does not answer');
  });

  it('is never paused where nothing is configured, or nothing known', async () => {
    const unknown = watch(() => undefined);
    economy.clock.advance(10_000);
    await unknown.look();
    expect(reason()).toBeNull();
    economy.close();
    economy = openTestEconomy();
    const without = watch(() => 1);
    economy.clock.advance(10_000);
    await without.look();
    expect(reason()).toBeNull();
  });
});

describe("others' share of the machine", () => {
  it('leaves out what agents and this program have used, those that ended too', async () => {
    let [busyMs, idleMs, own] = [0, 0, 0];
    const used = { a: 0, b: 0 };
    const load = new MachineLoad({
      cpuTimes: () => ({ busyMs, idleMs }),
      ownCpuMs: () => own,
      isEngineElsewhere: false,
    });
    load.follow(1, { usedCpuMs: () => Promise.resolve(used.a) });
    load.follow(2, { usedCpuMs: () => Promise.resolve(used.b) });
    expect(await load.othersShare()).toBeUndefined();
    [busyMs, idleMs, own, used.a, used.b] = [16_000, 4_000, 1_000, 5_000, 2_000];
    await load.forget(2);
    expect(await load.othersShare()).toBeCloseTo(8 / 20);
    [busyMs, idleMs, used.a] = [17_000, 13_000, 6_000];
    expect(await load.othersShare()).toBe(0);
    load.follow(3, { usedCpuMs: () => Promise.reject(new Error('gone')) });
    [busyMs, idleMs] = [27_000, 13_000];
    expect(await load.othersShare()).toBeUndefined();
  });

  it('counts agents of another machine as none of this one', async () => {
    let busyMs = 0;
    const load = new MachineLoad({
      cpuTimes: () => ({ busyMs, idleMs: 0 }),
      ownCpuMs: () => 0,
      isEngineElsewhere: true,
    });
    load.follow(1, { usedCpuMs: () => Promise.resolve(busyMs) });
    await load.othersShare();
    busyMs = 1000;
    expect(await load.othersShare()).toBe(1);
  });

  it('is that of this machine: another process that computes is seen', async () => {
    const load = new MachineLoad({ cpuTimes, ownCpuMs, isEngineElsewhere: false });
    await load.othersShare();
    const child = spawn(process.execPath, ['-e', 'for (const end = Date.now() + 3000; Date.now() < end; );']);
    await Promise.all([once(child, 'close'), pause(10)]);
    expect(await load.othersShare()).toBeGreaterThan(0.5 / availableParallelism());
  });
});

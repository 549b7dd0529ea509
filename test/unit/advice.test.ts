import { describe, expect, it } from 'vitest';
import { adviseBundle, LOOK_BACK, type PastUse } from '../../src/domain/advice.ts';
import { NO_USAGE } from '../../src/domain/execution.ts';

const MB = 1_048_576;
const SUPPLY = { cpuMs: 60_000, memoryMb: 4096, tokens: 10_000, attention: 1 };

function used(cpuMs: number, memoryMb: number, more: Partial<PastUse> = {}): PastUse {
  return {
    bundle: { cpuMs: 1000, memoryMb: 128, tokens: 500, attention: 0 },
    usage: { ...NO_USAGE, cpuMs, memoryPeakBytes: memoryMb * MB },
    ...{ tokensUsed: 0, tokensReserved: 0, outcome: 'completed', ...more },
  };
}

/** Ten executions: 100 to 1000 ms, and 10 to 100 MB the other way round. */
const TEN = Array.from({ length: 10 }, (_, n) => used(100 * (n + 1), 10 * (10 - n)));

function advised(past: readonly PastUse[], quantile: number) {
  return adviseBundle(past, { quantile, attention: 0, supply: SUPPLY });
}

describe('the bundle by receipts', () => {
  it('is of each resource the quantile of what was needed, by nearest rank', () => {
    expect(advised(TEN, 0.5)?.bundle).toEqual({ cpuMs: 500, memoryMb: 50, tokens: 0, attention: 0 });
    expect(advised(TEN, 0.9)?.bundle).toMatchObject({ cpuMs: 900, memoryMb: 90 });
    expect(advised(TEN, 1)?.bundle).toMatchObject({ cpuMs: 1000, memoryMb: 100 });
    expect(advised(TEN, 0.0001)?.bundle).toMatchObject({ cpuMs: 100, memoryMb: 16 });
  });

  it('comes with how many of them would have been killed, under it and under a few others', () => {
    expect(advised(TEN, 0.9)).toMatchObject({ executions: 10, killed: 2, outOfTokens: 0 });
    expect(advised(TEN, 0.9)?.risks.map(({ quantile, killed }) => [quantile, killed])).toEqual([
      [0.5, 10],
      [0.75, 4],
      [0.9, 2],
      [0.95, 0],
      [1, 0],
    ]);
  });

  it('takes what was killed at a limit to have needed twice what it had', () => {
    const killed = [used(1000, 60, { outcome: 'cpu_exceeded' }), used(300, 128, { outcome: 'memory_exceeded' })];
    expect(advised(killed, 1)?.bundle).toMatchObject({ cpuMs: 2000, memoryMb: 256 });
    expect(advised(killed, 1)?.killed).toBe(0);
  });

  it('counts the tokens that a call had reserved, since with less it would have been refused', () => {
    const calls = [used(100, 20, { tokensUsed: 40, tokensReserved: 200 }), used(100, 20, { tokensUsed: 30 })];
    expect(advised(calls, 1)?.bundle.tokens).toBe(200);
    expect(advised(calls, 0.5)).toMatchObject({ bundle: { tokens: 30 }, outOfTokens: 1, killed: 0 });
  });

  it('learns nothing from what the system or the operator ended, or what has not ended', () => {
    const others = (['system_fault', 'stopped_by_operator', null] as const).map((outcome) => used(9, 9, { outcome }));
    expect(advised(others, 0.9)).toBeUndefined();
    expect(advised([...others, used(700, 70)], 0.9)).toMatchObject({ executions: 1, bundle: { cpuMs: 700 } });
  });

  it('is undefined before the first receipt, and looks back on so many and no more', () => {
    expect(advised([], 0.9)).toBeUndefined();
    const many = Array.from({ length: 3 * LOOK_BACK }, (_, n) => used(n < LOOK_BACK ? 50 : 900, 20));
    expect(advised(many, 1)).toMatchObject({ executions: LOOK_BACK, bundle: { cpuMs: 50 } });
  });

  it('is never more than is sold', () => {
    const supply = { ...SUPPLY, cpuMs: 800, memoryMb: 64 };
    expect(adviseBundle(TEN, { quantile: 1, attention: 1, supply })?.bundle).toEqual({
      ...{ cpuMs: 800, memoryMb: 64, tokens: 0, attention: 1 },
    });
  });
});

import { describe, expect, it } from 'vitest';
import { advisedBundle } from '../../src/domain/advised-bundle.ts';
import { NO_USAGE, type Outcome } from '../../src/domain/execution.ts';

const MB = 1_048_576;
const BOUGHT = { cpuMs: 1000, memoryMb: 128, tokens: 500, attention: 0 } as const;
const SUPPLY = { cpuMs: 60_000, memoryMb: 4096, tokens: 10_000, attention: 1 };
const USED = { ...NO_USAGE, cpuMs: 333, memoryPeakBytes: 50 * MB };

function advised(ended: { outcome?: Outcome; usage?: typeof NO_USAGE; tokensUsed?: number }, advice: object = {}) {
  return advisedBundle(
    { bundle: BOUGHT, usage: USED, tokensUsed: 100, outcome: 'completed', ...ended },
    { margin: 0.5, supply: SUPPLY, prompted: false, tokensHeld: 0, ...advice },
  );
}

describe('the bundle advised', () => {
  it('is what was used, and the margin of it more, rounded up', () => {
    expect(advised({})).toEqual({ cpuMs: 500, memoryMb: 75, tokens: 150, attention: 0 });
    expect(advised({}, { margin: 0 })).toEqual({ cpuMs: 333, memoryMb: 50, tokens: 100, attention: 0 });
  });

  it('is twice what was bought of what ended it, and by use of the rest', () => {
    expect(advised({ outcome: 'cpu_exceeded' })).toMatchObject({ cpuMs: 2000, memoryMb: 75 });
    expect(advised({ outcome: 'memory_exceeded' })).toMatchObject({ cpuMs: 500, memoryMb: 256 });
    expect(advised({ outcome: 'wall_exceeded' })).toMatchObject({ cpuMs: 500, memoryMb: 75 });
  });

  it('is as bought where nothing is known of its use', () => {
    expect(advised({ usage: NO_USAGE, tokensUsed: 0 })).toEqual(BOUGHT);
  });

  it('is at least what calls of models had reserved, since with less they would have been refused', () => {
    expect(advised({}, { tokensHeld: 180 }).tokens).toBe(180);
    expect(advised({}, { tokensHeld: 140 }).tokens).toBe(150);
  });

  it('is never more than can be sold, also after a limit, nor less than can be bought', () => {
    const supply = { cpuMs: 1500, memoryMb: 200, tokens: 120, attention: 0 };
    expect(advised({ outcome: 'cpu_exceeded' }, { supply, prompted: true })).toMatchObject({
      ...{ cpuMs: 1500, tokens: 120, attention: 0 },
    });
    expect(advised({ outcome: 'memory_exceeded' }, { supply })).toMatchObject({ memoryMb: 200 });
    expect(advised({ usage: { ...USED, cpuMs: 0, memoryPeakBytes: 1 } })).toMatchObject({ cpuMs: 1, memoryMb: 16 });
  });

  it('holds attention where there was a prompt', () => {
    expect(advised({}, { prompted: true }).attention).toBe(1);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ThinSeries } from '../../src/operator/history/thin-series.ts';

interface Counted {
  readonly at: number;
  readonly count: number;
}

const series = (most: number) =>
  new ThinSeries<Counted>({ most, widthMs: 10, join: (a, b) => ({ at: b.at, count: a.count + b.count }) });

describe('a thin series', () => {
  it('keeps points apart that are a stretch apart, and joins those of one stretch', () => {
    const line = series(100);
    for (const at of [0, 9, 10, 25]) line.add({ at, count: 1 });
    expect(line.points).toEqual([
      { at: 9, count: 2 },
      { at: 10, count: 1 },
      { at: 25, count: 1 },
    ]);
  });

  it('makes its stretches longer where there would be too many points', () => {
    const line = series(4);
    for (let at = 0; at < 100; at += 10) line.add({ at, count: 1 });
    expect(line.widthMs).toBe(40);
    expect(line.points.map(({ count }) => count)).toEqual([4, 4, 2]);
  });

  it('never has more points than told, loses none of what it counts, and goes forward, whatever comes', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1e13 }), { maxLength: 300 }), (times) => {
        const line = series(20);
        for (const at of times) line.add({ at, count: 1 });
        const { points } = line;
        expect(points.length).toBeLessThanOrEqual(20);
        expect(points.reduce((sum, { count }) => sum + count, 0)).toBe(times.length);
        expect(points.map(({ at }) => at)).toEqual(points.map(({ at }) => at).toSorted((a, b) => a - b));
      }),
    );
  });
});

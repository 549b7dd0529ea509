import { describe, expect, it } from 'vitest';
import type { ExplainedCycle } from '../../src/economy/replay/explain-bid.ts';
import { runsOf } from '../../src/operator/views/explained-runs.ts';
import type { LineageNode } from '../../src/operator/views/lineage.ts';
import { lineText, tableRows } from '../../src/web/page/parts/chart-lines.ts';
import { keyTarget, treeLines } from '../../src/web/page/parts/open-nodes.ts';

describe('a line in words', () => {
  it('tells its first, its last, its least and its most', () => {
    expect(lineText({ name: 'price', values: [null, 3, 1, 9, 4, null] }, String)).toBe(
      'price: from 3 to 4, at least 1, at most 9',
    );
    expect(lineText({ name: 'price', values: [null] }, String)).toBe('price: no figure');
  });

  it('has a short table, with its last point first', () => {
    expect(tableRows(3)).toEqual([2, 1, 0]);
    const rows = tableRows(500);
    expect(rows[0]).toBe(499);
    expect(rows.length).toBeLessThanOrEqual(60);
    expect(tableRows(0)).toEqual([]);
  });
});

describe('what became of a bid', () => {
  const cycle = (number: number, change: Partial<ExplainedCycle> = {}): ExplainedCycle => ({
    ...{ cycle: number, fate: 'outbid', rank: 2, competing: 3, amount: 5, reserve_cost: 4, short_of: 'attention' },
    ...{ before: [], before_count: 0, weight: null, least_amount: 6, set_by: 'bid_1' },
    ...{ human_away: false, quiet_hours: false, minutes_spent: false, attention_held_by: null, ...change },
  });

  it('is told once for cycles beside each other that came to the same', () => {
    const runs = runsOf([cycle(9, { fate: 'won' }), cycle(8), cycle(7), cycle(6, { human_away: true })]);
    expect(runs.map((run) => run.map((it) => it.cycle))).toEqual([[9], [8, 7], [6]]);
  });
});

describe('the tree of descent', () => {
  const node = (id: string, children = 0): LineageNode => ({
    ...{ id, children, status: 'alive', stopped: false, template: null, born_cycle: 0, available: 0 },
  });
  const loaded = new Map([
    [null, { agents: [node('a', 2), node('b')], next: 7 }],
    ['a', { agents: [node('c'), node('d', 1)], next: null }],
  ]);
  const lines = treeLines(loaded, new Set(['a']));
  const keys = lines.map(({ key, level }) => `${level} ${key}`);

  it('shows what is open, and where there is more', () => {
    expect(keys).toEqual(['1 a', '2 c', '2 d', '1 b', '1 more:']);
    expect(treeLines(loaded, new Set()).map(({ key }) => key)).toEqual(['a', 'b', 'more:']);
  });

  it('is walked as any tree is', () => {
    expect(keyTarget(lines, 0, 'ArrowDown')).toBe(1);
    expect(keyTarget(lines, 4, 'ArrowDown')).toBe(4);
    expect(keyTarget(lines, 0, 'ArrowUp')).toBe(0);
    expect(keyTarget(lines, 0, 'ArrowRight')).toBe(1);
    expect(keyTarget(lines, 0, 'ArrowLeft')).toBe('close');
    expect(keyTarget(lines, 2, 'ArrowRight')).toBe('open');
    expect(keyTarget(lines, 2, 'ArrowLeft')).toBe(0);
    expect(keyTarget(lines, 3, 'ArrowLeft')).toBeUndefined();
    expect(keyTarget(lines, 3, 'ArrowRight')).toBeUndefined();
    expect(keyTarget(lines, 1, 'End')).toBe(4);
    expect(keyTarget(lines, 4, 'Home')).toBe(0);
    expect(keyTarget(lines, 0, 'x')).toBeUndefined();
  });
});

import { describe, expect, it } from 'vitest';
import { attentionLines, explainLines } from '../../src/cli/output/explain-lines.ts';
import type { ExplainedCycle } from '../../src/economy/replay/explain-bid.ts';

const LOST: ExplainedCycle = {
  ...{ cycle: 1, fate: 'no memory_mb left', rank: 2, competing: 3, amount: 12, reserve_cost: 5, short_of: 'memory_mb' },
  before: [{ bid: 'bid_3', agent_id: 'ada', amount: 20, weight: null }],
  ...{
    before_count: 1,
    weight: null,
    least_amount: 20.5,
    set_by: 'bid_3',
    human_away: false,
    quiet_hours: false,
    minutes_spent: false,
    attention_held_by: null,
  },
};

describe('explained cycles', () => {
  it('that are one alone are told as one', () => {
    expect(explainLines([LOST])).toEqual([
      'cycle 1: no memory_mb left; 2nd of 3',
      '  offered 12 for what cost 5 at the reserve',
      '  before it: bid_3 of ada with 20',
      '  the least that won or would have: 20.5, to stand above bid_3',
    ]);
  });

  it('with the same verdict are one run, with what changed as a span and the newest in full', () => {
    const second = { ...LOST, cycle: 2, rank: 4, competing: 6, reserve_cost: 7.5, before_count: 3 };
    expect(explainLines([LOST, second])).toEqual([
      'cycles 1 to 2: no memory_mb left; 2nd to 4th of 3 to 6',
      '  offered 12 for what cost 5 to 7.5 at the reserve',
      '  before it in cycle 2: bid_3 of ada with 20 and 2 more',
      '  the least that won or would have in cycle 2: 20.5, to stand above bid_3',
    ]);
  });

  it('say by which weight an amount was ranked, and that no amount would have made up for it', () => {
    const before = [{ ...LOST.before[0]!, weight: 2.4567891 }];
    const weighted = { ...LOST, before, weight: 0.4321098, least_amount: null };
    expect(explainLines([weighted, { ...weighted, cycle: 2, weight: 1.25 }])).toEqual([
      'cycles 1 to 2: no memory_mb left; 2nd of 3',
      '  offered 12 for what cost 5 at the reserve',
      '  its weight 0.432 to 1.25 by its record',
      '  before it in cycle 2: bid_3 of ada with 20 × 2.46',
      '  no amount would have won in cycle 2: it would not stand above bid_3 with any',
    ]);
  });

  it('that are not all on record are counted', () => {
    const [head] = explainLines([LOST, { ...LOST, cycle: 9 }]);
    expect(head).toBe('cycles 1 to 9 (2 of them on record): no memory_mb left; 2nd of 3');
  });

  it('are told apart by who held attention', () => {
    const waits = { ...LOST, fate: 'no attention free', rank: null, before: [], before_count: 0 };
    const holder = { execution_id: 'exe_1', agent_id: 'ada', prompt_id: 'prompt_1' };
    expect(
      explainLines([
        { ...waits, attention_held_by: holder },
        { ...waits, cycle: 2, attention_held_by: { ...holder, prompt_id: null } },
        { ...waits, cycle: 3, human_away: true },
      ]),
    ).toEqual([
      'cycle 1: no attention free: prompt_1 of ada held it; did not compete',
      'cycle 2: no attention free: exe_1 of ada held it; did not compete',
      'cycle 3: no attention free: you counted as away; did not compete',
    ]);
  });
});

describe('what stands in the way now', () => {
  it('is nothing where the bid does not wait for attention, or where nobody has it', () => {
    expect(attentionLines(null)).toEqual([]);
    expect(
      attentionLines({
        human_away: false,
        quiet_until: null,
        minutes_spent: null,
        open_prompt: null,
        queued_prompt: null,
      }),
    ).toEqual([]);
  });

  it('is the quiet hours, while there are any', () => {
    const now = {
      human_away: false,
      quiet_until: 'tue 07:00',
      minutes_spent: null,
      open_prompt: null,
      queued_prompt: null,
    };
    expect(attentionLines(now)).toEqual(['now it is quiet: no attention is sold until tue 07:00']);
  });
});

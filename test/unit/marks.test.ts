import { describe, expect, it } from 'vitest';
import { enter, goBack, NO_PROGRESS, type Progress, type Step } from '../../src/terminal/marks.ts';

function type(...entries: readonly string[]): Step {
  let progress: Progress = NO_PROGRESS;
  for (const entry of entries.slice(0, -1)) {
    const step = enter(progress, entry, 10);
    if (step.kind !== 'next') throw new Error(`ended at ${entry}`);
    progress = step.progress;
  }
  return enter(progress, entries.at(-1) ?? '', 10);
}

describe('the answer to a prompt', () => {
  it('is three marks and a reason, one by one', () => {
    expect(type('7', ' 8', '10', ' so it is ')).toEqual({
      kind: 'done',
      answer: { kind: 'scored', scores: { interesting: 7, useful: 8, understandable: 10 }, reason: 'so it is' },
    });
  });

  it('may be all marks at once, or the missing ones', () => {
    const scores = { interesting: 7, useful: 0, understandable: 10 };
    const answer = { kind: 'done', answer: { kind: 'scored', scores, reason: null } };
    expect(type('7 0 10', '')).toEqual(answer);
    expect(type('7', '0, 10', '')).toEqual(answer);
  });

  it('needs no spaces where the marks can be read in one way only', () => {
    const given = (entry: string) => (type(entry) as { progress: Progress }).progress.marks;
    expect(given('789')).toEqual([7, 8, 9]);
    expect(given('1098')).toEqual([10, 9, 8]);
    expect(given('105')).toEqual([1, 0, 5]);
    expect(given('101010')).toEqual([10, 10, 10]);
    for (const entry of ['1010', '78', '7890', '0'.repeat(5000)]) expect(given(entry)).toEqual([]);
  });

  it('is a skip at any mark', () => {
    for (const entries of [['s'], ['7', 'SKIP'], ['7', '8', 's']])
      expect(type(...entries)).toEqual({ kind: 'done', answer: { kind: 'skipped' } });
  });

  it.each([['11'], ['-1'], ['7.5'], ['NaN'], ['Infinity'], ['1e1'], ['x'], [''], ['7 x'], ['0x1'], ['٣']])(
    'is not taken where a mark is %j, and says what would be right',
    (entry) => {
      const step = type(entry);
      expect(step).toMatchObject({ kind: 'next', progress: { marks: [] } });
      expect(step).toMatchObject({
        progress: { problem: expect.stringContaining('a whole number from 0 to 10') as string },
      });
    },
  );

  it('has no more marks than are asked for', () => {
    expect(type('7', '1 2 3')).toMatchObject({ progress: { marks: [7], problem: 'at most 2 more, please' } });
  });

  it('is asked for again where the reason is too long', () => {
    expect(type('1 2 3', 'longer than ten')).toMatchObject({
      kind: 'again',
      progress: { marks: [1, 2, 3], problem: '15 characters, at most 10' },
    });
  });

  it('can be corrected mark by mark', () => {
    expect(goBack({ marks: [1, 2], problem: 'x' })).toEqual({ marks: [1], problem: null });
    expect(goBack(NO_PROGRESS)).toEqual(NO_PROGRESS);
  });
});

import { describe, expect, it } from 'vitest';
import {
  attentionWeight,
  expectedOfAgent,
  expectedOfLineage,
  withAnswer,
  type AnswerRecord,
  type AnswerSums,
  type EstimateRules,
} from '../../src/domain/expected-marks.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;
const RULES: EstimateRules = { recoveryMs: HOUR, priorAnswers: 1, optimism: 0.5, leastMs: MINUTE, squash: 1 };
const NOBODY: AnswerSums = { count: 0, marks: 0, attentionMs: 0 };
/** 12 marks and a minute each. */
const EVERYONE: AnswerSums = { count: 100, marks: 1200, attentionMs: 100 * MINUTE };
const plus = (a: AnswerSums, b: AnswerSums): AnswerSums => ({
  ...{ count: a.count + b.count, marks: a.marks + b.marks, attentionMs: a.attentionMs + b.attentionMs },
});
const of = (count: number, marks: number): AnswerSums => ({ count, marks: count * marks, attentionMs: count * MINUTE });

/** Answered with these marks, a minute apart; null is a skip. */
function recordOf(...marks: readonly (number | null)[]): AnswerRecord {
  const records = marks.reduce<AnswerRecord | undefined>(
    (record, one, index) => withAnswer(record, { marks: one, attentionMs: MINUTE, at: index * MINUTE }),
    undefined,
  );
  return records!;
}

function expected(record: AnswerRecord | undefined, lineage: AnswerSums, now = 0, rules = RULES) {
  const everyone = plus(EVERYONE, lineage);
  const unknown = expectedOfLineage(everyone, lineage, rules);
  return expectedOfAgent(record, { prior: unknown, unknown, lineage, now, rules });
}

describe('a record', () => {
  it('counts a skip as no marks, with its minutes', () => {
    expect(recordOf(20, null)).toMatchObject({ answers: 1, skips: 1, marks: 20, attentionMs: 2 * MINUTE, last: 0 });
  });

  it('forgets of its best a fiftieth of what each later answer fell short of it', () => {
    expect(recordOf(20, 10).best).toBe(19_800);
    expect(recordOf(20, 10, 25)).toMatchObject({ best: 25_000, last: 25_000 });
  });

  it('follows the time that answers take, a fifth of the way with each', () => {
    const first = withAnswer(undefined, { marks: 9, attentionMs: 100_000, at: 0 });
    expect(withAnswer(first, { marks: 9, attentionMs: 50_000, at: 0 }).usualMs).toBe(90_000);
  });
});

describe('what an agent is expected to be marked with', () => {
  const rules = { ...RULES, priorAnswers: 0 };

  it('is its last marks, which recover in time towards its best', () => {
    const record = { ...recordOf(20, 10), best: 20_000, at: 0 };
    const after = (hours: number) => expected(record, of(2, 15), hours * HOUR, rules).marks;
    expect([after(0), after(1), after(2)]).toEqual([10_000, 15_000, 17_500]);
    expect(after(1000)).toBeCloseTo(20_000);
    // A clock that was put back makes nobody younger.
    expect(after(-5)).toBe(10_000);
  });

  it('is what everyone is marked with and a bonus, where its lineage was never answered', () => {
    expect(expected(undefined, NOBODY)).toEqual({ marks: 18_000, ms: MINUTE });
    expect(expectedOfLineage(NOBODY, NOBODY, RULES).marks).toBeGreaterThan(0);
    const best = { ...EVERYONE, marks: 3000 };
    expect(expectedOfLineage(best, NOBODY, RULES).marks).toBe(30_000);
  });

  it('is a mean of that and its own record, which counts the more the longer it is', () => {
    const own = (count: number) => expected(recordOf(...Array<number>(count).fill(24)), of(count, 24)).marks;
    expect(own(1)).toBe((24_000 + 15_000) / 2);
    expect(own(9)).toBeGreaterThan(own(1));
    expect(own(9)).toBeLessThan(24_000);
  });

  it('is for a child what it is for its parent, and no more than its lineage is marked with', () => {
    const unknown = expectedOfLineage(plus(EVERYONE, of(10, 20)), of(10, 20), RULES);
    const prior = { marks: 21_000, ms: MINUTE };
    const child = (lineage: AnswerSums) =>
      expectedOfAgent(undefined, { prior, unknown, lineage, now: 0, rules: RULES }).marks;
    expect(child(of(10, 25))).toBe(21_000);
    expect(child(of(10, 3))).toBeLessThan(4500);
  });

  it('falls with every bad prompt of a lineage, whoever of it wrote it: no birth renews the bonus', () => {
    const newborn = Array.from({ length: 6 }, (_, children) => expected(undefined, of(children, 3)).marks);
    expect(newborn).toEqual(newborn.toSorted((a, b) => b - a));
    expect(newborn[0]).toBe(18_000);
    expect(newborn[5]).toBeLessThan(5000);
  });

  it('is lifted by no other of its lineage', () => {
    const record = recordOf(8, 8);
    const alone = expected(record, of(2, 8)).marks;
    for (const children of [1, 5, 100]) {
      const lineage = { count: 2 + children, marks: 16 + children * 30, attentionMs: (2 + children) * MINUTE };
      expect(expected(record, lineage).marks).toBeLessThanOrEqual(alone);
    }
  });
});

describe('a weight', () => {
  it('is marks per minute, of at least so many minutes: a one-liner gains nothing', () => {
    expect(attentionWeight({ marks: 12_000, ms: 2 * MINUTE }, RULES)).toBe(6000);
    expect(attentionWeight({ marks: 12_000, ms: MINUTE }, RULES)).toBe(12_000);
    expect(attentionWeight({ marks: 12_000, ms: 1000 }, RULES)).toBe(12_000);
  });

  it('is squashed as it is told, whole, and never nothing', () => {
    const weight = (squash: number) => attentionWeight({ marks: 16_000, ms: MINUTE }, { ...RULES, squash });
    expect([weight(0), weight(0.5), weight(1), weight(2)]).toEqual([1000, 4000, 16_000, 256_000]);
    expect(attentionWeight({ marks: 0, ms: MINUTE }, RULES)).toBe(1);
  });
});

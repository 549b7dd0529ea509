import { describe, expect, it } from 'vitest';
import { Dice } from '../../src/simulation/dice.ts';
import { bestMarks, type Candidate } from '../../src/simulation/scenario/humans/best-choice.ts';
import { drawMark, Taste } from '../../src/simulation/scenario/humans/taste.ts';
import { prepareScenario } from '../../src/simulation/scenario/scenario-file.ts';
import type { HumanTraits } from '../../src/simulation/scenario/scenario-schema.ts';

const HOUR_MS = 3_600_000;
const SMALL = 'about: one\npopulation: {useful: {strategy: seeker}}';

function traits(...overrides: readonly string[]): HumanTraits {
  const { human } = prepareScenario('one', SMALL, overrides).scenario;
  if (!human) throw new Error('nobody is there');
  return human;
}

function letters(...qualities: readonly number[]): readonly Candidate[] {
  return qualities.map((quality, place) => ({ lineageId: `agent-${place}`, title: null, quality, fromMs: 0 }));
}

const newDice = () => new Dice('a human');

/** What the same human gives where letters are shown in turn, one a minute. */
function inTurn(human: HumanTraits, candidates: readonly Candidate[], hours: number): number {
  const [dice, taste] = [newDice(), new Taste(human, newDice())];
  let marks = 0;
  for (let minute = 1; minute <= hours * 60; minute++) {
    const letter = candidates[minute % candidates.length]!;
    for (let mark = 0; mark < 3; mark++) marks += drawMark(taste.deserved(letter, minute * 60_000), human.noise, dice);
    taste.read(letter, minute * 60_000);
  }
  return marks;
}

describe('the best choice of letters', () => {
  it('brings more than letters in turn, and no more than the best at their best', () => {
    const candidates = letters(1, 3, 5, 7, 9);
    const human = traits('scenario.human.answer_seconds=[59, 59]', 'scenario.human.recovery_hours=0.5');
    const best = bestMarks({ traits: human, candidates, endMs: 10 * HOUR_MS, newDice });
    expect(best).toBeGreaterThan(1.08 * inTurn(human, candidates, 10));
    expect(best).toBeLessThan(10 * 60 * 27);
  });

  it('does not bore a human with the only agent there is', () => {
    const human = traits('scenario.human.noise=0');
    const candidates = letters(7);
    const best = bestMarks({ traits: human, candidates, endMs: 24 * HOUR_MS, newDice });
    expect(best).toBeGreaterThan(2 * inTurn(human, candidates, 24));
  });

  it('has nobody before they are made, and no reader while nobody is there', () => {
    const [early] = letters(9);
    const late = { ...early!, fromMs: 5 * HOUR_MS };
    const marks = (candidates: readonly Candidate[], ...overrides: readonly string[]) =>
      bestMarks({ traits: traits(...overrides), candidates, endMs: 24 * HOUR_MS, newDice });
    expect(marks([late], 'scenario.human.hours=[[0, 5]]')).toBe(0);
    expect(marks([late])).toBeGreaterThan(0);
    expect(marks([early!], 'scenario.human.hours=[]')).toBe(0);
  });
});

describe('a human', () => {
  const [letter] = letters(6);
  const deserved = (human: HumanTraits, hour: number, dice = newDice()) =>
    new Taste(human, dice).deserved(letter!, hour * HOUR_MS);

  it('likes the same at all times unless told otherwise', () => {
    for (const hour of [0, 7, 100]) expect(deserved(traits(), hour)).toBe(6);
  });

  it('drifts over days, in a way of their own', () => {
    const human = traits('scenario.human.drift=0.5', 'scenario.human.drift_days=1');
    const found = Array.from({ length: 200 }, (_, hour) => deserved(human, hour));
    expect(Math.max(...found)).toBeGreaterThan(8.5);
    expect(Math.min(...found)).toBeLessThan(3.5);
    expect(deserved(human, 3)).toBe(found[3]);
    expect(deserved(human, 3, new Dice('another'))).not.toBe(found[3]);
  });

  it('has good and bad hours for all letters alike', () => {
    const human = traits('scenario.human.moods=0.8');
    const found = Array.from({ length: 100 }, (_, hour) => deserved(human, hour));
    expect(Math.max(...found)).toBeLessThanOrEqual(6);
    expect(Math.min(...found)).toBeLessThan(2.4);
    expect(deserved(human, 3.5)).toBe(found[3]);
  });

  it('compares with the last few letters', () => {
    const [poor, rich] = letters(2, 8);
    const human = traits('scenario.human.comparison=0.5', 'scenario.human.repetition=0');
    const after = (read: Candidate) => {
      const taste = new Taste(human, newDice());
      for (let times = 0; times < 10; times++) taste.read(read, 0);
      return taste.deserved(letter!, HOUR_MS);
    };
    expect(after(poor!)).toBe(8);
    expect(after(rich!)).toBe(5);
  });
});

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
import { Dice } from '../../src/simulation/dice.ts';

// One reader, who is always there, and ten lineages that always ask. Each time the one with the highest weight is heard,
// unless it was the last one. The reader tires of a lineage by 5 % with each letter and forgets half of that in an hour.
// Nine write letters of quality 5 to 9; the tenth tries something.

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const RULES: EstimateRules = { recoveryMs: HOUR, priorAnswers: 1, optimism: 0.5, leastMs: MINUTE, squash: 1 };
const HONEST = Array.from({ length: 9 }, (_, index) => 5 + index / 2);
const LETTERS = 3000;
const NOTHING: AnswerSums = { count: 0, marks: 0, attentionMs: 0 };

interface Writer {
  readonly lineage: number;
  record: AnswerRecord | undefined;
  parent?: Writer;
}

/** The schemer's: the quality of its n-th letter, and who writes the next one. */
interface Scheme {
  readonly quality: (letter: number) => number;
  readonly next?: (writer: Writer, letter: number) => Writer;
}

/** Its share of all letters, how many of its bad ones were read, and all marks as a share of those without it. */
function tried({ quality, next = (writer) => writer }: Scheme) {
  const alone = read([...HONEST.map((one) => ({ quality: () => one }))], -1);
  const beside = read([...HONEST.map((one) => ({ quality: () => one })), { quality, next }], HONEST.length);
  return { share: beside.heard / LETTERS, bad: beside.bad, marks: beside.marks / alone.marks };
}

function read(schemes: readonly Scheme[], schemer: number) {
  const dice = new Dice('gaming');
  const writers = schemes.map((_, lineage): Writer => ({ lineage, record: undefined }));
  const sums = schemes.map(() => NOTHING);
  const tired = schemes.map(() => ({ letters: 0, at: 0 }));
  const written = schemes.map(() => 0);
  let [last, marks, heard, bad] = [-1, 0, 0, 0];
  for (let letter = 0; letter < LETTERS; letter++) {
    const now = letter * MINUTE;
    const weights = writers.map((writer) => (writer.lineage === last ? 0 : weightOf(writer, sums, now)));
    const best = weights.indexOf(Math.max(...weights));
    const left = tired[best]!.letters * 0.5 ** ((now - tired[best]!.at) / HOUR);
    const quality = schemes[best]!.quality(written[best]!);
    const deserved = quality * 0.95 ** left;
    const given = [0, 0, 0].reduce<number>((sum) => sum + mark(deserved + 2 * dice.fraction() - 1), 0);
    const writer = writers[best]!;
    writer.record = withAnswer(writer.record, { marks: given, attentionMs: MINUTE, at: now });
    tired[best] = { letters: left + 1, at: now };
    sums[best] = plus(sums[best]!, given);
    writers[best] = schemes[best]!.next?.(writer, ++written[best]!) ?? writer;
    last = best;
    marks += given;
    if (best === schemer) heard++;
    if (best === schemer && quality === BAD) bad++;
  }
  return { heard, bad, marks };
}

function weightOf(writer: Writer, sums: readonly AnswerSums[], now: number): number {
  const lineage = sums[writer.lineage]!;
  const everyone = sums.reduce((sum, one) => ({
    ...{ count: sum.count + one.count, marks: sum.marks + one.marks },
    attentionMs: sum.attentionMs + one.attentionMs,
  }));
  const unknown = expectedOfLineage(everyone, lineage, RULES);
  const line = [writer, ...(writer.parent ? [writer.parent] : [])].toReversed();
  const expected = line.reduce(
    (prior, { record }) => expectedOfAgent(record, { prior, unknown, lineage, now, rules: RULES }),
    unknown,
  );
  return attentionWeight(expected, RULES);
}

const mark = (deserved: number) => Math.max(0, Math.min(10, Math.round(deserved)));
const plus = ({ count, marks, attentionMs }: AnswerSums, given: number): AnswerSums => ({
  ...{ count: count + 1, marks: marks + given, attentionMs: attentionMs + MINUTE },
});

const BAD = 1;
const GOOD = 9;
const child = (writer: Writer): Writer => ({
  ...{ lineage: writer.lineage, record: undefined, parent: writer.parent ?? writer },
});

describe('a lineage whose letters are bad', () => {
  it('is read hardly ever in two days', () => {
    const { bad, marks } = tried({ quality: () => BAD });
    expect(bad).toBeLessThanOrEqual(2);
    expect(marks).toBeGreaterThan(0.99);
  });

  it('is read no more often where each letter comes from another child', () => {
    expect(tried({ quality: () => BAD, next: child }).bad).toBeLessThanOrEqual(4);
  });

  it('lives on a good name for a letter in a hundred', () => {
    const { bad, marks } = tried({ quality: (letter) => (letter < 100 ? GOOD : BAD) });
    expect(bad).toBeLessThan(LETTERS / 100);
    expect(marks).toBeGreaterThan(0.99);
  });

  it('lends that name to children for fewer than one in fifty, each of which costs a birth', () => {
    const next = (writer: Writer, letter: number) => (letter < 100 ? writer : child(writer));
    const { bad } = tried({ quality: (letter) => (letter < 100 ? GOOD : BAD), next });
    expect(bad).toBeLessThan(LETTERS / 50);
  });

  it('gets fewer good ones read, too, for those that it has among them', () => {
    const honest = tried({ quality: () => GOOD });
    const mixed = tried({ quality: (letter) => (letter % 2 === 0 ? GOOD : BAD) });
    expect(mixed.share).toBeLessThan(honest.share / 2);
  });

  it('is read once or twice for each new root that the operator makes for it', () => {
    const others = { count: 50, marks: 1000, attentionMs: 50 * MINUTE };
    const root: Writer = { lineage: 0, record: undefined };
    expect(weightOf(root, [NOTHING, others], 0)).toBe(30_000);
    const record = withAnswer(undefined, { marks: 3, attentionMs: MINUTE, at: 0 });
    const read = { count: 1, marks: 3, attentionMs: MINUTE };
    expect(weightOf({ ...root, record }, [read, others], 0)).toBeLessThan(20_000);
  });
});

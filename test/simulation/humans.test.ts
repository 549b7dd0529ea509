import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { prepareScenario } from '../../src/simulation/scenario/scenario-file.ts';
import { runScenario } from '../../src/simulation/scenario/scenario-run.ts';

const ECONOMY = `
about: four who write
population:
  useful: {strategy: seeker, count: 3, quality: [6, 8]}
  poor: {strategy: seeker, count: 1, quality: [2, 2]}
`;
const DAYS = 0.05;

const directory = mkdtempSync(join(tmpdir(), 'bp-humans-'));
afterAll(() => rmSync(directory, { recursive: true }));

const run = (text: string, ...overrides: readonly string[]) =>
  runScenario(prepareScenario('humans', text, overrides, { directory }), { seed: '1', days: DAYS, welfare: false });

describe('several humans', () => {
  const BOTH = `${ECONOMY}humans:\n  anna: {noise: 0}\n  ben: {noise: 0, tastes: {}, skips_under: 5}\n`;

  it('read by turns while both are there, each with a taste of their own', async () => {
    const { measures } = await run(BOTH);
    const of = (measure: string) => [measures[`human.${measure}.anna`]!, measures[`human.${measure}.ben`]!] as const;
    const [anna, ben] = of('answers_per_day');
    const [annaSkipped, benSkipped] = of('skipped');
    expect(annaSkipped).toBe(0);
    expect(benSkipped).toBeGreaterThan(0);
    // One more is being read when it ends.
    expect(Math.abs(anna * DAYS - (ben * DAYS + benSkipped))).toBeLessThan(2);
    expect(anna + ben).toBeCloseTo(measures['attention.answers_per_day']!);
    const [annaReads, benReads] = of('reading_share');
    expect(annaReads + benReads).toBeGreaterThan(0.5);
    expect(annaReads + benReads).toBeLessThanOrEqual(1);
    expect(measures).not.toHaveProperty('attention.of_best');
  });

  it('leave it to the one who is there', async () => {
    const { measures } = await run(
      BOTH,
      'scenario.humans.anna.hours=[[0, 0.5]]',
      'scenario.humans.ben.hours=[[0.6, 1.2]]',
    );
    expect(measures['human.answers_per_day.anna']).toBeGreaterThan(0);
    expect(measures['human.answers_per_day.ben']).toBeGreaterThan(0);
    expect(measures['human.reading_share.anna']).toBeLessThanOrEqual(1);
    expect(measures['human.idle_share']).toBeLessThan(0.5);
  });

  it('of whom there is one are as a human without a name, but for their chance', async () => {
    const [named, nameless] = [await run(`${ECONOMY}humans: {human: {}}`), await run(ECONOMY)];
    expect(named.head).toBe(nameless.head);
  });
});

describe('marks from a file', () => {
  const marks = (...lines: readonly string[]) =>
    writeFileSync(
      join(directory, 'marks.csv'),
      ['prompt,agent,group,interesting,useful,understandable,reason,seconds', ...lines].join('\n'),
    );
  const MARKED = 'scenario.human.marks.file=marks.csv';

  it('are given in their order, and nothing else is', async () => {
    marks('2,,,10,10,10,the second,20', ',,useful,9,8,7,,30', ',,useful,,,,,');
    const { measures } = await run(ECONOMY, MARKED);
    expect(measures['attention.answers_per_day']! * DAYS).toBeCloseTo(2, 1);
    expect(measures['attention.marks_per_day']! / measures['attention.answers_per_day']!).toBeCloseTo((30 + 24) / 2);
    expect(measures['attention.skipped']).toBeGreaterThan(1);
    expect(measures).not.toHaveProperty('attention.of_best');
  });

  it('may be given again and again, by agent', async () => {
    marks(',,useful,9,8,7,,5');
    const { measures } = await run(ECONOMY, MARKED, 'scenario.human.marks.again=true');
    const answers = measures['attention.answers_per_day']!;
    expect(answers * DAYS).toBeGreaterThan(2);
    expect(measures['attention.marks_per_day']).toBeCloseTo(answers * 24);
  });

  it('leave what they say nothing of, or mark it by taste, where they are told to', async () => {
    marks(',,useful,9,8,7,,5');
    const left = await run(ECONOMY, MARKED, 'scenario.human.marks.unmarked=leave');
    expect(left.measures).toMatchObject({ 'attention.skipped': 0 });
    expect(left.measures['attention.expired']).toBeGreaterThan(0);
    const tasted = await run(ECONOMY, MARKED, 'scenario.human.marks.unmarked=taste');
    expect(tasted.measures).toMatchObject({ 'attention.skipped': 0, 'attention.expired': 0 });
    expect(tasted.measures['attention.answers_per_day']! * DAYS).toBeGreaterThan(1);
  });

  it('are refused with their line before anything runs', () => {
    marks(',,useful,9,8,7,,5', ',,useful,9,8,x,,5');
    expect(() => prepareScenario('humans', ECONOMY, [MARKED], { directory })).toThrow(
      'marks marks.csv, line 3: understandable',
    );
  });
});

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { judge } from '../../src/simulation/scenario/expectations.ts';
import { prepareScenario, readScenario, scenarioNames } from '../../src/simulation/scenario/scenario-file.ts';
import { STRATEGY_NAMES } from '../../src/simulation/scenario/strategies/strategy-names.ts';
import { readSweep } from '../../src/simulation/scenario/sweep.ts';
import type { ScenarioRun } from '../../src/simulation/scenario/scenario-run.ts';

const SMALL = `
about: two of a kind
population:
  useful: {strategy: seeker, count: 2, quality: [5, 9]}
variants:
  alone: [scenario.population.useful.count=1]
`;

describe('a scenario file', () => {
  it('says who lives, with defaults for what it leaves out', () => {
    const { scenario, config } = prepareScenario('small', SMALL);
    expect(scenario.population['useful']).toMatchObject({ strategy: 'seeker', count: 2, credits: 1000 });
    expect(scenario.human).toMatchObject({ hours: [[0, 24]] });
    expect(config.market.supply.cpu_seconds).toBe(100);
    expect(config.attention.prompt_ttl_seconds).toBe(600);
  });

  it('takes the defaults of the program where it is told to', () => {
    const { config } = prepareScenario('small', SMALL, ['scenario.settings=defaults']);
    expect(config.attention.prompt_ttl_seconds).toBe(1200);
  });

  it('is overridden in its own words and in those of the configuration, the last one winning', () => {
    const overrides = ['scenario.population.useful.count=3', 'market.ttl_seconds=50', 'market.ttl_seconds=70'];
    const { scenario, config } = prepareScenario('small', SMALL, [...overrides, 'scenario.human=null']);
    expect(scenario.population['useful']?.count).toBe(3);
    expect(scenario.human).toBeNull();
    expect(config.market.ttl_seconds).toBe(70);
  });

  it('may count in cycles still, and tells of it', () => {
    const told: string[] = [];
    const text = `${SMALL}config: {market: {ttl_cycles: 3}}\n`;
    const { config } = prepareScenario('small', text, [], { onNotice: (line) => told.push(line) });
    expect(config.market.ttl_seconds).toBe(30);
    expect(told).toEqual([expect.stringContaining('market.ttl_seconds: 30')]);
  });

  it.each([
    ['scenario bad: is not valid YAML', 'about: [', []],
    ['scenario bad: must hold keys', 'seven', []],
    ['scenario bad: population.useful.strategy', SMALL.replace('seeker', 'sneaker'), []],
    ['scenario bad: : Unrecognized key: "people"', `${SMALL}people: {}`, []],
    ['scenario bad: human or humans, not both', `${SMALL}human: {}\nhumans: {anna: {}}`, []],
    ['scenario bad: human or humans, not both', `${SMALL}humans: {anna: {}}`, ['scenario.human.noise=2']],
    ['scenario bad: humans.anna.noise', `${SMALL}humans: {anna: {noise: 11}}`, []],
    ['marks: there is no file', SMALL, ['scenario.human.marks.file=/no/such.csv']],
    ['scenario bad: population.useful.quality.1', SMALL.replace('9]', '11]'), []],
    ['scenario bad: population.useful.quality: the lower', SMALL.replace('9]', '1]'), []],
    ['scenario bad: expect: there is no variant two', `${SMALL}expect: [{measure: x, variant: two, at_most: 1}]`, []],
    ['scenario bad: expect.0: needs one of', `${SMALL}expect: [{measure: x}]`, []],
    ['scenario bad: population.useful.count', SMALL, ['scenario.population.useful.count=many']],
    ['scenario bad: --set scenario.__proto__', SMALL, ['scenario.__proto__=1']],
    ['--set market.mechanism: market.mechanism is "best"', SMALL, ['market.mechanism=best']],
    ['--set market.mechanizm: unknown key', SMALL, ['market.mechanizm=density']],
    ['--set market.tl_cycles: unknown key', `${SMALL}config: {market: {tl_cycles: 4}}`, []],
  ])('is refused: %s', (message, text, overrides) => {
    expect(() => prepareScenario('bad', text, overrides)).toThrow(message);
  });

  it('is found by its name, or as a file', () => {
    expect(scenarioNames()).toContain('selection');
    expect(() => readScenario('no-such')).toThrow('there is no scenario and no file no-such');
  });

  it.each(scenarioNames())('%s is sound, with all its variants', (name) => {
    const { text } = readScenario(name);
    const { scenario } = prepareScenario(name, text);
    expect(scenario.expect.length).toBeGreaterThan(0);
    for (const settings of Object.values(scenario.variants)) prepareScenario(name, text, settings);
  });
});

describe('docs/economics.md', () => {
  const text = readFileSync(new URL('../../docs/economics.md', import.meta.url), 'utf8');
  const blocks = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, block = '']) => block);

  it('has a scenario and a sweep that are sound', () => {
    expect(blocks).toHaveLength(2);
    const { scenario } = prepareScenario('example', blocks[0] ?? '');
    for (const settings of Object.values(scenario.variants)) prepareScenario('example', blocks[0] ?? '', settings);
    const file = join(mkdtempSync(join(tmpdir(), 'bp-sweep-')), 'sweep.yaml');
    writeFileSync(file, blocks[1] ?? '');
    expect(readSweep(file).scenario.name).toBe('whale');
    rmSync(dirname(file), { recursive: true });
  });

  it('names every scenario and every strategy', () => {
    for (const name of [...scenarioNames(), ...STRATEGY_NAMES]) expect(text).toContain(`\`${name}\``);
  });
});

describe('what a scenario promises', () => {
  const runs = (...values: readonly number[]) =>
    values.map((value): ScenarioRun => ({
      ...{ seed: '1', days: 1, cycles: 1, head: '', paths: [] },
      measures: { it: value },
    }));
  const found = new Map([
    ['as-it-stands', runs(1, 3)],
    ['other', runs(2, 2)],
  ]);

  it.each([
    [true, { measure: 'it', at_most: 3 }],
    [false, { measure: 'it', at_most: 2 }],
    [true, { measure: 'it', at_most: 2, over_seeds: 'mean' }],
    [false, { measure: 'it', at_least: 2 }],
    [true, { measure: 'it', variant: 'other', at_least: 2 }],
    [true, { measure: 'it', within: 0.5, of: 'other' }],
    [false, { measure: 'it', within: 0.4, of: 'other' }],
    [true, { measure: 'it', at_least: 0.5, times: 'it', of: 'other' }],
    [false, { measure: 'it', at_least: 0.6, times: 'it', of: 'other' }],
    [false, { measure: 'no such', at_most: 1 }],
  ] as const)('%s: %o', (holds, expectation) => {
    expect(judge({ over_seeds: 'every', ...expectation }, found).holds).toBe(holds);
  });
});

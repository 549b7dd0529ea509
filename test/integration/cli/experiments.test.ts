import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cliHome, type CliHome } from '../../helpers/cli.ts';
import { bidFor, makeAgent, nextCycle, runWinners, settle } from '../../helpers/economy.ts';

const SCENARIO = `
about: three agents and a reader
days: 0.01
population:
  useful: {strategy: seeker, count: 3}
variants:
  alone: [scenario.population.useful.count=1]
expect:
  - {measure: alive.useful, at_least: 3}
  - {measure: alive.useful, variant: alone, at_most: 1}
`;
const SWEEP = `
scenario: small.yaml
keys: {attention.rest_allocations: [0, 3]}
measures: [attention.answers_per_day, slots.top_lineage]
seeds: 1
`;

let home: CliHome;
beforeAll(() => {
  home = cliHome();
  writeFileSync(join(home.directory, 'small.yaml'), SCENARIO);
  writeFileSync(join(home.directory, 'sweep.yaml'), SWEEP);
});
afterAll(() => home.remove());

const file = (name: string) => join(home.directory, name);

describe('simulate --scenario', () => {
  const small = (...args: readonly string[]) =>
    home.run('simulate', '--scenario', file('small.yaml'), '--jobs', '1', ...args);

  it('shows the measures of each variant and whether the promises hold', async () => {
    const { exitCode, stdout } = await small('--seeds', '2');
    expect(stdout).toContain('as-it-stands: 2 runs of 0.01 days');
    expect(stdout).toMatch(/^attention\.answers_per_day +[\d.,]+ +[\d.,]+/m);
    expect(stdout).toContain('holds: alive.useful is at least 3; found 3, 3');
    expect(stdout).toContain('holds: alive.useful (alone) is at most 1; found 1, 1');
    expect(exitCode).toBe(0);
  });

  it('ends with 1 where a promise is broken, and the settings are those that were given', async () => {
    const { exitCode, stdout } = await small('--seeds', '1', '--set', 'scenario.population.useful.count=2', '--json');
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, scenario: 'small', days: 0.01 });
  });

  it('writes every run, paths and plots', async () => {
    await small('--seeds', '2', '--out', file('out'));
    expect(readdirSync(file('out')).sort()).toEqual([
      ...[
        'manifest.json',
        'paths-alone.csv',
        'paths-as-it-stands.csv',
        'prices-alone.svg',
        'prices-as-it-stands.svg',
        'runs.csv',
      ],
      ...['utilisation-alone.svg', 'utilisation-as-it-stands.svg'],
    ]);
    expect(readFileSync(file('out/runs.csv'), 'utf8').trim().split('\n')).toHaveLength(5);
    expect(readFileSync(file('out/prices-alone.svg'), 'utf8')).toMatch(/^<svg[\s\S]*<path[\s\S]*<\/svg>\s*$/);
  });

  it('is made again from its manifest alone, to the same heads', async () => {
    writeFileSync(file('marks.csv'), 'group,interesting,useful,understandable\nuseful,5,5,5\n');
    const args = ['--days', '0.003', '--seeds', '2', '--write-manifest', file('m.json')];
    await small(...args, '--set', 'scenario.human.marks.file=marks.csv', '--set', 'market.age_bonus=0.1');
    const manifest = JSON.parse(readFileSync(file('m.json'), 'utf8')) as Record<string, unknown>;
    expect(manifest).toMatchObject({
      ...{ manifest: 1, of: 'scenario', name: 'small', seed: '1', seeds: 2, days: 0.003 },
      files: { 'marks.csv': expect.stringContaining('useful,5,5,5') as string },
      configuration: { 'market.age_bonus': 0.1, 'attention.prompt_ttl_seconds': 600 },
    });
    expect(manifest['runs']).toHaveLength(4);
    rmSync(file('marks.csv'));
    const again = await home.run('simulate', '--manifest', file('m.json'), '--jobs', '1');
    expect(again.stdout).toMatch(/^(same: .*\n){4}$/);
    expect(again).toMatchObject({ exitCode: 0, stderr: '' });
  });

  it('says where it comes to another head, and what was otherwise', async () => {
    const made = JSON.parse(readFileSync(file('m.json'), 'utf8')) as { versions: object; configuration: object };
    const configuration = { ...made.configuration, 'market.cycle_seconds': 11 };
    writeFileSync(
      file('o.json'),
      JSON.stringify({ ...made, configuration, versions: { ...made.versions, node: '1' } }),
    );
    const other = await home.run('simulate', '--manifest', file('o.json'), '--jobs', '1', '--json');
    expect(other.exitCode).toBe(1);
    expect(other.stderr).toContain('the manifest was made otherwise: node 1, here');
    expect(JSON.parse(other.stdout)).toMatchObject({ ok: false });
  });

  it('with faults is made again as well', async () => {
    const made = await home.run('simulate', '--seed', 'm', '--cycles', '20', '--write-manifest', file('f.json'));
    const again = await home.run('simulate', '--manifest', file('f.json'));
    expect(again).toMatchObject({ exitCode: 0 });
    expect(made.stdout).toContain(/head [0-9a-f]{64}/.exec(again.stdout)?.[0]);
  });

  it('with a cassette needs the same one, by its hash', async () => {
    const usage = { prompt_tokens: 7, completion_tokens: 3 };
    const answer = { key: 'a', kind: 'openai', path: '/chat/completions', status: 200, headers: {}, end: 'whole' };
    writeFileSync(file('tape.jsonl'), `${JSON.stringify({ ...answer, body: JSON.stringify({ usage }) })}\n`);
    const tape = ['--cassette', file('tape.jsonl')];
    const made = await home.run(
      'simulate',
      '--seed',
      'm',
      '--cycles',
      '20',
      ...tape,
      '--write-manifest',
      file('c.json'),
    );
    expect(made).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('answers of the cassette') as string });
    expect(await home.run('simulate', '--manifest', file('c.json'), ...tape)).toMatchObject({ exitCode: 0 });
    for (const [name, wrong] of [
      ['c.json', []],
      ['f.json', tape],
    ] as const) {
      const refused = await home.run('simulate', '--manifest', file(name), ...wrong);
      expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--cassette: it ') as string });
    }
  });

  it.each([
    ['manifest no.json: there is no such file', () => 'no.json', undefined],
    ['manifest bad.json: is not JSON', () => file('bad.json'), '{'],
    ['manifest bad.json: of: Invalid', () => file('bad.json'), '{"manifest": 1}'],
    [
      'manifest bad.json: manifest: Invalid input: expected 1',
      () => file('bad.json'),
      '{"of": "economy", "manifest": 2}',
    ],
    [`--seed doesn't go with --manifest`, () => 'no.json', undefined],
  ])('refuses with 2: %s', async (message, path, text) => {
    if (text !== undefined) writeFileSync(file('bad.json'), text);
    const { exitCode, stderr } = await home.run(
      ...['simulate', '--manifest', path(), ...(message.startsWith('--seed') ? ['--seed', '1'] : [])],
    );
    expect(stderr.replace(`${home.directory}/`, '')).toContain(message);
    expect(exitCode).toBe(2);
  });

  it.each([
    ['there is no scenario and no file nowhere', ['--scenario', 'nowhere']],
    ["--cycles doesn't go with --scenario", ['--scenario', 'attention', '--cycles', '5']],
    ["--cassette doesn't go with --scenario", ['--scenario', 'attention', '--cassette', 'x']],
    ['--days goes only with --scenario', ['--days', '5']],
    ['--set goes only with --scenario', ['--set', 'market.ttl_seconds=50']],
    ['days must be a number over 0', ['--scenario', 'attention', '--days', '0']],
    ['seeds must be a whole number from 1', ['--scenario', 'attention', '--seeds', '0']],
    ['scenario attention: human.noise', ['--scenario', 'attention', '--set', 'scenario.human.noise=11']],
  ])('refuses with 2: %s', async (message, args) => {
    const { exitCode, stderr } = await home.run('simulate', ...args);
    expect(stderr).toContain(message);
    expect(exitCode).toBe(2);
  });
});

describe('sweep', () => {
  it('compares every value, in a table, as CSV and as plots', async () => {
    const { exitCode, stdout, stderr } = await home.run(
      ...['sweep', file('sweep.yaml'), '--jobs', '1', '--out', file('sweep')],
    );
    expect(exitCode).toBe(0);
    expect(stderr).toContain('2 of 2 runs done');
    expect(stdout).toMatch(/^attention\.rest_allocations +attention\.answers_per_day +slots\.top_lineage\n0 .*\n3 /);
    expect(readdirSync(file('sweep')).sort()).toEqual([
      ...['attention.answers_per_day.svg', 'slots.top_lineage.svg', 'sweep.csv'],
    ]);
  });

  it('over two keys has a cell for each pair', async () => {
    writeFileSync(file('two.yaml'), SWEEP.replace('3]}', '3], market.age_bonus: [0, 0.05]}'));
    const { points } = await home.json<{ points: readonly unknown[] }>(
      ...['sweep', file('two.yaml'), '--jobs', '1', '--days', '0.003'],
    );
    expect(points).toHaveLength(4);
    expect(points[1]).toMatchObject({ values: { 'attention.rest_allocations': 0, 'market.age_bonus': 0.05 } });
  });

  it('takes a scenario from beside it or by an absolute path', async () => {
    mkdirSync(file('below'));
    for (const scenario of ['../small.yaml', file('small.yaml')]) {
      writeFileSync(file('below/sweep.yaml'), SWEEP.replace('small.yaml', scenario));
      const { points } = await home.json<{ points: readonly unknown[] }>(
        ...['sweep', file('below/sweep.yaml'), '--jobs', '1', '--days', '0.001'],
      );
      expect(points).toHaveLength(2);
    }
  });

  it.each([
    ['sweep.bad.yaml: keys: one key or two', SWEEP.replace('{attention.rest_allocations: [0, 3]}', '{}')],
    ['attention.rest_allocation', SWEEP.replace('rest_allocations', 'rest_allocation')],
    ['there is no scenario', SWEEP.replace('small.yaml', 'large.yaml')],
    ['ENOENT', undefined],
  ])('refuses with 2: %s', async (message, text) => {
    mkdirSync(file('bad'), { recursive: true });
    if (text !== undefined) writeFileSync(file('sweep.bad.yaml'), text);
    const { exitCode, stderr } = await home.run('sweep', text === undefined ? 'no.yaml' : file('sweep.bad.yaml'));
    expect(stderr).toContain(message);
    expect(exitCode).toBe(2);
  });
});

describe('explain and replay', () => {
  let place: CliHome;
  beforeAll(() => {
    place = cliHome();
    const economy = place.open();
    const large = { cpuMs: 10_000, memoryMb: 64, tokens: 0, attention: 0 } as const;
    makeAgent(economy, 'rich', { bundle: large });
    makeAgent(economy, 'poor', { bundle: large });
    bidFor(economy, 'rich', { bundle: large, over: 50 });
    // Of the bids of one agent the better one wins; the other one waits while it runs.
    const winners = runWinners(economy);
    nextCycle(economy);
    for (const { execution } of winners.values()) settle(economy, execution.id);
    nextCycle(economy);
    economy.close();
  });
  afterAll(() => place.remove());

  it('tell why a bid lost and with how much it would have won', async () => {
    const { cycles } = await place.json<{ cycles: readonly unknown[] }>('explain', 'bid_2');
    expect(cycles[0]).toMatchObject({
      ...{ cycle: 1, fate: 'outranked by bid_3: no cpu_seconds left', rank: 3, competing: 3 },
      ...{ short_of: 'cpu_seconds', set_by: 'bid_3', before: [{ bid: 'bid_3', agent_id: 'rich' }] },
    });
    const { stdout } = await place.run('explain', '2');
    expect(stdout).toContain('cycle 1: outranked by bid_3: no cpu_seconds left; 3rd of 3');
    expect(stdout).toMatch(/the least that won or would have: [\d.]+, to stand above bid_3/);
  });

  it('tell what a bid won against, and what it did while it could not compete', async () => {
    const { cycles } = await place.json<{ cycles: readonly unknown[] }>('explain', 'bid_1');
    expect(cycles.slice(0, 2)).toMatchObject([
      { fate: 'passed by: bid_3 won for the agent', rank: 2 },
      { fate: 'agent already running', rank: null, least_amount: null },
    ]);
  });

  it('clear the record again', async () => {
    const same = await place.json<{ replayed: unknown; recorded: unknown }>('replay');
    expect(same.replayed).toEqual(same.recorded);
    const wider = ['replay', '--set', 'market.supply.cpu_seconds=32', '--from', '1', '--to', '1'];
    expect(await place.json(...wider)).toMatchObject({ recorded: { won: 1 }, replayed: { won: 2 } });
    const { stdout } = await place.run(...wider);
    expect(stdout).toContain('cycles 1 to 1, cleared again');
  });

  it('take the manifest of an export, whose head must be in the chain', async () => {
    await place.run('export', '--dir', 'csv');
    const path = join(place.directory, 'csv', 'manifest.json');
    const manifest = JSON.parse(readFileSync(path, 'utf8')) as { head: string };
    const { head, transfers } = await place.json<{ head: string; transfers: number }>('audit');
    expect(manifest).toMatchObject({ of: 'economy', cycle: 3, head, transfers });
    const known = await place.run('replay', '--manifest', path);
    expect(known).toMatchObject({ exitCode: 0, stderr: '' });
    expect(known.stdout).toContain(`head ${head} of the manifest is in the chain`);
    writeFileSync(path, JSON.stringify({ ...manifest, head: head.replace(/^./, head.startsWith('0') ? '1' : '0') }));
    const other = await place.run('replay', '--manifest', path);
    expect(other.exitCode).toBe(1);
    const swapped = await place.run('simulate', '--manifest', path);
    expect(swapped).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('replay takes it') as string });
  });

  it('refuse what is not there', async () => {
    expect(await place.run('explain', 'bid_99')).toMatchObject({ exitCode: 2 });
    expect(await place.run('replay', '--from', '900')).toMatchObject({ exitCode: 2 });
  });
});

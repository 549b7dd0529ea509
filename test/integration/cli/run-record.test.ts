import { existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runRecordPath } from '../../../src/config/home-places.ts';
import { cliHome, type CliHome } from '../../helpers/cli.ts';
import { instantEngine } from '../../helpers/instant-engine.ts';

/** Supply follows the length of a cycle: with the default of 10 s it is 200 times as much. */
const QUICK = ['--set', 'market.cycle_seconds=0.05'];
const SUPPLY = 0.08;

let home: CliHome;
beforeEach(() => {
  home = cliHome({ engine: instantEngine(() => undefined) });
});
afterEach(() => home.remove());

const writeFile = (text: string) => writeFileSync(join(home.directory, 'bp-agents.yaml'), text);

async function runOnce(...args: readonly string[]): Promise<void> {
  const end = await home.run('run', '--headless', '--cycles', '1', ...args);
  expect(end).toMatchObject({ exitCode: 0, stderr: '' });
}

/** What `status` says is sold, and what it says beside. */
async function shown(...args: readonly string[]): Promise<{ supply: number; stderr: string }> {
  const { exitCode, stdout, stderr } = await home.run('status', '--json', ...args);
  expect(exitCode, stderr).toBe(0);
  const { markets } = JSON.parse(stdout) as { markets: { cpu_seconds: { supply: number } } };
  return { supply: markets.cpu_seconds.supply, stderr };
}

/** A `run` does it before its first cycle. */
async function recorded(): Promise<void> {
  while (!existsSync(runRecordPath(home.directory))) await new Promise((done) => setTimeout(done, 20));
}

function changeRecord(change: (record: Record<string, unknown>) => void): void {
  const path = runRecordPath(home.directory);
  const record = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  change(record);
  writeFileSync(path, JSON.stringify(record));
}

describe('a command that shows an economy', () => {
  it('goes by what the last run had, without being told again', async () => {
    await runOnce('--bootstrap', ...QUICK);
    expect(await shown()).toEqual({ supply: SUPPLY, stderr: '' });
    const measures = async (...args: readonly string[]) => JSON.stringify(await home.json('measures', ...args));
    const found = await measures();
    expect(found).toBe(await measures(...QUICK));
    expect(found).not.toBe(await measures('--set', 'market.cycle_seconds=10'));
  });

  it('goes by what the run has that goes on', async () => {
    const run = home.start('run', '--headless', ...QUICK);
    await recorded();
    expect(await shown()).toEqual({ supply: SUPPLY, stderr: '' });
    run.interrupt();
    await run.ended;
  });

  it('is overridden by its own flags and variables, for itself alone', async () => {
    await runOnce(...QUICK);
    expect(await shown('--set', 'market.cycle_seconds=0.1')).toEqual({ supply: 2 * SUPPLY, stderr: '' });
    expect(await shown()).toEqual({ supply: SUPPLY, stderr: '' });
    const wrong = await home.run('status', '--set', 'market.cycle_secs=1');
    expect(wrong).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('did you mean') as string });
  });

  it('says which keys of the file have changed since, and goes by the run', async () => {
    writeFile('market:\n  cycle_seconds: 0.05\n');
    await runOnce();
    writeFile('# other\nmarket:\n  cycle_seconds: 0.05\n');
    expect(await shown()).toEqual({ supply: SUPPLY, stderr: '' });
    writeFile('market:\n  cycle_seconds: 20\n  a: 1\n  b: 1\n  c: 1\n  d: 1\n  e: 1\n');
    const line =
      'bp-agents: bp-agents.yaml has changed since the run began that this goes by: ' +
      'market.cycle_seconds, market.a, market.b, market.c, market.d and 1 more\n';
    expect(await shown()).toEqual({ supply: SUPPLY, stderr: line });
    rmSync(join(home.directory, 'bp-agents.yaml'));
    expect((await shown()).stderr).toContain('goes by: market.cycle_seconds\n');
  });

  it('goes by the file where no run was, and where a backup was put in its place', async () => {
    writeFile('market:\n  cycle_seconds: 0.1\n');
    await home.run('init');
    expect(await shown()).toEqual({ supply: 2 * SUPPLY, stderr: '' });
    await runOnce(...QUICK);
    expect(await shown()).toEqual({ supply: SUPPLY, stderr: '' });
    expect(await home.run('backup', 'copy.db')).toMatchObject({ exitCode: 0 });
    expect(await home.run('restore', 'copy.db')).toMatchObject({ exitCode: 0 });
    expect(await shown()).toEqual({ supply: 2 * SUPPLY, stderr: '' });
  });

  it('understands what another build recorded', async () => {
    await runOnce(...QUICK);
    changeRecord((record) => Object.assign(record, { program: '0.0.1', config: {} }));
    expect(await shown()).toEqual({ supply: SUPPLY, stderr: '' });
    expect((await shown('--set', 'market.cycle_seconds=0.1')).supply).toBe(2 * SUPPLY);
  });

  it('says so and goes by the file where it does not understand that', async () => {
    await runOnce(...QUICK);
    changeRecord((record) => Object.assign(record, { program: '9', values: { market: { cycle_of: 1 } } }));
    const { supply, stderr } = await shown();
    expect(supply).toBe(200 * SUPPLY);
    expect(stderr).toMatch(/^bp-agents: what the last run recorded can't be used \(.*cycle_of.*\): going by .*yaml\n$/);
  });

  it('says so and goes by the file where the record is not whole, or none of its own', async () => {
    await runOnce(...QUICK);
    const path = runRecordPath(home.directory);
    const whole = readFileSync(path, 'utf8');
    for (const text of ['', '{}', '[]', 'null', whole.slice(0, -9)]) {
      writeFileSync(path, text);
      const { supply, stderr } = await shown();
      expect([text, supply]).toEqual([text, 200 * SUPPLY]);
      expect(stderr).toMatch(/^bp-agents: what the last run recorded can't be used \(.*\): going by .*\n$/);
    }
    rmSync(path);
    symlinkSync('/dev/zero', path);
    expect((await shown()).stderr).toContain("can't be used");
  });
});

describe('what is no longer the right way to say it', () => {
  const NOTICE = /^bp-agents: what counted cycles is told in seconds now; .*\n$/;

  it.each([['init'], ['config'], ['doctor'], ['run', '--headless', '--cycles', '1']])(
    'is told once by %s',
    async (...command) => {
      writeFile('market:\n  ttl_cycles: 3\n');
      await home.run('init', '--set', 'market.cycle_seconds=5');
      expect((await home.run(...command, ...QUICK)).stderr).toMatch(NOTICE);
      rmSync(join(home.directory, 'bp-agents.yaml'));
      expect((await home.run(...command, ...QUICK, '--set', 'market.ttl_cycles=3')).stderr).toMatch(NOTICE);
    },
  );

  it('is told by the run, and no more by what goes by it', async () => {
    writeFile('market:\n  ttl_cycles: 3\n');
    expect((await home.run('run', '--headless', '--cycles', '1', ...QUICK)).stderr).toMatch(NOTICE);
    expect(await shown()).toEqual({ supply: SUPPLY, stderr: '' });
    const { values } = JSON.parse(readFileSync(runRecordPath(home.directory), 'utf8')) as { values: object };
    expect(values).toMatchObject({ market: { ttl_seconds: 0.15 } });
  });

  it('is told of what a command says itself, once, whoever recorded what it goes by', async () => {
    await runOnce(...QUICK);
    changeRecord((record) => Object.assign(record, { program: '0.0.1' }));
    const { supply, stderr } = await shown('--set', 'market.ttl_cycles=3');
    expect(supply).toBe(SUPPLY);
    expect(stderr).toMatch(NOTICE);
  });
});

describe('variables', () => {
  it('that the run had itself do not override what it was told by a flag', async () => {
    const variable = cliHome({
      engine: instantEngine(() => undefined),
      environment: { BP_MARKET__CYCLE_SECONDS: '0.2', BP_HOME: home.directory },
    });
    await variable.run('run', '--headless', '--cycles', '1', ...QUICK);
    const { stdout } = await variable.run('status', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ markets: { cpu_seconds: { supply: SUPPLY } } });
    expect((await shown()).supply).toBe(SUPPLY);
    const { values, variables } = JSON.parse(readFileSync(runRecordPath(home.directory), 'utf8')) as {
      values: object;
      variables: object;
    };
    expect(values).toMatchObject({ market: { cycle_seconds: 0.05 } });
    expect(variables).toEqual({ BP_MARKET__CYCLE_SECONDS: '0.2' });
    variable.remove();
  });
});

describe('a command that changes an economy', () => {
  const credits = ['--set', 'economy.initial_credit_budget=77'];
  const granted = async (id: string) => (await home.json('bootstrap', '--id', id))['granted'];

  it('goes by the run while it goes on, and by the file when it has ended', async () => {
    writeFile('economy:\n  initial_credit_budget: 55\n');
    expect(await granted('before')).toBe(55);
    const run = home.start('run', '--headless', ...QUICK, ...credits);
    await recorded();
    expect(await granted('meanwhile')).toBe(77);
    run.interrupt();
    await run.ended;
    expect(await granted('after')).toBe(55);
  });
});

describe('config', () => {
  it('shows what the next run will read, and what the last one had otherwise', async () => {
    await home.run('init');
    expect(await home.json('config')).toMatchObject({ differs_in_run: null });
    await runOnce(...QUICK, '--set', 'economy.message_fee=3');
    const { stdout, stderr } = await home.run('config', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      config: { market: { cycle_seconds: 10 } },
      differs_in_run: { 'market.cycle_seconds': 0.05, 'economy.message_fee': 3 },
    });
    expect(stderr).toBe(
      'bp-agents: the run that goes on, or the last, has other values: market.cycle_seconds 0.05, economy.message_fee 3\n',
    );
    expect((await home.run('config', ...QUICK, '--set', 'economy.message_fee=3')).stderr).toBe('');
  });
});

import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import SqliteDatabase from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cliHome, type CliHome } from '../../helpers/cli.ts';
import { exitOf, until } from '../../helpers/program.ts';
import { busyFile, runWords, spawnRun, type SpawnedRun } from '../../helpers/spawned-run.ts';

// Whatever hangs, a run ends within its limit, and with its exit code.

const FAST = ['market.cycle_seconds=0.02', 'market.supply.cpu_seconds=16'];
/** All that an end may take, but for what runs: a second. */
const SHORT = ['sandbox.backstop_ms=0', 'sandbox.stop_grace_ms=0', 'ending.locked_ms=0', 'ending.spare_ms=1000'];
const WALL = ['sandbox.wall_base_seconds=0.5', 'sandbox.wall_per_cpu_second=0'];

let home: CliHome;
let run: SpawnedRun | undefined;
beforeEach(async () => {
  home = cliHome();
  expect((await home.run('bootstrap')).stderr).toBe('');
});
afterEach(async () => {
  await run?.kill();
  home.remove();
});

const status = () => home.json<{ cycle: number; executions: { running: number } }>('status');
const cycle = async () => (await status()).cycle;

describe('an end that hangs', () => {
  const start = (settings: readonly string[], ...args: readonly string[]) =>
    (run = spawnRun(home.directory, [...FAST, ...settings], args, { HANGS: 'yes' }));

  it('is cut off when all that it may take has passed: 1, and the next run goes on', async () => {
    const market = start([...SHORT, ...WALL], '--cycles', '2');
    expect(await market.ended).toBe(1);
    expect(market.output).toMatch(/\(end_overdue\)/);
    run = spawnRun(home.directory, FAST, ['--cycles', '2']);
    expect(await run.ended).toBe(0);
    expect(await home.json('audit')).toMatchObject({ ok: true });
  });

  it('of an execution that never ends is cut off, and the next run settles it', async () => {
    writeFileSync(busyFile(home.directory), '');
    const market = start([...SHORT, ...WALL]);
    await until(status, ({ executions }) => executions.running > 0);
    market.child.kill('SIGTERM');
    expect(await market.ended).toBe(1);
    rmSync(busyFile(home.directory));
    run = spawnRun(home.directory, FAST, ['--cycles', '2']);
    expect(await run.ended).toBe(0);
    expect(await status()).toMatchObject({ executions: { running: 0 } });
  });

  it('after a broken invariant is cut off sooner, and tells what was broken', async () => {
    const market = start(['ending.failed_ms=1000']);
    await until(cycle, (cleared) => cleared > 1);
    const other = new SqliteDatabase(join(home.directory, '.bp-agents', 'economy.db'), { timeout: 10_000 });
    for (const name of other.prepare(`SELECT name FROM sqlite_schema WHERE type = 'trigger'`).pluck().all())
      other.exec(`DROP TRIGGER ${String(name)}`);
    other.exec(`UPDATE accounts SET posted = posted + 1 WHERE id = 'system:burn'`);
    other.exec(`UPDATE ledger_totals SET posted = posted + 1`);
    other.close();
    expect(await market.ended).toBe(1);
    expect(market.output).toMatch(/\(conservation_broken\)\n.*\(end_overdue\)/);
  });

  it('is ended at once by a second interrupt: 130', async () => {
    const market = start([]);
    await until(cycle, (cleared) => cleared > 1);
    market.child.kill('SIGTERM');
    await market.says(/ended after cycle/);
    // Sooner it would be taken for the first one, passed on twice.
    await sleep(500);
    market.child.kill('SIGTERM');
    expect(await market.ended).toBe(130);
  });
});

describe('a pipe whose reader reads nothing', () => {
  let reader: number | undefined;
  let market: ChildProcess | undefined;
  afterEach(() => {
    if (reader !== undefined) process.kill(reader);
    market?.kill('SIGKILL');
  });

  it('holds up neither the market nor its end', async () => {
    const [pipe, pid] = ['pipe', 'reader.pid'].map((name) => join(home.directory, name));
    const line = `mkfifo '${pipe}'; sleep 1000 <'${pipe}' & echo $! >'${pid}'; exec "$@" >'${pipe}'`;
    market = spawn('sh', ['-c', line, 'sh', process.execPath, ...runWords(home.directory, FAST)], { stdio: 'ignore' });
    // More than the kernel keeps for a pipe.
    await until(cycle, (cleared) => cleared > 900, 120_000);
    reader = Number(readFileSync(pid ?? '', 'utf8'));
    market.kill('SIGTERM');
    expect(await exitOf(market)).toBe(0);
    expect(await home.json('audit')).toMatchObject({ ok: true });
  });
});

describe('a pipe in the place of the log', () => {
  it('holds up nothing', async () => {
    const logs = join(home.directory, '.bp-agents', 'logs');
    execFileSync('mkdir', ['-p', logs]);
    execFileSync('mkfifo', [join(logs, 'bp-agents.log')]);
    run = spawnRun(home.directory, FAST, ['--cycles', '2']);
    expect(await run.ended).toBe(0);
  });
});

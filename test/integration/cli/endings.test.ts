import { execFileSync, spawn } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import SqliteDatabase from 'better-sqlite3';
import { describe, expect, it, type TestContext } from 'vitest';
import { cliHome } from '../../helpers/cli.ts';
import { exitOf, until } from '../../helpers/program.ts';
import { busyFile, runWords, spawnRun, type SpawnedRun } from '../../helpers/spawned-run.ts';

// Whatever hangs, a run ends within its limit, and with its exit code.

const FAST = ['market.cycle_seconds=0.02', 'market.supply.cpu_seconds=16'];
/** All that an end may take, but for what runs: a second. */
const SHORT = [
  ...['sandbox.backstop_ms=0', 'sandbox.stop_grace_ms=0', 'intelligence.answer_wait_ms=0'],
  ...['ending.locked_ms=0', 'ending.spare_ms=1000'],
];
const WALL = ['sandbox.wall_base_seconds=0.5', 'sandbox.wall_per_cpu_second=0'];

/** A home of its own, so that the tests can wait at the same time; nothing of it is left when the test has ended. */
async function economy(onTestFinished: TestContext['onTestFinished']) {
  const home = cliHome();
  let run: SpawnedRun | undefined;
  onTestFinished(async () => {
    await run?.kill();
    home.remove();
  });
  expect((await home.run('bootstrap')).stderr).toBe('');

  const { directory } = home;
  const status = () => home.json<{ cycle: number; executions: { running: number } }>('status');
  const begin = (settings: readonly string[], args: readonly string[], environment = {}) =>
    (run = spawnRun(directory, [...FAST, ...settings], args, environment));
  return {
    ...{ home, directory, status },
    cycle: async () => (await status()).cycle,
    start: (...args: readonly string[]) => begin([], args),
    startHanging: (settings: readonly string[], ...args: readonly string[]) => begin(settings, args, { HANGS: 'yes' }),
  };
}

describe.concurrent('an end that hangs', () => {
  it('is cut off when all that it may take has passed: 1, and the next run goes on', async ({ onTestFinished }) => {
    const { home, startHanging, start } = await economy(onTestFinished);
    const market = startHanging([...SHORT, ...WALL], '--cycles', '2');
    expect(await market.ended).toBe(1);
    expect(market.output).toMatch(/\(end_overdue\)/);
    expect(await start('--cycles', '2').ended).toBe(0);
    expect(await home.json('audit')).toMatchObject({ ok: true });
  });

  it('of an execution that never ends is cut off, and the next run settles it', async ({ onTestFinished }) => {
    const { directory, startHanging, start, status } = await economy(onTestFinished);
    writeFileSync(busyFile(directory), '');
    const market = startHanging([...SHORT, ...WALL]);
    await until(status, ({ executions }) => executions.running > 0);
    market.child.kill('SIGTERM');
    expect(await market.ended).toBe(1);
    rmSync(busyFile(directory));
    expect(await start('--cycles', '2').ended).toBe(0);
    expect(await status()).toMatchObject({ executions: { running: 0 } });
  });

  it('after a broken invariant is cut off sooner, and tells what was broken', async ({ onTestFinished }) => {
    const { directory, startHanging, cycle } = await economy(onTestFinished);
    const market = startHanging(['ending.failed_ms=1000']);
    await until(cycle, (cleared) => cleared > 1);
    const other = new SqliteDatabase(join(directory, '.bp-agents', 'economy.db'), { timeout: 10_000 });
    for (const name of other.prepare(`SELECT name FROM sqlite_schema WHERE type = 'trigger'`).pluck().all())
      other.exec(`DROP TRIGGER ${String(name)}`);
    other.exec(`UPDATE accounts SET posted = posted + 1 WHERE id = 'system:burn'`);
    other.exec(`UPDATE ledger_totals SET posted = posted + 1`);
    other.close();
    expect(await market.ended).toBe(1);
    expect(market.output).toMatch(/\(conservation_broken\)\n.*\(end_overdue\)/);
  });

  it('is ended at once by a second interrupt: 130', async ({ onTestFinished }) => {
    const { startHanging, cycle } = await economy(onTestFinished);
    const market = startHanging([]);
    await until(cycle, (cleared) => cleared > 1);
    market.child.kill('SIGTERM');
    await market.says(/ended after cycle/);
    // Sooner it would be taken for the first one, passed on twice.
    await sleep(500);
    market.child.kill('SIGTERM');
    expect(await market.ended).toBe(130);
  });
});

/** Opens the pipe that it is told, makes it as small as the kernel lets it, and never reads. */
const READER = `
import fcntl, sys, time
pipe = open(sys.argv[1])
fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, 4096)
time.sleep(1000)
`;

describe.concurrent('a pipe whose reader reads nothing', () => {
  it('holds up neither the market nor its end', async ({ onTestFinished }) => {
    const { home, directory, cycle } = await economy(onTestFinished);
    const pipe = join(directory, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const reader = spawn('python3', ['-c', READER, pipe], { stdio: 'ignore' });
    const words = runWords(directory, FAST);
    const market = spawn('sh', ['-c', `exec "$@" >'${pipe}'`, 'sh', process.execPath, ...words], { stdio: 'ignore' });
    onTestFinished(() => {
      reader.kill('SIGKILL');
      market.kill('SIGKILL');
    });
    // Twice as much as the pipe holds: each cycle prints some 80 bytes.
    await until(cycle, (cleared) => cleared > 100);
    market.kill('SIGTERM');
    expect(await exitOf(market)).toBe(0);
    expect(await home.json('audit')).toMatchObject({ ok: true });
  });
});

describe.concurrent('a pipe in the place of the log', () => {
  it('holds up nothing', async ({ onTestFinished }) => {
    const { directory, start } = await economy(onTestFinished);
    const logs = join(directory, '.bp-agents', 'logs');
    execFileSync('mkdir', ['-p', logs]);
    execFileSync('mkfifo', [join(logs, 'bp-agents.log')]);
    expect(await start('--cycles', '2').ended).toBe(0);
  });
});

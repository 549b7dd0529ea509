/**
 * A run is killed while 20 containers run, in a home with 1,000,000 transfers; the next one is started, and timed until
 * it has taken all of them over and cleared its first cycle. Alone it takes a number of transfers.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { homeFromDatabase } from '../helpers/filled-home.ts';
import { exitOf } from '../helpers/program.ts';

const transfers = Number(process.argv[2] ?? 1_000_000);
const CONTAINERS = 20;
const SECONDS_MAX = 5;
const BUNDLE = 'cpu_seconds=1,memory_mb=32,tokens=0,attention=0';

const place = homeFromDatabase(transfers, [
  ...['market.cycle_seconds=1', 'market.supply.cpu_seconds=100', 'market.supply.memory_mb=4000'],
  ...['sandbox.wall_base_seconds=300', 'sandbox.workspace_mb=32'],
]);
try {
  const folder = place.agentFolder('sleeper', { 'main.py': 'import time\ntime.sleep(240)\n' });
  for (let number = 0; number < CONTAINERS; number++)
    await place.run('bootstrap', '--id', `sleeper-${number}`, '--from', folder, '--bundle', BUNDLE);
  const first = place.start('run', '--headless');
  while (running() < CONTAINERS) await pause(200);
  await pause(1000);
  first.kill('SIGKILL');
  await exitOf(first);
  const before = cycle();

  const began = performance.now();
  const second = place.start('run', '--headless');
  while (cycle() === before || adopted() < CONTAINERS) await pause(20);
  const seconds = (performance.now() - began) / 1000;
  console.log(
    `${transfers} transfers, ${CONTAINERS} running containers: ready after ${seconds.toFixed(2)} s (at most ${SECONDS_MAX} s)`,
  );
  second.kill('SIGTERM');
  for (let number = 0; number < CONTAINERS; number++) await place.run('stop', `sleeper-${number}`);
  await exitOf(second);
  const { ok } = await place.json<{ ok: boolean }>('audit');
  if (!ok) throw new Error('the ledger is not in order');
} finally {
  place.close();
}

function asked(sql: string): number {
  const database = new SqliteDatabase(join(place.directory, '.bp-agents', 'economy.db'), {
    readonly: true,
    timeout: 5000,
  });
  try {
    return Number(database.prepare(sql).pluck().get());
  } finally {
    database.close();
  }
}

function running(): number {
  return asked(`SELECT COUNT(*) FROM executions WHERE state = 'running'`);
}

function cycle(): number {
  return asked('SELECT cycle FROM economy_state');
}

/** As the log tells it. */
function adopted(): number {
  const log = readFileSync(join(place.directory, '.bp-agents', 'logs', 'bp-agents.log'), 'utf8');
  return log.split('took over an execution of an earlier run').length - 1;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

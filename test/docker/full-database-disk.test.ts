import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { afterEach, expect, it } from 'vitest';
import { needsRoot } from '../helpers/needs.ts';
import { containersOf, programHome, until, type ProgramHome } from '../helpers/program.ts';
import { holdDatabase } from '../helpers/spawned-run.ts';

// A home whose disk is really full. Only root may mount one.

const SETTINGS = ['market.cycle_seconds=1', 'sandbox.workspace_quota=watch', 'lifecycle.restart_backoff_seconds=[1]'];
const BUNDLE = 'cpu_seconds=1,memory_mb=64,tokens=0,attention=0';

let place: ProgramHome | undefined;
afterEach(() => {
  if (!place) return;
  execFileSync('umount', ['--lazy', place.directory]);
  place.close();
});

it('a disk that is full while a container waits for its "go" ends the run, and leaves no container', async (context) => {
  needsRoot(context, 'mount a disk of its own');
  const home = programHome(SETTINGS);
  place = home;
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=48m', 'bp-agents-test', home.directory]);
  // Each failure is followed by a restart: one of them is caught between its preparation and its "go".
  const folder = home.agentFolder('failing', { 'main.py': 'raise SystemExit(1)' });
  await home.within('bootstrap', '--id', 'failing', '--from', folder, '--bundle', BUNDLE);
  const run = home.run('run', '--headless');
  const holder = await holdWhilePreparing(home.directory);
  await until(
    () => Promise.resolve(containersOf(home.directory, 'status=running')),
    (names) => names.length > 0,
  );
  fill(join(home.directory, 'filler'));
  holder.letGo();

  const { status, stderr } = await run;
  expect(stderr).toMatch(/the disk is full: .*\(disk_full\)/);
  expect(status).toBe(1);
  expect(containersOf(home.directory)).toEqual([]);

  rmSync(join(home.directory, 'filler'));
  expect(await home.within('run', '--headless', '--cycles', '1')).toMatchObject({ status: 0 });
  expect(await home.json('executions')).toContainEqual(expect.objectContaining({ outcome: 'system_fault' }));
  expect(await home.json('audit')).toMatchObject({ ok: true });
});

/** The database, held from a moment at which an execution is being prepared. */
async function holdWhilePreparing(home: string): Promise<ReturnType<typeof holdDatabase>> {
  const database = new SqliteDatabase(join(home, '.bp-agents', 'economy.db'), { timeout: 10_000 });
  const isPreparing = () => database.prepare(`SELECT 1 FROM executions WHERE state = 'starting'`).get() !== undefined;
  try {
    for (;;) {
      await until(() => Promise.resolve(isPreparing()), Boolean, 180_000, 20);
      // Else the next write could take room that an earlier one left in the log beside the database, however full the disk is.
      const isLogEmpty = database.pragma('wal_checkpoint(TRUNCATE)', { simple: true }) === 0;
      const holder = holdDatabase(home);
      if (isLogEmpty && isPreparing()) return holder;
      holder.letGo();
    }
  } finally {
    database.close();
  }
}

function fill(path: string): void {
  try {
    execFileSync('dd', ['if=/dev/zero', `of=${path}`, 'bs=4096'], { stdio: 'ignore' });
  } catch {
    // No space left on the device.
  }
}

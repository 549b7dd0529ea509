import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { takeRunLock } from '../../../src/store/run-lock.ts';
import { makeAgent, nextCycle, runWinners, settle } from '../../helpers/economy.ts';
import { cliHome, type CliHome } from '../../helpers/cli.ts';
import { seededRandomness } from '../../helpers/seeded-randomness.ts';

let home: CliHome;

beforeEach(async () => {
  home = cliHome();
  await home.run('init');
});
afterEach(() => home.remove());

const path = (...names: string[]) => join(home.directory, ...names);
const database = () => path('.bp-agents', 'economy.db');
const audit = () => home.json<{ ok: boolean; transfers: number; head: string }>('audit');
const kept = () => readdirSync(path('.bp-agents', 'backups')).filter((name) => name.startsWith('before-restore-'));

/** Makes agents and lets each run once. */
function live(...ids: string[]): void {
  const economy = { ...home.open(), random: seededRandomness(ids.join()) };
  try {
    for (const id of ids) makeAgent(economy, id);
    for (const { execution } of runWinners(economy).values()) settle(economy, execution.id);
  } finally {
    economy.close();
  }
}

async function failure(...args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await home.run(...args);
  expect({ stdout, lines: stderr.split('\n').length }).toEqual({ stdout: '', lines: 2 });
  expect(exitCode).toBeGreaterThan(0);
  return stderr;
}

describe('backup', () => {
  it('makes one whole file that only its owner can read', async () => {
    live('a');
    expect(await home.json('backup', 'copy.db')).toEqual({
      file: path('copy.db'),
      bytes: statSync(path('copy.db')).size,
      version: expect.any(Number) as number,
    });
    expect(statSync(path('copy.db')).mode & 0o777).toBe(0o600);
    expect(readdirSync(home.directory).filter((name) => name.includes('copy.db'))).toEqual(['copy.db']);
    const copy = new SqliteDatabase(path('copy.db'), { readonly: true });
    expect(copy.prepare('SELECT count(*) FROM transfers').pluck().get()).toBe((await audit()).transfers);
    copy.close();
  });

  it('takes what another process has committed and not yet folded into the file', async () => {
    const writer = home.open();
    makeAgent(writer, 'late');
    expect(statSync(`${database()}-wal`).size).toBeGreaterThan(0);
    expect((await home.run('backup', 'copy.db')).exitCode).toBe(0);
    writer.close();
    const copy = new SqliteDatabase(path('copy.db'), { readonly: true });
    expect(copy.prepare('SELECT id FROM agents').pluck().all()).toEqual(['late']);
    copy.close();
  });

  it('leaves a file, a folder and a link that are there as they are', async () => {
    writeFileSync(path('mine'), 'precious');
    mkdirSync(path('folder'));
    symlinkSync(path('nowhere'), path('link'));
    expect(await failure('backup', 'mine')).toMatch(/mine exists already.*\(backup_exists\)/);
    expect(await failure('backup', 'folder')).toMatch(/folder is a folder.*\(backup_place\)/);
    expect(await failure('backup', 'link')).toMatch(/\(backup_exists\)/);
    expect(readFileSync(path('mine'), 'utf8')).toBe('precious');
    expect(existsSync(path('nowhere'))).toBe(false);
  });

  it('tells in one line where it can not write', async () => {
    expect(await failure('backup', 'nowhere/copy.db')).toMatch(/no such file or directory/);
    expect(await failure('backup', '')).toContain('FILE must be a name');
    expect(await failure('backup', '/dev/full/copy.db')).toMatch(/not a directory/);
  });
});

describe('restore', () => {
  it('brings back what was there, keeps what is there now, and gives no number away again', async () => {
    live('a');
    const before = await audit();
    await home.run('ask', 'before');
    await home.run('backup', 'copy.db');
    await home.run('ask', 'after');
    // What a restore that was killed leaves behind goes with the next one.
    mkdirSync(path('.bp-agents', 'restoring-earlier'));
    live('b');
    const after = await audit();
    const restored = await home.json<{ kept: string; head: string }>('restore', 'copy.db');
    expect(restored).toMatchObject({
      transfers: before.transfers,
      head: before.head,
      kept: expect.any(String) as string,
    });
    expect(await audit()).toEqual(before);
    expect(await home.json('ask', 'another')).toMatchObject({ id: 'request_3' });
    live('c');
    expect(await home.json('executions')).toMatchObject([{ id: 'exe_1' }, { id: 'exe_3', agent_id: 'c' }]);
    expect((await audit()).ok).toBe(true);
    await home.json('restore', restored.kept);
    expect(await audit()).toEqual(after);
    expect(readdirSync(path('.bp-agents')).filter((name) => name.startsWith('restoring'))).toEqual([]);
  });

  it('reaches a command that has the database open', async () => {
    live('a');
    await home.run('backup', 'copy.db');
    live('b');
    const other = home.open();
    expect((await home.run('restore', 'copy.db')).stderr).toBe('');
    expect(other.store.agents.find('b')).toBeUndefined();
    makeAgent(other, 'd');
    nextCycle(other);
    other.close();
    expect((await audit()).ok).toBe(true);
    expect((await home.json<unknown[]>('agents')).length).toBe(2);
  });

  it('puts a copy in the place of a damaged database, without its log', async () => {
    live('a');
    const before = await audit();
    await home.run('backup', 'copy.db');
    writeFileSync(database(), 'rubbish'.repeat(2000));
    writeFileSync(`${database()}-wal`, 'more rubbish');
    mkdirSync(path('.bp-agents', 'logs', 'executions'), { recursive: true });
    writeFileSync(path('.bp-agents', 'logs', 'executions', 'exe_7.log'), 'printed by an execution that nothing knows');
    expect((await home.run('restore', 'copy.db')).stderr).toBe('');
    expect(await audit()).toEqual(before);
    const [file = '', log] = kept();
    expect(readFileSync(path('.bp-agents', 'backups', file), 'utf8')).toContain('rubbish');
    expect(log).toBe(`${file}-wal`);
    live('b');
    expect(await home.json('executions', '--limit', '1')).toMatchObject([{ id: 'exe_8' }]);
  });

  it('makes the database of a home that has none', async () => {
    live('a');
    await home.run('backup', 'copy.db');
    const before = await audit();
    expect(await home.json('restore', 'copy.db', '--home', path('new'))).toMatchObject({ kept: null });
    expect(await home.json('audit', '--home', path('new'))).toEqual(before);
  });

  it('is refused while a run goes on, with its process', async () => {
    await home.run('backup', 'copy.db');
    const lock = takeRunLock(path('.bp-agents'), process.pid);
    expect(await failure('restore', 'copy.db')).toMatch(`process ${process.pid} runs this economy already`);
    lock.release();
  });

  it('changes nothing where the file is none of ours, damaged, newer or not in order', async () => {
    live('a');
    const before = await audit();
    for (const name of ['cut', 'newer', 'forged', 'unreadable']) await home.run('backup', name);
    truncateSync(path('cut'), 3 * 4096);
    change('newer', 'PRAGMA user_version = 99');
    change('forged', `DROP TRIGGER transfers_never_change; UPDATE transfers SET amount = amount + 1 WHERE id = 1`);
    writeFileSync(path('text'), 'no database'.repeat(1000));
    new SqliteDatabase(path('other')).exec('CREATE TABLE x (y)').close();
    expect(await failure('restore', 'missing')).toContain('(not_a_backup)');
    expect(await failure('restore', 'workspaces')).toContain('(not_a_backup)');
    expect(await failure('restore', 'text')).toMatch(/\((not_a_backup|backup_damaged)\)/);
    expect(await failure('restore', 'other')).toContain('(not_a_backup)');
    expect(await failure('restore', 'cut')).toContain('(backup_damaged)');
    expect(await failure('restore', 'newer')).toMatch(/version 99, this program knows.*\(database_newer\)/);
    expect(await failure('restore', 'forged')).toMatch(/tx_1: .*\(backup_not_in_order\)/);
    expect(await audit()).toEqual(before);
    expect(existsSync(path('.bp-agents', 'backups'))).toBe(false);
  });

  function change(name: string, sql: string): void {
    new SqliteDatabase(path(name)).exec(sql).close();
  }
});

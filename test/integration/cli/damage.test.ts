import { copyFileSync, mkdirSync, readFileSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase } from '../../../src/store/database.ts';
import { firstDefect } from '../../../src/store/start-check.ts';
import { cliHome, type CliHome } from '../../helpers/cli.ts';
import { makeAgent } from '../../helpers/economy.ts';

// What breaks a database, and what the next run says of it.

const PAGE = 4096;
let home: CliHome;
const database = () => join(home.directory, '.bp-agents', 'economy.db');
const backups = () => join(home.directory, '.bp-agents', 'backups');

beforeEach(async () => {
  home = cliHome();
  const economy = home.open();
  for (let agent = 0; agent < 100; agent++) makeAgent(economy, `agent-${agent}`);
  economy.close();
  mkdirSync(backups());
  for (const name of ['older.db', 'newest.db']) await home.run('backup', join(backups(), name));
  utimesSync(join(backups(), 'older.db'), 1000, 1000);
});
afterEach(() => home.remove());

describe('a run whose database is damaged', () => {
  it.each([
    ['its header is destroyed', () => overwrite(0, 100)],
    ['a page of the ledger is overwritten', () => overwrite(leafOf('transfers') * PAGE, PAGE)],
    ['a page of an index is overwritten', () => overwrite(leafOf('transfers_by_debit') * PAGE, PAGE)],
    ['it is cut', () => truncateSync(database(), 20 * PAGE)],
    ['it is empty', () => truncateSync(database(), 0)],
    ['a table is missing', () => change('PRAGMA foreign_keys = OFF; DROP TABLE idempotency_keys')],
  ])('says so in one line with the way back: %s', async (_what, damage) => {
    damage();
    const { exitCode, stdout, stderr } = await home.run('run', '--headless', '--cycles', '1');
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toMatch(/^bp-agents: \S+economy\.db is damaged \(.+\); bp-agents restore .+\(database_damaged\)\n$/);
    expect(stderr).toContain(`bp-agents restore ${join(backups(), 'newest.db')} puts`);
    expect((await home.run('restore', join(backups(), 'newest.db'))).stderr).toBe('');
    expect(await home.json('audit')).toMatchObject({ ok: true, transfers: 200 });
  });

  it('names no backup where there is none', async () => {
    rmSync(backups(), { recursive: true });
    overwrite(0, 100);
    expect((await home.run('run')).stderr).toContain('there is none in .bp-agents/backups');
  });

  it('finds damage in the newest part of a ledger that is too large to be read whole', () => {
    overwrite(leafOf('transfers') * PAGE, PAGE);
    const opened = openDatabase(database(), { create: false });
    expect(() => firstDefect(opened, 0)).toThrow(/malformed/);
    opened.close();
  });
});

describe('rubbish in the log of a database', () => {
  it('is not taken for changes', async () => {
    const before = await home.json('audit');
    writeFileSync(`${database()}-wal`, Buffer.alloc(40 * PAGE, 'rubbish'));
    expect(await home.json('audit')).toEqual(before);
    copyFileSync(database(), `${database()}-wal`);
    expect(await home.json('audit')).toEqual(before);
  });
});

function overwrite(offset: number, bytes: number): void {
  const content = readFileSync(database());
  content.fill(0xa5, offset, offset + bytes);
  writeFileSync(database(), content);
}

function change(sql: string): void {
  new SqliteDatabase(database()).exec(sql).close();
}

/** The page, counted from 0, at which a table or an index ends. */
function leafOf(name: string): number {
  const opened = new SqliteDatabase(database(), { readonly: true });
  const root = Number(opened.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').pluck().get(name));
  opened.close();
  const page = readFileSync(database()).subarray((root - 1) * PAGE, root * PAGE);
  // An interior page names its right-most child at byte 8.
  const isInterior = page[0] === 5 || page[0] === 2;
  return (isInterior ? page.readUInt32BE(8) : root) - 1;
}

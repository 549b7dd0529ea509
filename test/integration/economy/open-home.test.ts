import { mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { databasePath } from '../../../src/config/home-places.ts';
import { loadConfig } from '../../../src/config/load.ts';
import { closeEconomy, type Economy } from '../../../src/economy/economy.ts';
import { openHomeEconomy } from '../../../src/economy/home/open-home.ts';
import { fakeClock } from '../../helpers/fake-clock.ts';
import { needsLinux } from '../../helpers/needs.ts';
import { seededRandomness } from '../../helpers/seeded-randomness.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'bp-home-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** As a `run` opens it, which tries again while another process holds the database. */
function open(...overrides: readonly string[]): Economy {
  const config = loadConfig({ home: directory, readFile: () => undefined, environment: {}, overrides });
  const [machine, clock, random] = [{ cores: 2, memoryMb: 4000 }, fakeClock(), seededRandomness('home')];
  return openHomeEconomy({ directory, config, machine, clock, random, create: true, isPatient: true });
}

/** Files of the database that this process has open. */
function opened(): number {
  const names = readdirSync('/proc/self/fd').map((name) => {
    try {
      return readlinkSync(join('/proc/self/fd', name));
    } catch {
      return '';
    }
  });
  return names.filter((name) => name.startsWith(databasePath(directory))).length;
}

describe('an economy that can not be opened yet', () => {
  beforeEach((context) => needsLinux(context, 'which files a process has open'));

  // What is sold for the first time has to get its price; a database that another tool wrote last has to be made fit.
  it.each([
    ['since it is to be written', 'BEGIN IMMEDIATE'],
    ['since it is to get its journal', 'PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE'],
  ])('leaves nothing open, however often it is tried: %s', (_, hold) => {
    closeEconomy(open());
    const holder = new SqliteDatabase(databasePath(directory));
    holder.exec(hold);
    const tried = Array.from({ length: 5 }, () => {
      expect(() => open('market.supply.tokens=1000')).toThrow(/locked by another process/);
      return opened();
    });
    // What SQLite can't close while this process holds the lock, it uses again.
    expect(new Set(tried).size).toBe(1);
    holder.close();
    closeEconomy(open('market.supply.tokens=1000'));
  });
});

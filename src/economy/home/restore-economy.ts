import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { backupsDirectory, databasePath, outputsDirectory, stateDirectory } from '../../config/home-places.ts';
import { parseId } from '../../domain/ids.ts';
import { BpError } from '../../platform/errors.ts';
import { makeFolder } from '../../platform/folder.ts';
import { copyBackup, replaceDatabase } from '../../store/restore.ts';
import { openStore } from '../../store/store.ts';
import { auditLedger } from '../audit/audit-ledger.ts';
import { STORE } from '../internal/store-key.ts';
import type { EconomyParts } from '../economy.ts';

/** What a home has after its database was restored. */
export interface RestoredEconomy {
  readonly cycle: number;
  readonly transfers: number;
  /** The chain's newest hash, hexadecimal. */
  readonly head: string;
  /** Executions that the restored database takes for running or about to be. */
  readonly unsettled: number;
  /** Where the database that was there before is kept; null where there was none. */
  readonly kept: string | null;
}

const WORKSHOP = 'restoring-';

/**
 * Puts a backup in the place of a home's database, damaged or not; brought up to date and audited before anything is
 * changed. The caller holds the run lock.
 * Throws `BpError`: `backup_not_in_order`, what `copyBackup`, `openStore` and `replaceDatabase` throw.
 */
export async function restoreEconomy(deps: EconomyParts, home: string, file: string): Promise<RestoredEconomy> {
  makeFolder(stateDirectory(home), 0o700);
  removeWorkshops(home);
  const workshop = mkdtempSync(join(stateDirectory(home), WORKSHOP));
  const copy = join(workshop, 'economy.db');
  try {
    await copyBackup(file, copy);
    const found = examine(deps, copy, file);
    const time = new Date(deps.clock.now()).toISOString().replaceAll(/[:.]/g, '-');
    const kept = await replaceDatabase(copy, databasePath(home), {
      kept: join(backupsDirectory(databasePath(home)), `before-restore-${time}.db`),
      executionsLeast: newestLogged(home),
    });
    return { ...found, kept: kept ?? null };
  } finally {
    removeWorkshops(home);
  }
}

function examine(deps: EconomyParts, copy: string, file: string): Omit<RestoredEconomy, 'kept'> {
  const store = openStore({ path: copy, create: false, now: deps.clock.now() });
  try {
    const report = auditLedger({ ...deps, [STORE]: store });
    const difference = report.first_difference ?? store.defects()[0];
    if (difference !== undefined)
      throw new BpError('backup_not_in_order', `${file} is not in order: ${difference}`, {
        hint: 'name another one; nothing was changed',
      });
    return {
      cycle: store.state.get().cycle,
      transfers: report.transfers,
      head: report.head,
      unsettled: store.executions.unsettled().length,
    };
  } finally {
    store.close();
  }
}

/** One that was cut off leaves its own behind; there is no other, since the caller holds the lock. */
function removeWorkshops(home: string): void {
  for (const name of readdirSync(stateDirectory(home)))
    if (name.startsWith(WORKSHOP)) rmSync(join(stateDirectory(home), name), { recursive: true, force: true });
}

/** The newest execution of which there is output, 0 where there is none: it may stand in no database any more. */
function newestLogged(home: string): number {
  let names: readonly string[];
  try {
    names = readdirSync(outputsDirectory(home));
  } catch {
    return 0;
  }
  const numbers = names.map((name) => parseId('execution', name.replace(/\.log$/, '')));
  return Math.max(0, ...numbers.map((number) => (number.ok ? number.value : 0)));
}

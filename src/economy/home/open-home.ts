import { databasePath, stateDirectory } from '../../config/home-places.ts';
import type { Config } from '../../config/schema.ts';
import { derive } from '../../config/supply.ts';
import { RESOURCES } from '../../domain/resources.ts';
import type { Clock } from '../../platform/clock.ts';
import type { MachineSize } from '../../platform/machine.ts';
import type { Randomness } from '../../platform/randomness.ts';
import { runHolder, takeRunLock, type RunLock } from '../../store/run-lock.ts';
import { isOutdated, openStore } from '../../store/store.ts';
import { BUSY_MS, BUSY_MS_IN_RUN } from '../../store/write-lock.ts';
import type { Economy } from '../economy.ts';
import { fitPrices } from '../market/fit-prices.ts';
import { STORE } from '../internal/store-key.ts';
import { isHeldByAnother } from './database-patience.ts';

export interface HomeOptions {
  /** The folder that the economy lives in. */
  readonly directory: string;
  readonly config: Config;
  readonly machine: MachineSize;
  readonly clock: Clock;
  readonly random: Randomness;
  /** Make the database where there is none. */
  readonly create: boolean;
  /**
   * Whether this process does other things while it waits for others that write. Then its own writes have to go through
   * `onceFree`.
   */
  readonly isPatient?: boolean;
}

/**
 * Opens the economy that lives in a folder. The caller closes its store.
 * Throws `BpError`: what `derive` and `openStore` throw.
 */
export function openHomeEconomy(options: HomeOptions): Economy {
  const { directory, config, machine, clock, random, create, isPatient = false } = options;
  const derived = derive(config, machine);
  const busyMs = isPatient ? BUSY_MS_IN_RUN : BUSY_MS;
  const store = openStore({ path: databasePath(directory), create, now: clock.now(), busyMs });
  const economy = { [STORE]: store, clock, random, config, derived };
  try {
    if (create) priceWhatHasNoPrice(economy);
  } catch (error) {
    // It is tried again then. What is damaged stays as it is.
    if (isHeldByAnother(error)) store.close();
    throw error;
  }
  return economy;
}

/** An economy of its own that ends with the process. The caller closes its store. */
export function openPassingEconomy(options: Omit<HomeOptions, 'directory' | 'create'>): Economy {
  const { config, machine, clock, random } = options;
  const store = openStore({ path: ':memory:', create: true, now: clock.now() });
  return { [STORE]: store, clock, random, config, derived: derive(config, machine) };
}

/** Whether opening the economy would first bring its database up to date. Throws as `openHomeEconomy` does. */
export function hasOldDatabase(home: string): boolean {
  return isOutdated(databasePath(home));
}

/** Admits one `run` per home. Throws `BpError` `already_running`. */
export function lockRun(home: string, pid: number): RunLock {
  return takeRunLock(stateDirectory(home), pid);
}

/** Lets no `run` begin meanwhile, and begins while none goes on; `doing` is for who comes then. Throws as `lockRun`. */
export function lockOutRuns(home: string, pid: number, doing: string): RunLock {
  return takeRunLock(stateDirectory(home), pid, doing);
}

/** The id of the process that runs this economy now, 0 where it is unknown, undefined where none does. */
export function runningProcess(home: string): number | undefined {
  return runHolder(stateDirectory(home));
}

/**
 * Opens the economy for the first time, and again where something new is sold; otherwise prices stay as they are, since
 * a `run` may be going on with another configuration.
 */
function priceWhatHasNoPrice(economy: Economy): void {
  const prices = economy[STORE].markets.prices();
  if (RESOURCES.some((resource) => prices[resource] === 0 && economy.derived.startPrices[resource] > 0))
    fitPrices(economy);
}

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../src/config/load.ts';
import { derive } from '../../src/config/supply.ts';
import type { AgentFile } from '../../src/domain/agent.ts';
import { micro } from '../../src/domain/credits.ts';
import { NO_USAGE, type Outcome } from '../../src/domain/execution.ts';
import type { Result } from '../../src/domain/refusal.ts';
import { bundleCost, type Bundle } from '../../src/domain/resources.ts';
import { bootstrapAgent } from '../../src/economy/agents/bootstrap-agent.ts';
import { clearCycle, type ClearedCycle } from '../../src/economy/market/clear-cycle.ts';
import type { Economy } from '../../src/economy/economy.ts';
import { fitPrices } from '../../src/economy/market/fit-prices.ts';
import { placeBid } from '../../src/economy/market/place-bid.ts';
import { settleExecution } from '../../src/economy/executions/settle-execution.ts';
import { markRunning, startExecution, type StartingExecution } from '../../src/economy/executions/start-execution.ts';
import { SERVICE_URL } from '../../src/sandbox/sandbox.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { BUSY_MS } from '../../src/store/write-lock.ts';
import { fakeClock, type FakeClock } from './fake-clock.ts';
import { putFreshDatabase } from './fresh-database.ts';
import { seededRandomness } from './seeded-randomness.ts';
import { STORE } from '../../src/economy/internal/store-key.ts';

/** An economy on a real SQLite file in a directory of its own, whose time and randomness the test decides. */
export interface TestEconomy extends Economy {
  /** What the test itself may look into and reach. */
  readonly store: Store;
  readonly clock: FakeClock;
  /** The directory, empty but for the database. */
  readonly home: string;
  readonly databasePath: string;
  /** Closes the database and removes the directory. */
  close(): void;
}

export interface TestEconomyOptions {
  /** As `--set` takes them: `economy.message_fee=2`. */
  readonly overrides?: readonly string[];
  readonly machine?: { readonly cores: number; readonly memoryMb: number };
  readonly seed?: string;
  /** How many writes of the service may share a commit. */
  readonly sharedMax?: number;
  /** How long a write waits for another process, as `StoreOptions` has it. */
  readonly busyMs?: number;
}

/** 2 cores and 4000 MB unless told: a supply of 16 CPU seconds, 3200 MB and one attention. */
export function openTestEconomy({
  overrides = [],
  machine = { cores: 2, memoryMb: 4000 },
  seed = 'test',
  sharedMax,
  busyMs = BUSY_MS,
}: TestEconomyOptions = {}): TestEconomy {
  const config = loadConfig({ home: '/', readFile: () => undefined, environment: {}, overrides });
  const home = mkdtempSync(join(tmpdir(), 'bp-test-'));
  const databasePath = join(home, 'economy.db');
  const clock = fakeClock();
  putFreshDatabase(databasePath, clock.now());
  const store = openStore({
    path: databasePath,
    create: false,
    now: clock.now(),
    busyMs,
    ...(sharedMax && { sharedMax }),
  });
  const economy = {
    [STORE]: store,
    store,
    clock,
    random: seededRandomness(seed),
    config,
    derived: derive(config, machine),
    home,
    databasePath,
    close() {
      store.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
  fitPrices(economy);
  return economy;
}

/** The same economy over another store, such as a connection of its own. */
export function withStore(economy: TestEconomy, store: Store): TestEconomy {
  return { ...economy, [STORE]: store, store };
}

/** 1 CPU second and 64 MB. */
export const BARE: Bundle = { cpuMs: 1000, memoryMb: 64, tokens: 0, attention: 0 };
/** The same with attention. */
export const WITH_ATTENTION: Bundle = { ...BARE, attention: 1 };

const MAIN_PY: AgentFile = { path: 'main.py', content: Buffer.from('pass\n'), executable: false };

/** A root agent with a pending first bid at the reserve. */
export function makeAgent(
  economy: TestEconomy,
  id: string,
  { credits = 1000, bundle = BARE }: { readonly credits?: number; readonly bundle?: Bundle } = {},
): void {
  const amount = bundleCost(bundle, economy.store.markets.prices());
  accepted(bootstrapAgent(economy, { id, files: [MAIN_PY], credits: micro(credits * 1_000_000), bundle, amount }));
}

/** A pending bid of the agent's own at the reserve, or over it. Returns its id. */
export function bidFor(
  economy: TestEconomy,
  agentId: string,
  { bundle = BARE, over = 0 }: { readonly bundle?: Bundle; readonly over?: number } = {},
): number {
  const amount = micro(bundleCost(bundle, economy.store.markets.prices()) + over * 1_000_000);
  return accepted(placeBid(economy, agentId, { bundle, amount })).bidId;
}

/** One cycle later: time passes and the market clears. */
export function nextCycle(economy: TestEconomy): ClearedCycle {
  const cycleMs = economy.config.market.cycle_seconds * 1000;
  economy.clock.advance(cycleMs);
  return clearCycle(economy, { runningMs: cycleMs });
}

/** `allocated → running`, without a sandbox. */
export function start(economy: TestEconomy, executionId: number): StartingExecution {
  const starting = startExecution(economy, executionId, { serviceUrl: SERVICE_URL, materials: null });
  if (!starting || !markRunning(economy, executionId, { unheld: [], fileSet: starting.fileSet, kept: [] }))
    throw new Error(`execution ${executionId} did not start`);
  return starting;
}

/** Clears the market and starts what won: the running executions by agent. */
export function runWinners(economy: TestEconomy): ReadonlyMap<string, StartingExecution> {
  const starting = nextCycle(economy).allocated.map((id) => start(economy, id));
  return new Map(starting.map((started) => [started.execution.agentId, started]));
}

/** Makes an agent, lets it win and starts it. */
export function runningAgent(
  economy: TestEconomy,
  id: string,
  options: { readonly credits?: number; readonly bundle?: Bundle } = {},
): StartingExecution {
  makeAgent(economy, id, options);
  const started = runWinners(economy).get(id);
  if (!started) throw new Error(`${id} did not win`);
  return started;
}

export function settle(
  economy: TestEconomy,
  executionId: number,
  outcome: Outcome = 'completed',
  detail: string = outcome,
): boolean {
  return settleExecution(economy, {
    executionId,
    outcome,
    detail,
    exitCode: outcome === 'completed' ? 0 : null,
    usage: NO_USAGE,
    requests: 0,
  });
}

/** The value of a result that the test takes for granted. */
export function accepted<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`refused: ${result.code}: ${result.message}`);
  return result.value;
}

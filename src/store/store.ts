import { join } from 'node:path';
import { backupsDirectory } from '../config/home-places.ts';
import { makeFolder } from '../platform/folder.ts';
import { accountNames, type RenamedAgent } from './account-names.ts';
import { accountsTable, type Accounts } from './accounts.ts';
import { agentFilesTable, type AgentFiles } from './agent-files.ts';
import { agentsTable, type Agents } from './agents.ts';
import { attentionHoursTable, type AttentionHours } from './attention-hours.ts';
import { auditRows, type AuditRows } from './audit-rows.ts';
import { backUpDatabase, type Backup } from './backup.ts';
import { bidsTable, type Bids } from './bids.ts';
import { changeLog, type ChangeLog } from './change-log.ts';
import { cyclesTable, type Cycles } from './cycles.ts';
import { damaged } from './damage.ts';
import { isLocked } from './database-error.ts';
import { openDatabase, withDatabaseErrors, type Database } from './database.ts';
import { executionsTable, type Executions } from './executions.ts';
import { historyRows, type HistoryRows } from './history-rows.ts';
import { idempotencyKeysTable, type IdempotencyKeys } from './idempotency-keys.ts';
import { installsTable, type Installs } from './installs.ts';
import { lotsTable, type Lots } from './lots.ts';
import { marketsTable, type Markets } from './markets.ts';
import { messagesTable, type Messages } from './messages.ts';
import { migrate, newestVersion } from './migrations.ts';
import { modelCallsTable, type ModelCalls } from './model-calls.ts';
import { firstDefect } from './start-check.ts';
import { operatorRequestsTable, type OperatorRequests } from './operator-requests.ts';
import { promptFilesTable, type PromptFiles } from './prompt-files.ts';
import { programsTable, type Programs } from './programs.ts';
import { recordsTable, type Records } from './records.ts';
import { promptsTable, type Prompts } from './prompts.ts';
import { royaltiesTable, type Royalties } from './royalties.ts';
import { SharedCommit } from './shared-commit.ts';
import { spendingTable, type SpendingTable } from './spending.ts';
import { standingOrdersTable, type StandingOrders } from './standing-orders.ts';
import { stateTable, type State } from './state.ts';
import { textsTable, type Texts } from './texts.ts';
import { Transactions } from './transactions.ts';
import { transfersTable, type Transfers } from './transfers.ts';
import { BUSY_MS, WriteLock } from './write-lock.ts';

/** The economy's database: one noun per table, and transactions. */
export interface Store {
  readonly accounts: Accounts;
  readonly transfers: Transfers;
  readonly agents: Agents;
  readonly agentFiles: AgentFiles;
  readonly bids: Bids;
  readonly standingOrders: StandingOrders;
  readonly executions: Executions;
  readonly prompts: Prompts;
  readonly promptFiles: PromptFiles;
  readonly attentionHours: AttentionHours;
  readonly royalties: Royalties;
  readonly records: Records;
  readonly lots: Lots;
  readonly messages: Messages;
  readonly requests: OperatorRequests;
  readonly installs: Installs;
  readonly programs: Programs;
  readonly markets: Markets;
  readonly cycles: Cycles;
  readonly state: State;
  readonly idempotencyKeys: IdempotencyKeys;
  readonly modelCalls: ModelCalls;
  readonly spending: SpendingTable;
  readonly audit: AuditRows;
  readonly history: HistoryRows;
  readonly texts: Texts;
  /** The agent whose account has another name than it, where there is one. */
  readonly renamed: RenamedAgent | undefined;
  /** What is known of other processes that write. */
  readonly lock: WriteLock;
  /**
   * Runs `work` in one immediate transaction; inside another one it is a savepoint.
   * Rolls back where it throws, and where it returns a refusal (`ok: false`): a refusal changes nothing.
   */
  transaction<T>(work: () => T): T;
  /**
   * Runs `work` as `transaction` does, in one commit with what else is asked for in this turn of the event loop.
   * Resolves once it is durable; rejects, with nothing changed, where it throws or the commit fails.
   */
  share<T>(work: () => T): Promise<T>;
  /** Whether another process holds the database for writing, all of that time long. Doesn't return before. */
  isHeldByAnother(forMs: number): boolean;
  /** Runs reads on one snapshot. */
  read<T>(work: () => T): T;
  /** Changes whenever another connection has committed. */
  dataVersion(): number;
  /** Rows that this connection has changed since it was opened. */
  ownChanges(): number;
  /** The number of the newest migration that made this database. */
  version(): number;
  /** From now on notes what every transaction of this connection changes. To be asked for once. */
  follow(): ChangeLog;
  /** What SQLite finds wrong with the file, one line each; empty where nothing is. Reads all of it. */
  defects(): readonly string[];
  /** Throws `BpError` `database_damaged` where a look that takes at most a second or two finds damage. */
  refuseDamaged(): void;
  /** Copies all of it, from one moment, into a file that isn't there yet. Throws as `backUpDatabase` does. */
  backUp(path: string): Backup;
  close(): void;
}

export interface StoreOptions {
  /** A file, or `:memory:`. */
  readonly path: string;
  /** Make the database where there is none. */
  readonly create: boolean;
  readonly now: number;
  /** How many writes may share a commit; 1 for none. */
  readonly sharedMax?: number;
  /** How long a write waits for another process, with all else that this one does. */
  readonly busyMs?: number;
}

/** Throws `BpError`: see `openDatabase` and `migrate`. */
export function openStore({ path, create, now, sharedMax, busyMs = BUSY_MS }: StoreOptions): Store {
  const database = openDatabase(path, { create, busyMs });
  try {
    withDatabaseErrors(path, () => {
      migrate(database, { now, backup: (version) => backUp(database, path, `${version}-${now}`) });
    });
    return withDatabaseErrors(path, () => storeOf(database, { sharedMax, busyMs }));
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Whether opening it would change it: an earlier version of the program made it. Throws as `openDatabase` does. */
export function isOutdated(path: string): boolean {
  const database = openDatabase(path, { create: false });
  try {
    return withDatabaseErrors(path, () => Number(database.pragma('user_version', { simple: true })) < newestVersion());
  } finally {
    database.close();
  }
}

/** A copy beside the database: `backups/before-migration-<version>-<time>.db`. */
function backUp(database: Database, path: string, name: string): void {
  const directory = backupsDirectory(path);
  makeFolder(directory, 0o700);
  backUpDatabase(database, join(directory, `before-migration-${name}.db`));
}

interface Sharing {
  readonly sharedMax: number | undefined;
  readonly busyMs: number;
}

function storeOf(database: Database, { sharedMax, busyMs }: Sharing): Store {
  const names = accountNames(database);
  const transfers = transfersTable(database, names);
  const transactions = new Transactions(database, () => transfers.forgetHead());
  const lock = new WriteLock({
    busyMs,
    setBusyMs: (milliseconds) => database.pragma(`busy_timeout = ${milliseconds}`),
  });
  const write = <T>(work: () => T): T => withDatabaseErrors(database.name, () => noting(lock, work));
  const changes = database.prepare<[], number>('SELECT total_changes()').pluck();
  const shared = new SharedCommit({
    together: (works) => write(() => transactions.together(works)),
    ...(sharedMax !== undefined && { most: sharedMax }),
  });

  return {
    accounts: accountsTable(database, names),
    transfers,
    agents: agentsTable(database),
    agentFiles: agentFilesTable(database),
    bids: bidsTable(database),
    standingOrders: standingOrdersTable(database),
    executions: executionsTable(database),
    prompts: promptsTable(database),
    promptFiles: promptFilesTable(database),
    attentionHours: attentionHoursTable(database),
    royalties: royaltiesTable(database, names),
    lots: lotsTable(database, names),
    messages: messagesTable(database),
    requests: operatorRequestsTable(database),
    installs: installsTable(database),
    records: recordsTable(database),
    programs: programsTable(database),
    markets: marketsTable(database),
    cycles: cyclesTable(database),
    state: stateTable(database),
    idempotencyKeys: idempotencyKeysTable(database),
    modelCalls: modelCallsTable(database),
    spending: spendingTable(database),
    audit: auditRows(database, names),
    history: historyRows(database, names),
    renamed: names.renamed,
    texts: textsTable(database, names),
    lock,
    transaction: (work) => write(() => transactions.run(work)),
    share: (work) => shared.share(() => withDatabaseErrors(database.name, work)),
    isHeldByAnother: (forMs) => isHeldByAnother(database, forMs),
    read: (work) => withDatabaseErrors(database.name, () => database.transaction(work).deferred()),
    ownChanges: () => changes.get() ?? 0,
    dataVersion: () => Number(database.pragma('data_version', { simple: true })),
    version: () => Number(database.pragma('user_version', { simple: true })),
    follow: () => changeLog(database),
    defects: () => withDatabaseErrors(database.name, () => defects(database)),
    refuseDamaged() {
      const defect = withDatabaseErrors(database.name, () => firstDefect(database));
      if (defect !== undefined) throw damaged(database.name, defect);
    },
    backUp: (file) => backUpDatabase(database, file),
    close() {
      if (database.open) shared.flush();
      database.close();
    },
  };
}

function isHeldByAnother(database: Database, forMs: number): boolean {
  const busyMs = Number(database.pragma('busy_timeout', { simple: true }));
  database.pragma(`busy_timeout = ${forMs}`);
  try {
    database.transaction(() => undefined).immediate();
    return false;
  } catch (error) {
    return isLocked(error);
  } finally {
    database.pragma(`busy_timeout = ${busyMs}`);
  }
}

/** Writes, and tells the lock what that has found out about it. */
function noting<T>(lock: WriteLock, write: () => T): T {
  try {
    const value = write();
    lock.note(false);
    return value;
  } catch (error) {
    lock.note(isLocked(error));
    throw error;
  }
}

function defects(database: Database): readonly string[] {
  const damage = database.prepare<[], string>('PRAGMA quick_check(10)').pluck().all();
  const strays = database.prepare<[], { table: string; rowid: number }>('PRAGMA foreign_key_check').all();
  return [
    ...damage.filter((line) => line !== 'ok'),
    ...strays.slice(0, 10).map(({ table, rowid }) => `row ${rowid} of ${table} names a row that is not there`),
  ];
}

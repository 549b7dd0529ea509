import SqliteDatabase from 'better-sqlite3';

/** One row written, as a statement of its own. */
export interface Write {
  readonly sql: string;
  readonly values: readonly Value[];
}
type Value = string | number | Buffer | null;

export interface Recording {
  /** Tables and indexes, without triggers. */
  readonly schema: readonly string[];
  /** The rows that stood there before. */
  readonly rows: readonly Write[];
  readonly transactions: readonly (readonly Write[])[];
}

interface Table {
  readonly columns: readonly string[];
  readonly keys: readonly string[];
  readonly blobs: ReadonlySet<string>;
}

type Transaction = SqliteDatabase.Transaction<(...args: unknown[]) => unknown>;

/**
 * Notes every row that is written to the database which the work opens, by temporary triggers: also what triggers
 * write. It takes part in each outermost transaction of the one connection.
 */
export async function recordWrites(work: () => Promise<void>): Promise<Recording> {
  const transactions: Write[][] = [];
  const schema: string[] = [];
  const rows: Write[] = [];
  const tables = new Map<string, Table>();
  const prototype = SqliteDatabase.prototype as unknown as { transaction: (fn: unknown) => Transaction };
  const original = prototype.transaction;
  prototype.transaction = function (this: SqliteDatabase.Database, fn: unknown): Transaction {
    const made = original.call(this, fn);
    if (schema.length === 0 && isMade(this)) {
      schema.push(...schemaOf(this));
      noteWrites(this, tables);
      rows.push(...[...tables].flatMap(([name, table]) => standing(this, name, table)));
    }
    const recorded = (...args: unknown[]): unknown => {
      const isInner = this.inTransaction;
      const value: unknown = made.immediate(...args);
      if (!isInner && schema.length > 0) {
        const writes = taken(this, tables);
        if (writes.length > 0) transactions.push(writes);
      }
      return value;
    };
    return Object.assign((...args: unknown[]) => made(...args), {
      ...{ immediate: recorded, database: this, default: made },
      deferred: (...args: unknown[]) => made.deferred(...args),
      exclusive: (...args: unknown[]) => made.exclusive(...args),
    });
  };
  try {
    await work();
  } finally {
    prototype.transaction = original;
  }
  return { schema, rows, transactions };
}

function isMade(database: SqliteDatabase.Database): boolean {
  return database.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'transfers'`).get() !== undefined;
}

function schemaOf(database: SqliteDatabase.Database): readonly string[] {
  return database
    .prepare<[], string>(
      `SELECT sql FROM sqlite_schema
        WHERE type IN ('table', 'index') AND sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY type DESC`,
    )
    .pluck()
    .all();
}

function noteWrites(database: SqliteDatabase.Database, tables: Map<string, Table>): void {
  // The change log of the simulation sets the same: a change would drop this table.
  database.pragma('temp_store = MEMORY');
  database.exec('CREATE TEMP TABLE noted (name TEXT, old TEXT, new TEXT)');
  const names = database
    .prepare<[], string>(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`)
    .pluck()
    .all();
  for (const name of names) {
    const info = database.pragma(`table_info(${name})`) as { name: string; type: string; pk: number }[];
    const columns = info.map((column) => column.name);
    const blobs = new Set(info.filter(({ type }) => type === 'BLOB').map((column) => column.name));
    tables.set(name, { columns, blobs, keys: info.filter(({ pk }) => pk > 0).map((column) => column.name) });
    const row = (side: string) =>
      `json_array(${columns.map((column) => (blobs.has(column) ? `hex(${side}.${column})` : `${side}.${column}`)).join()})`;
    for (const [event, old, now] of [
      ['INSERT', 'NULL', row('NEW')],
      ['UPDATE', row('OLD'), row('NEW')],
      ['DELETE', row('OLD'), 'NULL'],
    ] as const)
      database.exec(
        `CREATE TEMP TRIGGER note_${name}_${event} AFTER ${event} ON main.${name}
         BEGIN INSERT INTO noted VALUES ('${name}', ${old}, ${now}); END`,
      );
  }
}

function standing(database: SqliteDatabase.Database, name: string, { columns }: Table): Write[] {
  const sql = insertInto(name, columns);
  const rows = database.prepare<[], readonly Value[]>(`SELECT ${columns.join()} FROM ${name}`).raw().all();
  return rows.map((values) => ({ sql, values }));
}

function insertInto(name: string, columns: readonly string[]): string {
  return `INSERT INTO ${name} (${columns.join()}) VALUES (${columns.map(() => '?').join()})`;
}

function taken(database: SqliteDatabase.Database, tables: ReadonlyMap<string, Table>): Write[] {
  const rows = database
    .prepare<[], [string, string | null, string | null]>('SELECT name, old, new FROM temp.noted')
    .raw()
    .all();
  if (rows.length > 0) database.exec('DELETE FROM temp.noted');
  return rows.flatMap(([name, old, now]) => writeOf(name, tables.get(name)!, parsed(old), parsed(now)));
}

function parsed(row: string | null): readonly Value[] | undefined {
  return row === null ? undefined : (JSON.parse(row) as Value[]);
}

function writeOf(
  name: string,
  { columns, keys, blobs }: Table,
  old: readonly Value[] | undefined,
  now: readonly Value[] | undefined,
): Write[] {
  const value = (row: readonly Value[], column: string): Value => {
    const found = row[columns.indexOf(column)] ?? null;
    return blobs.has(column) && typeof found === 'string' ? Buffer.from(found, 'hex') : found;
  };
  const where = keys.map((key) => `${key} = ?`).join(' AND ');
  if (!now)
    return old ? [{ sql: `DELETE FROM ${name} WHERE ${where}`, values: keys.map((key) => value(old, key)) }] : [];
  if (!old) return [{ sql: insertInto(name, columns), values: columns.map((column) => value(now, column)) }];
  const changed = columns.filter((_, place) => old[place] !== now[place]);
  const set = (changed.length > 0 ? changed : keys).map((column) => `${column} = ?`).join();
  const values = [
    ...(changed.length > 0 ? changed : keys).map((column) => value(now, column)),
    ...keys.map((key) => value(old, key)),
  ];
  return [{ sql: `UPDATE ${name} SET ${set} WHERE ${where}`, values }];
}

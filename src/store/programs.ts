import type { Program } from '../domain/template.ts';
import type { Database } from './database.ts';

export type Programs = ReturnType<typeof programsTable>;

export function programsTable(database: Database) {
  const put = database.prepare(
    `INSERT INTO programs (key, name, version, manifest, lockfile) VALUES (@key, @name, @version, @manifest, @lockfile)
     ON CONFLICT DO NOTHING`,
  );
  const find = database.prepare<[string], Program>(
    'SELECT key, name, version, manifest, lockfile FROM programs WHERE key = ?',
  );

  const inUse = database
    .prepare<[], string>(`SELECT DISTINCT program FROM agents WHERE program IS NOT NULL AND status <> 'dead'`)
    .pluck();

  return {
    /** From now on agents may be made of it. Idempotent. */
    put: ({ manifest, lockfile, ...program }: Program): void =>
      void put.run({ ...program, manifest: Buffer.from(manifest), lockfile: Buffer.from(lockfile) }),
    /** Keys of those that agents have who aren't dead. */
    inUse: (): readonly string[] => inUse.all(),
    find: (key: string): Program | undefined => find.get(key),
  };
}

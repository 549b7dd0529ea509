import type { Database } from './database.ts';

export interface StoredAnswer {
  readonly bodyHash: string;
  /** JSON. */
  readonly answer: string;
}

export type IdempotencyKeys = ReturnType<typeof idempotencyKeysTable>;

export function idempotencyKeysTable(database: Database) {
  const one = database.prepare<[string, string, string], StoredAnswer>(
    `SELECT body_hash AS bodyHash, answer FROM idempotency_keys WHERE agent_id = ? AND route = ? AND key = ?`,
  );
  const insert = database
    .prepare<[string, string, string, string, string, number, string], number>(
      `INSERT INTO idempotency_keys (agent_id, route, key, body_hash, answer, at, number)
       VALUES (?, ?, ?, ?, ?, ?, (SELECT COALESCE(MAX(number), 0) + 1 FROM idempotency_keys WHERE agent_id = ?))
       RETURNING number`,
    )
    .pluck();
  const forget = database.prepare('DELETE FROM idempotency_keys WHERE agent_id = ? AND number <= ?');
  const forgetAll = database.prepare('DELETE FROM idempotency_keys WHERE agent_id = ?');

  return {
    /** The dead repeat nothing. */
    forget: (agentId: string): void => void forgetAll.run(agentId),
    find: (agentId: string, route: string, key: string): StoredAnswer | undefined => one.get(agentId, route, key),
    /** Stores the answer and keeps only the newest `keep` of this agent. */
    insert(
      {
        agentId,
        route,
        key,
        bodyHash,
        answer,
        at,
      }: StoredAnswer & {
        readonly agentId: string;
        readonly route: string;
        readonly key: string;
        readonly at: number;
      },
      keep: number,
    ): void {
      const number = insert.get(agentId, route, key, bodyHash, answer, at, agentId) ?? 0;
      if (number > keep) forget.run(agentId, number - keep);
    },
  };
}

import type { Database } from './database.ts';

/** Who works on an agent's workspace, and until when the agent rests for that. */
export interface InstallHold {
  readonly holder: number;
  readonly restsUntil: number;
}

export type Installs = ReturnType<typeof installsTable>;

export function installsTable(database: Database) {
  const need = database.prepare<[string, number]>(
    `INSERT INTO installs (agent_id, needed) VALUES (?, ?) ON CONFLICT DO UPDATE SET needed = excluded.needed`,
  );
  const needed = database.prepare<[string], number>('SELECT needed FROM installs WHERE agent_id = ?').pluck();
  const tell = database
    .prepare<[number], string>(
      `UPDATE installs SET needed = 2
        WHERE agent_id IN (SELECT agent_id FROM installs WHERE needed = 1 ORDER BY agent_id LIMIT ? + 0)
       RETURNING agent_id`,
    )
    .pluck();
  const untold = database.prepare<[], number>('SELECT 1 FROM installs WHERE needed = 1 LIMIT 1').pluck();
  const hold = database.prepare<[string, number, number]>(
    `INSERT INTO installs (agent_id, holder, rests_until) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET holder = excluded.holder, rests_until = excluded.rests_until`,
  );
  const held = database.prepare<[string], InstallHold>(
    `SELECT holder, rests_until AS restsUntil FROM installs WHERE agent_id = ? AND holder IS NOT NULL`,
  );
  const release = database.prepare<[string, number]>(
    'UPDATE installs SET holder = NULL, rests_until = 0 WHERE agent_id = ? AND holder = ?',
  );
  const resting = database
    .prepare<[number, number], string>(
      'SELECT agent_id FROM installs WHERE holder IS NOT NULL AND rests_until > ? AND rests_until <= ? + 0',
    )
    .pluck();

  return {
    setNeeded: (agentId: string, isNeeded: boolean): void => void need.run(agentId, isNeeded ? 1 : 0),
    isNeeded: (agentId: string): boolean => (needed.get(agentId) ?? 0) > 0,
    /** Those of whom nobody was told yet, at most so many; from now on they are told. */
    tellNeeded: (limit: number): readonly string[] => (untold.get() === undefined ? [] : tell.all(limit)),
    hold: (agentId: string, { holder, restsUntil }: InstallHold): void => void hold.run(agentId, holder, restsUntil),
    held: (agentId: string): InstallHold | undefined => held.get(agentId),
    release: (agentId: string, holder: number): void => void release.run(agentId, holder),
    /** Agents whose rest ends after this time, and not later than `latest`. */
    resting: (at: number, latest: number): readonly string[] => resting.all(at, latest),
  };
}

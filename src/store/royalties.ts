import { micro, type MicroCredits } from '../domain/credits.ts';
import type { Royalty } from '../domain/royalty.ts';
import type { AccountNames } from './account-names.ts';
import type { Database } from './database.ts';

export type Royalties = ReturnType<typeof royaltiesTable>;

/** What agents owe of their rewards, from birth on. */
export function royaltiesTable(database: Database, { accountOf }: AccountNames) {
  const insert = database.prepare<[string, number, string, number, number]>(
    'INSERT INTO royalties (agent_id, place, to_id, to_life, share_ppm) VALUES (?, ?, ?, ?, ?)',
  );
  const inForce = database.prepare<[string], Royalty>(
    `SELECT place, to_id AS toId, to_life AS toLife, share_ppm AS sharePpm
       FROM royalties
       JOIN agents AS owing ON owing.id = royalties.agent_id AND owing.life = 1 AND owing.status <> 'dead'
       JOIN agents AS owed ON owed.id = to_id AND owed.life = to_life AND owed.status <> 'dead'
      WHERE agent_id = ? ORDER BY place`,
  );
  const received = database
    .prepare<[string], number>(
      `SELECT COALESCE(SUM(amount), 0) FROM transfers INDEXED BY transfers_royalties
        WHERE kind = 'royalty' AND credit = ?`,
    )
    .pluck();

  return {
    insert: (agentId: string, { place, toId, toLife, sharePpm }: Royalty): void =>
      void insert.run(agentId, place, toId, toLife, sharePpm),
    /** What the agent owes now: it has not died since its birth, nor have these since it was agreed. By place. */
    inForce: (agentId: string): readonly Royalty[] => inForce.all(agentId),
    /** From all together that owed the agent any. */
    received: (agentId: string): MicroCredits => micro(Number(received.get(accountOf(agentId)))),
  };
}

import type { AnswerRecord, AnswerSums } from '../domain/expected-marks.ts';
import type { Database } from './database.ts';

/** An agent with the record that it has, and whose it inherits. */
export interface KnownAgent {
  readonly id: string;
  readonly parentId: string | null;
  readonly lineageId: string;
  readonly record: AnswerRecord | undefined;
}

type Row = { readonly id: string; readonly parentId: string | null; readonly lineageId: string } & {
  readonly [Key in keyof AnswerRecord]: AnswerRecord[Key] | null;
};

type SumsRow = AnswerSums & { readonly lineageId: string };

const COLUMNS = `answers, skips, marks, attention_ms AS attentionMs, last, best, usual_ms AS usualMs, at`;
const KNOWN = `SELECT agents.id, parent_id AS parentId, lineage_id AS lineageId, ${COLUMNS}
  FROM agents LEFT JOIN records ON records.agent_id = agents.id`;

export type Records = ReturnType<typeof recordsTable>;

export function recordsTable(database: Database) {
  const one = database.prepare<[string], AnswerRecord>(`SELECT ${COLUMNS} FROM records WHERE agent_id = ?`);
  const put = database.prepare(
    `INSERT OR REPLACE INTO records (agent_id, answers, skips, marks, attention_ms, last, best, usual_ms, at)
     VALUES (@agentId, @answers, @skips, @marks, @attentionMs, @last, @best, @usualMs, @at)`,
  );
  const known = database.prepare<[string], Row>(`${KNOWN} WHERE agents.id = ?`);
  const asking = database.prepare<[], Row>(
    `${KNOWN} WHERE agents.id IN (SELECT agent_id FROM bids WHERE status = 'pending' AND attention = 1)`,
  );
  const sums = database.prepare<[], SumsRow>(
    `SELECT lineage_id AS lineageId, SUM(answers + skips) AS count, SUM(marks) AS marks, SUM(attention_ms) AS attentionMs
       FROM records JOIN agents ON agents.id = records.agent_id GROUP BY lineage_id`,
  );

  return {
    find: (agentId: string): AnswerRecord | undefined => one.get(agentId),
    put: (agentId: string, record: AnswerRecord): void => void put.run({ agentId, ...record }),
    known(agentId: string): KnownAgent | undefined {
      const row = known.get(agentId);
      return row && toKnown(row);
    },
    /** Of all for whom a bid for attention is pending. */
    asking: (): readonly KnownAgent[] => asking.all().map(toKnown),
    /** By lineage. */
    sums: (): ReadonlyMap<string, AnswerSums> => new Map(sums.all().map(({ lineageId, ...sum }) => [lineageId, sum])),
  };
}

function toKnown({ id, parentId, lineageId, ...record }: Row): KnownAgent {
  return { id, parentId, lineageId, record: record.answers === null ? undefined : (record as AnswerRecord) };
}

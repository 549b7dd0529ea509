import type { AccountNames } from './account-names.ts';
import type { Database } from './database.ts';

/** An agent whose text is to go, as it is now: what is not over keeps its text. */
export interface Spoken {
  readonly agentId: string;
  readonly at: number;
  readonly isDead: boolean;
  readonly isRunning: boolean;
}

/** How many rows lost text, of each kind. */
export interface PurgedRows {
  readonly prompts: number;
  readonly prompt_files: number;
  readonly messages: number;
  readonly memos: number;
  readonly payloads: number;
  readonly files: number;
  readonly calls: number;
  readonly receipts: number;
  readonly keys: number;
}

/** Up to when each kind of text is let go of, in milliseconds since 1970; null: it is kept. */
export interface TextLimits {
  readonly prompts: number | null;
  readonly answers: number | null;
  readonly messages: number | null;
  readonly requests: number | null;
  readonly calls: number | null;
}

/** Prompts' own text; the marks, the reward and what became of the next bid are the record's. */
const PROMPT_TEXT = `title = NULL, content = '', next_bid = NULL,
  next_bid_detail = CASE WHEN next_bid_detail IS NULL THEN NULL ELSE '' END`;

/** What was wished for, and the names of its files. */
const REQUEST_TEXT = `text = '', files = '[]'`;

const SETTLED = `SELECT id FROM executions WHERE agent_id = @agentId AND state = 'settled'`;

/** What is not over still needs its text. Each returns how many rows lost some. */
const PURGES = {
  prompts: `UPDATE prompts SET ${PROMPT_TEXT}, reason = NULL, purged_at = COALESCE(purged_at, @at)
             WHERE agent_id = @agentId AND ended_at IS NOT NULL AND (purged_at IS NULL OR reason IS NOT NULL)`,
  prompt_files: `DELETE FROM prompt_files
                  WHERE prompt_id IN (SELECT id FROM prompts WHERE agent_id = @agentId AND ended_at IS NOT NULL)`,
  // Messages that it hasn't been handed yet come from others and are still to be read. Those that were handed to an
  // execution that may never start would be unread again if it doesn't.
  messages: `DELETE FROM messages
              WHERE from_id = @agentId
                 OR (to_id = @agentId AND (@isDead OR handed_to IN (${SETTLED})))`,
  memos: `DELETE FROM memos
           WHERE transfer_id IN (SELECT id FROM transfers WHERE debit = @account AND kind = 'transfer'
                                 UNION SELECT id FROM transfers WHERE credit = @account AND kind = 'transfer')`,
  payloads: `UPDATE bids SET payload = NULL
              WHERE (agent_id = @agentId OR payer_id = @agentId) AND payload IS NOT NULL AND status <> 'pending'
                AND NOT EXISTS (SELECT 1 FROM executions WHERE bid_id = bids.id AND state <> 'settled')`,
  files: `DELETE FROM agent_files WHERE agent_id = @agentId AND @isDead`,
  calls: `UPDATE model_calls SET content = NULL, detail = NULL
           WHERE outcome IS NOT NULL AND (content IS NOT NULL OR detail IS NOT NULL)
             AND execution_id IN (SELECT id FROM executions WHERE agent_id = @agentId)`,
  // Where the agent's own files were to blame they may be cited; all other endings are told in words of ours.
  receipts: `UPDATE executions SET detail = NULL
              WHERE agent_id = @agentId AND state = 'settled' AND detail IS NOT NULL
                AND outcome IN ('agent_error', 'system_fault')`,
  keys: `DELETE FROM idempotency_keys WHERE agent_id = @agentId AND NOT @isRunning`,
} as const satisfies Readonly<Record<keyof PurgedRows, string>>;

/** After as many a step of forgetting is over. */
const FILE_BYTES_AT_ONCE = 8_388_608;

export type Texts = ReturnType<typeof textsTable>;

/**
 * All text that agents and the human left, wherever it stands, and how it goes. Rows that records and money refer to
 * stay and lose their text; rows that are nothing but text go.
 */
export function textsTable(database: Database, { accountOf }: AccountNames) {
  const purges = Object.entries(PURGES).map(([kind, sql]) => [kind, database.prepare<[object]>(sql)] as const);
  /** Names of files, which are no rows that anyone would count. */
  const givenFiles = database.prepare('DELETE FROM given_files WHERE agent_id = ?');
  const markAgent = database.prepare('UPDATE agents SET purged_at = ? WHERE id = ?');
  const unread = database.prepare<[string], number>('SELECT id FROM messages WHERE to_id = ? ORDER BY id').pluck();
  const ofPrompt = database.prepare(
    `UPDATE prompts SET ${PROMPT_TEXT}, reason = NULL, purged_at = COALESCE(purged_at, ?)
      WHERE id = ? AND ended_at IS NOT NULL AND (purged_at IS NULL OR reason IS NOT NULL)`,
  );
  const ofRequest = database.prepare(
    `UPDATE requests SET ${REQUEST_TEXT}, purged_at = ? WHERE id = ? AND closed_at IS NOT NULL AND purged_at IS NULL`,
  );
  const oldRequests = database.prepare(
    `UPDATE requests SET ${REQUEST_TEXT}, purged_at = @now
      WHERE id IN (SELECT id FROM requests INDEXED BY requests_with_text
                    WHERE purged_at IS NULL AND closed_at IS NOT NULL AND closed_at < @before
                    ORDER BY closed_at LIMIT @limit + 0)`,
  );
  const filesOf = database.prepare('DELETE FROM prompt_files WHERE prompt_id = ?');
  const oldPrompts = database.prepare<[{ before: number; limit: number }], { id: number; bytes: number }>(
    `SELECT id, (SELECT COALESCE(SUM(bytes), 0) FROM prompt_files
                  WHERE prompt_id = prompts.id AND prompt_files.content IS NOT NULL) AS bytes
       FROM prompts INDEXED BY prompts_with_text
      WHERE purged_at IS NULL AND ended_at IS NOT NULL AND ended_at < @before
      ORDER BY ended_at LIMIT @limit + 0`,
  );
  const oldPrompt = database.prepare(`UPDATE prompts SET ${PROMPT_TEXT}, purged_at = ? WHERE id = ?`);
  const oldAnswers = database.prepare(
    `UPDATE prompts SET reason = NULL
      WHERE id IN (SELECT id FROM prompts INDEXED BY prompts_with_reason
                    WHERE reason IS NOT NULL AND ended_at < @before ORDER BY ended_at LIMIT @limit + 0)`,
  );
  // The oldest rows alone are looked at: they come in the order of their time, but for a clock that was set back.
  const oldMessages = database.prepare(
    `DELETE FROM messages
      WHERE id IN (SELECT id FROM (SELECT id, sent_at FROM messages ORDER BY id LIMIT @limit + 0)
                    WHERE sent_at < @before)`,
  );
  const oldMemos = database.prepare(
    `DELETE FROM memos
      WHERE transfer_id IN (SELECT id FROM (SELECT transfer_id FROM memos ORDER BY transfer_id LIMIT @limit + 0)
                              JOIN transfers ON id = transfer_id WHERE at < @before)`,
  );
  const oldCalls = database.prepare(
    `UPDATE model_calls SET content = NULL
      WHERE id IN (SELECT id FROM model_calls INDEXED BY model_calls_with_content
                    WHERE content IS NOT NULL AND began_at < @before ORDER BY began_at LIMIT @limit + 0)`,
  );

  /** Files are large and what is deleted is overwritten, so few are deleted at once: nobody should wait for long. */
  function forgetPrompts(before: number, now: number, limit: number): number {
    let [rows, room] = [0, FILE_BYTES_AT_ONCE];
    for (const { id, bytes } of oldPrompts.all({ before, limit })) {
      if (room <= 0) break;
      room -= bytes;
      filesOf.run(id);
      rows += oldPrompt.run(now, id).changes;
    }
    return rows;
  }

  return {
    /** False where it has none any more, or has not ended. */
    purgePrompt(id: number, at: number): boolean {
      const purged = ofPrompt.run(at, id).changes === 1;
      if (purged) filesOf.run(id);
      return purged;
    },
    /** False where it has none any more, or is open. */
    purgeRequest: (id: number, at: number): boolean => ofRequest.run(at, id).changes === 1,
    purgeAgent(spoken: Spoken): PurgedRows {
      const { agentId, at, isDead, isRunning } = spoken;
      const bound = { agentId, account: accountOf(agentId), at, isDead: Number(isDead), isRunning: Number(isRunning) };
      const rows = Object.fromEntries(purges.map(([kind, purge]) => [kind, purge.run(bound).changes]));
      if (isDead) givenFiles.run(agentId);
      markAgent.run(at, agentId);
      return rows as Readonly<Record<keyof PurgedRows, number>>;
    },
    /** The messages to this agent that a purge has left. */
    unread: (agentId: string): readonly number[] => unread.all(agentId),
    /** Lets go of what is older, at most `limit` rows of each kind. Returns how many rows lost text. */
    forgetOlder({ prompts, answers, messages, requests, calls }: TextLimits, now: number, limit: number): number {
      let rows = 0;
      const forget = (statement: typeof oldAnswers, before: number | null, more: object = {}) => {
        if (before !== null) rows += statement.run({ before, limit, ...more }).changes;
      };
      if (prompts !== null) rows += forgetPrompts(prompts, now, limit);
      forget(oldAnswers, answers);
      forget(oldMessages, messages);
      forget(oldMemos, messages);
      forget(oldRequests, requests, { now });
      forget(oldCalls, calls);
      return rows;
    },
    /**
     * Empties SQLite's log, in which pages stand as they were before. False where another connection still reads from
     * it. Not within a transaction.
     */
    emptyLog: (): boolean => emptyLog(database),
    /**
     * Writes the whole file anew, so that what is gone is in none of its pages, nor in its log. Without that SQLite
     * leaves pieces of rows that it moved from page to page. Others wait as for any write. Returns as `emptyLog` does.
     * Not to be called within a transaction.
     */
    rewrite(): boolean {
      database.exec('VACUUM');
      return emptyLog(database);
    },
  };
}

function emptyLog(database: Database): boolean {
  const [result] = database.pragma('wal_checkpoint(TRUNCATE)') as readonly { readonly busy: number }[];
  return result?.busy === 0;
}

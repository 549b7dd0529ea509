import type { Database } from './database.ts';

export interface Message {
  readonly id: number;
  /** Null: the operator. */
  readonly fromId: string | null;
  readonly toId: string;
  readonly content: string;
  readonly cycle: number;
  readonly sentAt: number;
}

/** With the number of the execution that was handed it; null while it waits. */
export type SentMessage = Message & { readonly handedTo: number | null };

const COLUMNS = 'id, from_id AS fromId, to_id AS toId, content, cycle, sent_at AS sentAt';

/** Not handed over yet: each kind has an index of its own, so that neither has to be found among the other. */
const OF_AGENTS = 'handed_to IS NULL AND from_id IS NOT NULL';
const OF_OPERATOR = 'handed_to IS NULL AND from_id IS NULL';

export type Messages = ReturnType<typeof messagesTable>;

export function messagesTable(database: Database) {
  const insert = database.prepare(
    `INSERT INTO messages (from_id, to_id, content, cycle, sent_at)
     VALUES (@fromId, @toId, @content, @cycle, @sentAt)`,
  );
  const unhandedCount = database
    .prepare<[string], number>(
      `SELECT COUNT(*) FROM messages INDEXED BY messages_unhanded WHERE to_id = ? AND ${OF_AGENTS}`,
    )
    .pluck();
  const unhandedCountOfOperator = database
    .prepare<[string], number>(
      `SELECT COUNT(*) FROM messages INDEXED BY messages_of_operator WHERE to_id = ? AND ${OF_OPERATOR}`,
    )
    .pluck();
  const unhanded = database.prepare<[string, number], Message>(
    `SELECT ${COLUMNS} FROM messages INDEXED BY messages_unhanded
      WHERE to_id = ? AND ${OF_AGENTS} ORDER BY id DESC LIMIT ? + 0`,
  );
  const unhandedOfOperator = database.prepare<[string, number], Message>(
    `SELECT ${COLUMNS} FROM messages INDEXED BY messages_of_operator
      WHERE to_id = ? AND ${OF_OPERATOR} ORDER BY id DESC LIMIT ? + 0`,
  );
  const hand = database.prepare(
    `UPDATE messages INDEXED BY messages_unhanded SET handed_to = ? WHERE to_id = ? AND ${OF_AGENTS}`,
  );
  const handOfOperator = database.prepare(
    `UPDATE messages INDEXED BY messages_of_operator SET handed_to = ? WHERE to_id = ? AND ${OF_OPERATOR}`,
  );
  const takeBack = database.prepare('UPDATE messages SET handed_to = NULL WHERE handed_to = ?');
  const inbox = database.prepare<[string, number, number], Message>(
    `SELECT ${COLUMNS} FROM messages WHERE to_id = ? AND id < ? ORDER BY id DESC LIMIT ? + 0`,
  );
  const page = database.prepare<{ before: number; agent: string | null; limit: number }, SentMessage>(
    `SELECT ${COLUMNS}, handed_to AS handedTo FROM messages
      WHERE id < @before AND (@agent IS NULL OR from_id = @agent OR to_id = @agent) ORDER BY id DESC LIMIT @limit + 0`,
  );
  const forget = database.prepare('DELETE FROM messages WHERE cycle < ? AND handed_to IS NOT NULL');

  return {
    insert: (message: Omit<Message, 'id'>): number => Number(insert.run(message).lastInsertRowid),
    /** Of other agents' messages, and of the operator's: each have room of their own. */
    countUnhanded: (agentId: string): number => Number(unhandedCount.get(agentId)),
    countUnhandedOfOperator: (agentId: string): number => Number(unhandedCountOfOperator.get(agentId)),
    /**
     * Messages that no started execution has been handed: the operator's, then others', each the oldest first; the
     * newest where there are more of a kind than the limit has room for.
     */
    unhanded(agentId: string, limit: number): readonly Message[] {
      const first = unhandedOfOperator.all(agentId, limit).reverse();
      return [...first, ...unhanded.all(agentId, limit - first.length).reverse()];
    },
    markHanded(agentId: string, executionId: number): void {
      hand.run(executionId, agentId);
      handOfOperator.run(executionId, agentId);
    },
    /** That execution never started: its messages are news again. */
    takeBack: (executionId: number): void => void takeBack.run(executionId),
    /** The newest first, with ids under `before`. */
    inbox: (agentId: string, before: number, limit: number): readonly Message[] => inbox.all(agentId, before, limit),
    /** The same of all, or of those from or to one agent. */
    page: (before: number, limit: number, agentId?: string): readonly SentMessage[] =>
      page.all({ before, agent: agentId ?? null, limit }),
    /** Drops those that were handed over and sent before this cycle. */
    forgetBefore: (cycle: number): void => void forget.run(cycle),
  };
}

import type { Spent } from '../domain/model-budget.ts';
import type { CallOutcome, TokenUsage } from '../domain/tokens.ts';
import type { Database } from './database.ts';

/** One call of a language model; what is null is not known, or not yet. */
export interface ModelCall {
  readonly id: number;
  readonly executionId: number;
  readonly cycle: number;
  readonly provider: string;
  readonly model: string;
  readonly route: string;
  /** Budget tokens. */
  readonly reserved: number;
  /** Millionths of the currency; null where the model had no price. */
  readonly reservedMoney: number | null;
  readonly beganAt: number;
  readonly outcome: CallOutcome | null;
  readonly input: number | null;
  readonly cached: number | null;
  readonly output: number | null;
  readonly isReported: number | null;
  /** Budget tokens. */
  readonly billed: number | null;
  /** Millionths of the currency. */
  readonly money: number | null;
  readonly durationMs: number | null;
  readonly detail: string | null;
  /** JSON. */
  readonly content: string | null;
}

export interface NewCall {
  readonly executionId: number;
  readonly cycle: number;
  readonly provider: string;
  readonly model: string;
  readonly route: string;
  readonly reserved: number;
  readonly reservedMoney: number | null;
  readonly beganAt: number;
}

export interface EndedCall {
  readonly outcome: CallOutcome;
  readonly usage: TokenUsage | undefined;
  readonly isReported: boolean;
  readonly billed: number;
  readonly money: number | null;
  readonly durationMs: number;
  readonly detail: string | null;
  readonly content: string | null;
}

/** What is left of an execution's tokens. */
export interface TokenAccount {
  readonly bought: number;
  readonly used: number;
  /** By calls that go on. */
  readonly reserved: number;
}

const COLUMNS = `id, execution_id AS executionId, cycle, provider, model, route, reserved,
  reserved_money AS reservedMoney, began_at AS beganAt, outcome,
  input_tokens AS input, cached_tokens AS cached, output_tokens AS output, is_reported AS isReported, billed, money,
  duration_ms AS durationMs, detail, content`;

export type ModelCalls = ReturnType<typeof modelCallsTable>;

export function modelCallsTable(database: Database) {
  const insert = database.prepare(
    `INSERT INTO model_calls (execution_id, cycle, provider, model, route, reserved, reserved_money, began_at)
     VALUES (@executionId, @cycle, @provider, @model, @route, @reserved, @reservedMoney, @beganAt)`,
  );
  const one = database.prepare<[number], ModelCall>(`SELECT ${COLUMNS} FROM model_calls WHERE id = ?`);
  const open = database.prepare<[], ModelCall>(
    `SELECT ${COLUMNS} FROM model_calls INDEXED BY model_calls_open WHERE outcome IS NULL ORDER BY id`,
  );
  const openOf = database.prepare<[number], ModelCall>(
    `SELECT ${COLUMNS} FROM model_calls INDEXED BY model_calls_open
      WHERE outcome IS NULL AND execution_id = ? ORDER BY id`,
  );
  const end = database.prepare(
    `UPDATE model_calls SET outcome = ?, input_tokens = ?, cached_tokens = ?, output_tokens = ?, is_reported = ?,
       billed = ?, money = ?, duration_ms = ?, detail = ?, content = ?
     WHERE id = ? AND outcome IS NULL`,
  );
  const reservedSince = database.prepare<[number], Spent>(
    `SELECT COALESCE(SUM(reserved), 0) AS tokens, COALESCE(SUM(reserved_money), 0) AS money
       FROM model_calls INDEXED BY model_calls_reserved WHERE outcome IS NULL AND began_at >= ? + 0`,
  );
  const use = database.prepare('UPDATE executions SET used_tokens = used_tokens + ? WHERE id = ?');
  const account = database
    .prepare<[number], [number, number, number]>(
      `SELECT tokens, used_tokens,
              (SELECT COALESCE(SUM(reserved), 0) FROM model_calls INDEXED BY model_calls_open
                WHERE outcome IS NULL AND execution_id = executions.id)
         FROM executions WHERE id = ?`,
    )
    .raw();
  const page = database.prepare<[number, number], ModelCall>(
    `SELECT ${COLUMNS} FROM model_calls WHERE id < ? ORDER BY id DESC LIMIT ? + 0`,
  );
  const ofExecution = database.prepare<[number, number], ModelCall>(
    `SELECT ${COLUMNS} FROM model_calls WHERE execution_id = ? ORDER BY id DESC LIMIT ? + 0`,
  );
  const mostReserved = database
    .prepare<[string, number], [number, number]>(
      `SELECT c.execution_id, MAX(c.reserved)
         FROM executions e CROSS JOIN model_calls c INDEXED BY model_calls_of_execution ON c.execution_id = e.id
        WHERE e.agent_id = ? AND e.id >= ? GROUP BY c.execution_id`,
    )
    .raw();
  const forget = database.prepare('DELETE FROM model_calls WHERE cycle < ? AND outcome IS NOT NULL');

  return {
    /** Returns its id. */
    insert: (call: NewCall): number => Number(insert.run(call).lastInsertRowid),
    find: (id: number): ModelCall | undefined => one.get(id),
    /** Those that go on, of all executions. */
    open: (): readonly ModelCall[] => open.all(),
    openOf: (executionId: number): readonly ModelCall[] => openOf.all(executionId),
    /** Ends a call and counts what it is billed for as used by its execution. False where it had ended before. */
    end(call: ModelCall, ended: EndedCall): boolean {
      const { input = null, cached = null, output = null } = ended.usage ?? {};
      const { outcome, billed, money, detail, content } = ended;
      const reported = ended.usage ? Number(ended.isReported) : null;
      const duration = Math.max(0, Math.round(ended.durationMs));
      const counts = [input, cached, output, reported, billed, money, duration] as const;
      const { changes } = end.run(outcome, ...counts, detail, content, call.id);
      if (changes === 1) use.run(billed, call.executionId);
      return changes === 1;
    },
    account(executionId: number): TokenAccount {
      const row = account.get(executionId);
      if (!row) throw new Error(`no execution ${executionId}`);
      const [bought, used, reserved] = row;
      return { bought, used, reserved };
    },
    /** By execution of this agent, from one on: the most tokens that one of its calls had reserved. */
    mostReserved: (agentId: string, since: number): ReadonlyMap<number, number> =>
      new Map(mostReserved.all(agentId, since)),
    /** By calls that go on and began then or later, of all executions. */
    reservedSince: (time: number): Spent => reservedSince.get(time) ?? { tokens: 0, money: 0 },
    /** The newest first, with ids under `before`. */
    page: (before: number, limit: number): readonly ModelCall[] => page.all(before, limit),
    /** The newest first. */
    ofExecution: (executionId: number, limit: number): readonly ModelCall[] => ofExecution.all(executionId, limit),
    forgetBefore: (cycle: number): void => void forget.run(cycle),
  };
}

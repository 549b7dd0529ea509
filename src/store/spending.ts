import { SPENT_MAX, type Spent } from '../domain/model-budget.ts';
import type { TokenUsage } from '../domain/tokens.ts';
import type { Database } from './database.ts';

/** What one call has cost. */
export interface Spending {
  readonly executionId: number;
  readonly model: string;
  /** In which it began. */
  readonly day: number;
  readonly usage: TokenUsage | undefined;
  /** Budget tokens. */
  readonly billed: number;
  /** Millionths of the currency. */
  readonly money: number;
}

/** What an agent or a model has cost. Tokens are the provider's own, but for `billed`. */
export interface SpendingSum {
  readonly name: string;
  readonly calls: number;
  readonly input: number;
  readonly cached: number;
  readonly output: number;
  readonly billed: number;
  readonly money: number;
}

export type SpendingBy = 'agent' | 'model';

/** The day under which earlier ones are kept together. */
const EARLIER = -1;

const COUNTED = ['calls', 'input_tokens', 'cached_tokens', 'output_tokens', 'billed', 'money'] as const;
/** Of these each call's limits are reckoned. */
const LIMITED = ['billed', 'money'] as const;

/** A sum that stays exact whatever it is a sum of. */
const sum = (expression: string) => `CAST(MIN(${SPENT_MAX}, COALESCE(SUM(${expression}), 0)) AS INTEGER)`;

export type SpendingTable = ReturnType<typeof spendingTable>;

export function spendingTable(database: Database) {
  const add = database.prepare(
    `INSERT INTO spending
     SELECT @day, agent_id, @model, 1, @input, @cached, @output, @billed, @money FROM executions WHERE id = @executionId
         ON CONFLICT (day, agent_id, model) DO UPDATE SET ${addedTo(COUNTED)}`,
  );
  const addToDay = database.prepare(
    `INSERT INTO spent_days VALUES (@day, @billed, @money)
         ON CONFLICT (day) DO UPDATE SET ${addedTo(LIMITED)}`,
  );
  const since = database.prepare<[number], Spent>(
    `SELECT ${sum('billed')} AS tokens, ${sum('money')} AS money FROM spent_days WHERE day >= ? + 0`,
  );
  const newest = database.prepare<[], number | null>('SELECT MAX(day) FROM spent_days').pluck();
  const sums = (column: string) =>
    database.prepare<[number, number], SpendingSum>(
      `SELECT ${column} AS name, ${sum('calls')} AS calls, ${sum('input_tokens')} AS input,
              ${sum('cached_tokens')} AS cached, ${sum('output_tokens')} AS output, ${sum('billed')} AS billed,
              ${sum('money')} AS money
         FROM spending WHERE day >= ? + 0 GROUP BY 1 ORDER BY 7 DESC, 6 DESC, 1 LIMIT ? + 0`,
    );
  const sumsBy = { agent: sums('agent_id'), model: sums('model') };
  const hasBefore = database
    .prepare<[number], number>('SELECT EXISTS (SELECT 1 FROM spent_days WHERE day >= 0 AND day < ? + 0)')
    .pluck();
  const fold = [
    `INSERT INTO spending
     SELECT ${EARLIER}, agent_id, model, ${COUNTED.map(sum).join(', ')}
       FROM spending WHERE day < ? GROUP BY agent_id, model
         ON CONFLICT (day, agent_id, model) DO UPDATE SET ${setTo(COUNTED)}`,
    'DELETE FROM spending WHERE day >= 0 AND day < ?',
    `INSERT INTO spent_days SELECT ${EARLIER}, ${sum('billed')}, ${sum('money')} FROM spent_days WHERE day < ?
         ON CONFLICT (day) DO UPDATE SET ${setTo(LIMITED)}`,
    'DELETE FROM spent_days WHERE day >= 0 AND day < ?',
  ].map((sql) => database.prepare(sql));

  return {
    add({ executionId, model, day, usage, billed, money }: Spending): void {
      const { input = 0, cached = 0, output = 0 } = usage ?? {};
      add.run({ executionId, model, day, input, cached, output, billed, money });
      addToDay.run({ day, billed, money });
    },
    /** On this day and later ones, which only a clock that was set back can have; -1: in all. */
    since: (day: number): Spent => since.get(day) ?? { tokens: 0, money: 0 },
    /** The latest day on which something was spent. */
    newestDay: (): number | undefined => newest.get() ?? undefined,
    /** The dearest first, since a day as `since` has it. */
    sums: (of: SpendingBy, day: number, limit: number): readonly SpendingSum[] => sumsBy[of].all(day, limit),
    /** Keeps what was spent before this day as one sum for each agent and model. */
    foldBefore(day: number): void {
      if (hasBefore.get(day) === 1) for (const step of fold) step.run(day);
    },
  };
}

function addedTo(columns: readonly string[]): string {
  return columns.map((column) => `${column} = MIN(${SPENT_MAX}, ${column} + excluded.${column})`).join(', ');
}

function setTo(columns: readonly string[]): string {
  return columns.map((column) => `${column} = excluded.${column}`).join(', ');
}

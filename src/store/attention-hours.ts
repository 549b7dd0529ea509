import type { Database } from './database.ts';

/** What is known of one hour of the human's calendar, or of several together; all in milliseconds. */
export interface AttentionTime {
  /** Of the human's time, by prompts. */
  readonly spentMs: number;
  /** In which the human was seen to be there. */
  readonly presentMs: number;
  /** That the operator gave beyond the configured minutes. */
  readonly givenMs: number;
}

const NONE: AttentionTime = { spentMs: 0, presentMs: 0, givenMs: 0 };
const SUMS = 'SUM(spent_ms) AS spentMs, SUM(present_ms) AS presentMs, SUM(given_ms) AS givenMs';

export type AttentionHours = ReturnType<typeof attentionHoursTable>;

/** The human's time by hour of their calendar, and what the economy keeps of the moment of it. */
export function attentionHoursTable(database: Database) {
  const add = database.prepare(
    `INSERT INTO attention_hours (day, hour, spent_ms, present_ms, given_ms) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (day, hour) DO UPDATE SET spent_ms = spent_ms + excluded.spent_ms,
         present_ms = present_ms + excluded.present_ms, given_ms = given_ms + excluded.given_ms`,
  );
  const ofHour = database.prepare<[number, number], AttentionTime>(
    'SELECT spent_ms AS spentMs, present_ms AS presentMs, given_ms AS givenMs FROM attention_hours WHERE day = ? AND hour = ?',
  );
  const ofDay = database.prepare<[number], Record<keyof AttentionTime, number | null>>(
    `SELECT ${SUMS} FROM attention_hours WHERE day = ?`,
  );
  const present = database
    .prepare<[number, number], [number, number, number]>(
      'SELECT day, hour, present_ms FROM attention_hours WHERE day >= ? AND day < ? AND present_ms > 0',
    )
    .raw();
  const forget = database.prepare('DELETE FROM attention_hours WHERE day < ?');
  const actedAt = database.prepare<[], number | null>('SELECT human_acted_at FROM economy_state').pluck();
  const act = database.prepare('UPDATE economy_state SET human_acted_at = ?');
  const unpriced = database.prepare<[], number>('SELECT attention_unpriced_ms FROM economy_state').pluck();
  const addUnpriced = database.prepare('UPDATE economy_state SET attention_unpriced_ms = attention_unpriced_ms + ?');
  const priced = database.prepare('UPDATE economy_state SET attention_unpriced_ms = 0 WHERE attention_unpriced_ms > 0');

  return {
    /** Also what the price of attention is to take in. */
    spend(day: number, hour: number, spentMs: number): void {
      add.run(day, hour, spentMs, 0, 0);
      if (spentMs > 0) addUnpriced.run(spentMs);
    },
    addPresence: (day: number, hour: number, presentMs: number): void => void add.run(day, hour, 0, presentMs, 0),
    give: (day: number, hour: number, givenMs: number): void => void add.run(day, hour, 0, 0, givenMs),
    ofHour: (day: number, hour: number): AttentionTime => ofHour.get(day, hour) ?? NONE,
    ofDay(day: number): AttentionTime {
      const { spentMs, presentMs, givenMs } = ofDay.get(day) ?? NONE;
      return { spentMs: spentMs ?? 0, presentMs: presentMs ?? 0, givenMs: givenMs ?? 0 };
    },
    /** Day, hour and milliseconds of presence, for days from `from` on and before `to`. */
    presence: (from: number, to: number): readonly (readonly [day: number, hour: number, presentMs: number])[] =>
      present.all(from, to),
    forgetBefore: (day: number): void => void forget.run(day),
    /** When the human last acted on a prompt, if they have since they were last away. */
    actedAt: (): number | null => actedAt.get() ?? null,
    setActedAt: (at: number | null): void => void act.run(at),
    /** Spent, and not taken in by the price of attention. */
    unpricedMs: (): number => unpriced.get() ?? 0,
    setPriced: (): void => void priced.run(),
  };
}

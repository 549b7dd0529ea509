import type { OperatorPause } from '../domain/operator-pause.ts';
import type { Database } from './database.ts';

/** What the whole economy has one of. */
export interface EconomyState {
  /** Of the last clearing; 0 before the first. */
  readonly cycle: number;
  readonly clearedAt: number | null;
  /** How long the market has run in all. */
  readonly runningMs: number;
  readonly humanAway: boolean;
  /** Why the program has paused the market; null while it hasn't. */
  readonly pausedReason: string | null;
  readonly operatorPause: OperatorPause | null;
}

type Row = [number, number | null, number, number, string | null, number | null, string | null];

export type State = ReturnType<typeof stateTable>;

export function stateTable(database: Database) {
  const one = database
    .prepare<[], Row>(
      `SELECT cycle, cleared_at, running_ms, human_away, paused_reason, operator_paused_at, operator_pause_reason
         FROM economy_state`,
    )
    .raw();
  const advance = database.prepare(
    'UPDATE economy_state SET cycle = cycle + 1, cleared_at = ?, running_ms = running_ms + ?',
  );
  const begin = database.prepare('UPDATE economy_state SET cycle = ?, running_ms = ?');
  const away = database.prepare('UPDATE economy_state SET human_away = ?');
  const paused = database.prepare('UPDATE economy_state SET paused_reason = ?');
  const operatorPaused = database.prepare('UPDATE economy_state SET operator_paused_at = ?, operator_pause_reason = ?');

  return {
    get(): EconomyState {
      const row = one.get();
      if (!row) throw new Error('the economy has no state');
      const [cycle, clearedAt, runningMs, humanAway, pausedReason, since, reason] = row;
      const operatorPause = since === null ? null : { since, reason };
      return { cycle, clearedAt, runningMs, humanAway: humanAway === 1, pausedReason, operatorPause };
    },
    /** The next cycle, after this much more running time. */
    advance: (at: number, runningMs: number): void => void advance.run(at, Math.round(runningMs)),
    /** Goes on where another economy stands: for one with nothing in it. */
    beginAt: ({ cycle, runningMs }: Pick<EconomyState, 'cycle' | 'runningMs'>): void =>
      void begin.run(cycle, runningMs),
    setHumanAway: (isAway: boolean): void => void away.run(isAway ? 1 : 0),
    setPaused: (reason: string | null): void => void paused.run(reason),
    setOperatorPause: (pause: OperatorPause | null): void =>
      void operatorPaused.run(pause?.since ?? null, pause?.reason ?? null),
  };
}

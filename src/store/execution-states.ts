import type { EssentialLimit, Execution, ExecutionState } from '../domain/execution.ts';
import type { RefusalCode } from '../domain/refusal.ts';
import type { Database } from './database.ts';

/** Who an execution is to its own endpoint. */
export type Identity = Pick<Execution, 'id' | 'agentId' | 'tokenHash' | 'state' | 'stopRequested'>;

/** The states of executions, apart from the rest: they are asked for with each request, so no more than that is read. */
export function executionStates(database: Database) {
  const identity = database
    .prepare<[number], [string, string | null, ExecutionState, number]>(
      'SELECT agent_id, token_hash, state, stop_requested FROM executions WHERE id = ?',
    )
    .raw();
  const isLive = database
    .prepare<[number], number>(`SELECT state = 'running' AND stop_requested = 0 FROM executions WHERE id = ?`)
    .pluck();
  const isToStop = database.prepare<[number], number>('SELECT stop_requested FROM executions WHERE id = ?').pluck();
  const requestStop = database.prepare(`UPDATE executions SET stop_requested = 1 WHERE id = ? AND state <> 'settled'`);
  const toStop = database
    .prepare<[], number>(`SELECT id FROM executions WHERE stop_requested = 1 AND state <> 'settled' ORDER BY id`)
    .pluck();
  const starting = database.prepare(
    `UPDATE executions SET state = 'starting', token_hash = ? WHERE id = ? AND state = 'allocated'`,
  );
  const running = database.prepare(
    `UPDATE executions SET state = 'running', started_at = ?, unheld = ?
      WHERE id = ? AND state = 'starting' AND stop_requested = 0`,
  );
  const refusedBid = database
    .prepare<[number], RefusalCode | null>('SELECT refused_bid FROM executions WHERE id = ?')
    .pluck();
  const setRefusedBid = database.prepare('UPDATE executions SET refused_bid = ? WHERE id = ?');
  const leftIdle = database.prepare('UPDATE executions SET left_idle = 1 WHERE id = ?');
  const restartBid = database.prepare('UPDATE executions SET restart_bid = ? WHERE id = ?');

  return {
    identityOf(id: number): Identity | undefined {
      const row = identity.get(id);
      if (!row) return undefined;
      const [agentId, tokenHash, state, stopRequested] = row;
      return { id, agentId, tokenHash, state, stopRequested: stopRequested === 1 };
    },
    /** Running, and the operator has not asked to end it. */
    isLive: (id: number): boolean => isLive.get(id) === 1,
    isToStop: (id: number): boolean => isToStop.get(id) === 1,
    /** Idempotent; false where it is settled. */
    requestStop: (id: number): boolean => requestStop.run(id).changes === 1,
    /** The unsettled ones that the operator wants to end. */
    toStop: (): readonly number[] => toStop.all(),
    refusedBid: (id: number): RefusalCode | null => refusedBid.get(id) ?? null,
    setRefusedBid: (id: number, code: RefusalCode | null): void => void setRefusedBid.run(code, id),
    setRestartBid: (id: number, bidId: number): void => void restartBid.run(bidId, id),
    markLeftIdle: (id: number): void => void leftIdle.run(id),
    /** False where it is no longer `allocated`. */
    markStarting: (id: number, tokenHash: string): boolean => starting.run(tokenHash, id).changes === 1,
    /** False where it is no longer `starting`, or is to be stopped. */
    markRunning: (id: number, at: number, unheld: readonly EssentialLimit[]): boolean =>
      running.run(at, JSON.stringify(unheld), id).changes === 1,
  };
}

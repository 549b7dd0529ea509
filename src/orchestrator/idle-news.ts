import type { Execution } from '../domain/execution.ts';
import { formatId } from '../domain/ids.ts';
import type { IdleAgent } from '../economy/executions/idle.ts';
import { findBid } from '../economy/views/bid-view.ts';
import type { OrchestratorDeps } from './deps.ts';

/** That nothing is pending for an agent any more, while there is time to act. */
export function tellIdle({ logger, events }: Pick<OrchestratorDeps, 'logger' | 'events'>, idle: IdleAgent): void {
  const { executionId, agentId, refusedBid } = idle;
  logger.info({ execution: formatId('execution', executionId), agent: agentId, refusedBid }, 'left idle');
  events.publish({ kind: 'left_idle', ...idle });
}

/** That a restart follows an execution, and after which slip: what is amiss can be mended before it runs. */
export function tellRestart(
  { economy, logger, events }: Pick<OrchestratorDeps, 'economy' | 'logger' | 'events'>,
  { id: executionId, agentId, refusedBid, restartBid: bidId }: Execution,
): void {
  const bidPlaced = bidId === null ? undefined : findBid(economy, bidId);
  if (bidId === null || !bidPlaced) return;
  const bid = formatId('bid', bidId);
  logger.info({ execution: formatId('execution', executionId), agent: agentId, refusedBid, bid }, 'restarts');
  events.publish({ kind: 'restarts', executionId, agentId, refusedBid, bidId, earliestCycle: bidPlaced.earliestCycle });
}

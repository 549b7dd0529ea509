import { formatId } from '../domain/ids.ts';
import type { IdleAgent } from '../economy/executions/idle.ts';
import type { OrchestratorDeps } from './deps.ts';

/** That nothing is pending for an agent any more, while there is time to act. */
export function tellIdle({ logger, events }: Pick<OrchestratorDeps, 'logger' | 'events'>, idle: IdleAgent): void {
  const { executionId, agentId, refusedBid } = idle;
  logger.info({ execution: formatId('execution', executionId), agent: agentId, refusedBid }, 'left idle');
  events.publish({ kind: 'left_idle', ...idle });
}

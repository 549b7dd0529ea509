import type { Execution } from '../domain/execution.ts';
import { formatId } from '../domain/ids.ts';
import type { OrchestratorDeps } from './deps.ts';

/** So many names stand in the log. */
const LOGGED_MAX = 20;

/** That files which were given to an agent were not laid, since somebody has changed what stands there. */
export function tellKept(
  { logger, events }: Pick<OrchestratorDeps, 'logger' | 'events'>,
  { id, agentId }: Execution,
  paths: readonly string[],
): void {
  const named = { files: paths.length, paths: paths.slice(0, LOGGED_MAX) };
  logger.warn({ execution: formatId('execution', id), agent: agentId, ...named }, 'files kept as they were changed');
  events.publish({ kind: 'files_kept', executionId: id, agentId, paths });
}

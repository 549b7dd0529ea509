import { sweepWorkspaces } from '../../content/workspace.ts';
import { isExecutionId } from '../../execution-id.ts';
import { reportedExecutions } from '../../lifecycle/report-file.ts';
import { listContainers } from '../container/container.ts';
import { LABEL } from '../labels.ts';
import type { SandboxParts } from '../sandbox-parts.ts';
import { removeSocketRoot, socketDirectories } from '../sockets.ts';
import { discardExecution } from './discard-execution.ts';

/** See `Sandbox.sweep`. What is a home's is told by its label and its own directories; nothing else is touched. */
export async function sweep(parts: SandboxParts, keep: ReadonlySet<string>, signal: AbortSignal): Promise<void> {
  const { client, home, homeLabel, sockets, volumes } = parts;
  const [containers, reports, directories] = await Promise.all([
    listContainers(client, { homeLabel }, signal),
    reportedExecutions(home),
    socketDirectories(sockets),
  ]);
  const known = [...containers.map(({ Labels }) => Labels[LABEL.execution] ?? ''), ...reports, ...directories];
  const isStale = (executionId: string) => isExecutionId(executionId) && !keep.has(executionId);
  for (const executionId of new Set(known)) if (isStale(executionId)) await discardExecution(parts, executionId);
  await removeSocketRoot(sockets);
  const held = containers
    .filter(({ Labels }) => !isStale(Labels[LABEL.execution] ?? ''))
    .map(({ Labels }) => `agent-${Labels[LABEL.agent] ?? ''}`);
  await volumes.putBack((_, folder) => held.includes(folder));
  await sweepWorkspaces(home, isStale);
}

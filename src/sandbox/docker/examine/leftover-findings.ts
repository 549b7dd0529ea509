import type { Finding } from '../../../platform/finding.ts';
import { BpError } from '../../../platform/errors.ts';
import type { DockerClient } from '../client/docker-client.ts';
import { isExecutionId } from '../../execution-id.ts';
import { listContainers } from '../container/container.ts';
import { reportedExecutions } from '../../lifecycle/report-file.ts';
import { volumeFolders } from '../../content/volumes.ts';
import { checkSocketPlace, socketDirectories, socketRoot, type SocketPlace } from '../sockets.ts';

const MEND = 'the next bp-agents run settles or removes them';

/** Where executions' sockets lie, and whether some lie there that nobody serves. No port is ever opened. */
export async function socketFinding(
  place: SocketPlace,
  { isRunning }: { readonly isRunning: boolean },
): Promise<Finding> {
  const name = 'sockets';
  const { root } = socketRoot(place);
  try {
    await checkSocketPlace(place);
    const count = (await socketDirectories(place)).filter(isExecutionId).length;
    if (count > 0 && !isRunning)
      return { name, ok: false, detail: `${count} of an earlier run are left in ${root}`, mend: MEND };
    return {
      name,
      ok: true,
      detail: `${isRunning ? `${count} in use` : 'none in use'}, in ${root}; no port is opened`,
    };
  } catch (error) {
    if (!(error instanceof BpError)) throw error;
    return { name, ok: false, detail: error.message, mend: error.hint ?? `make ${root} a directory of yours` };
  }
}

export interface LeftoverSearch {
  readonly client: DockerClient;
  /** The home's real path, and the name that labels know it by. */
  readonly home: string;
  readonly homeLabel: string;
  readonly isRunning: boolean;
}

/** Containers, reports and mounted workspaces of this home while no run is going on. */
export async function leftoverFinding(
  { client, home, homeLabel, isRunning }: LeftoverSearch,
  signal: AbortSignal,
): Promise<Finding> {
  const name = 'leftovers';
  const [containers, reports, volumes] = await Promise.all([
    listContainers(client, { homeLabel }, signal),
    reportedExecutions(home),
    volumeFolders(home),
  ]);
  const found = [
    counted(containers.length, 'container'),
    ...(reports.length > 0 ? [counted(reports.length, 'report')] : []),
    ...(volumes.length > 0 ? [counted(volumes.length, 'mounted workspace')] : []),
  ];
  if (isRunning) return { name, ok: true, detail: `${found.join(' and ')} of the run that is going on` };
  if (containers.length + reports.length + volumes.length === 0) return { name, ok: true, detail: 'none' };
  return { name, ok: false, detail: `${found.join(' and ')} of an earlier run`, mend: MEND };
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

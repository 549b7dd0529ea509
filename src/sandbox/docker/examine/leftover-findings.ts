import type { Finding } from '../../../platform/finding.ts';
import type { DockerClient } from '../client/docker-client.ts';
import { listContainers } from '../container/container.ts';
import { contentVolumes } from '../content/content-volumes.ts';
import { isHolder, isLeft } from '../content/holders.ts';
import { isInstalling, LABEL } from '../labels.ts';
import { orphanedVolumes } from '../container/report-volumes.ts';
import { volumeFolders } from '../../content/volumes.ts';

const MEND = 'the next bp-agents run settles or removes them';

export interface LeftoverSearch {
  readonly client: DockerClient;
  /** The home's real path, and the name that labels know it by. */
  readonly home: string;
  readonly homeLabel: string;
  readonly isRunning: boolean;
}

/** Containers, reports, content that is not whole and mounted workspaces of this home while no run is going on. */
export async function leftoverFinding(
  { client, home, homeLabel, isRunning }: LeftoverSearch,
  signal: AbortSignal,
): Promise<Finding> {
  const name = 'leftovers';
  const [all, reports, content, volumes] = await Promise.all([
    listContainers(client, { homeLabel }, signal),
    orphanedVolumes(client, homeLabel, signal),
    contentVolumes(client, homeLabel).list(signal),
    volumeFolders(home),
  ]);
  const making = all.filter((container) => isHolder(container) && !isLeft(container));
  const containers = all.filter((container) => !isInstalling(container) && !making.includes(container));
  const keys = making.map(({ Labels }) => Labels[LABEL.content]);
  const halves = content.others.filter(({ key }) => !keys.includes(key));
  const found = [
    counted(containers.length, 'container'),
    ...(reports.length > 0 ? [counted(reports.length, 'report')] : []),
    ...(halves.length > 0 ? [counted(halves.length, 'unfinished volume')] : []),
    ...(volumes.length > 0 ? [counted(volumes.length, 'mounted workspace')] : []),
  ];
  if (isRunning) return { name, ok: true, detail: `${found.join(' and ')} of the run that is going on` };
  if (containers.length + reports.length + halves.length + volumes.length === 0)
    return { name, ok: true, detail: 'none' };
  return { name, ok: false, detail: `${found.join(' and ')} of an earlier run`, mend: MEND };
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

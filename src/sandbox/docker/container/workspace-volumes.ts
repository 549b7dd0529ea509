import type { EngineVolumes } from '../../content/shipped/shipped-workspaces.ts';
import type { DockerClient } from '../client/docker-client.ts';
import { isOfHome, LABEL, labelFilter, volumeName } from '../labels.ts';
import { removeVolume } from './report-volumes.ts';

/** The volumes of an engine that hold shipped workspaces. */
export function workspaceVolumes(client: DockerClient, homeLabel: string): EngineVolumes {
  const nameOf = (folder: string) => volumeName(homeLabel, folder);
  return {
    nameOf,
    async ensure(folder) {
      const Labels = { [LABEL.home]: homeLabel, [LABEL.workspace]: folder };
      await client.call('make a volume', undefined, (abortSignal) =>
        client.docker.createVolume({ Name: nameOf(folder), Labels, abortSignal }),
      );
    },
    remove: (folder) => removeVolume(client, nameOf(folder)),
    async folders() {
      const { label } = labelFilter(homeLabel);
      const filters = JSON.stringify({ label: [...label, LABEL.workspace] });
      const { Volumes } = await client.call('list volumes', undefined, (abortSignal) =>
        client.docker.listVolumes({ filters, abortSignal }),
      );
      return Volumes.filter(({ Labels }) => isOfHome(Labels, homeLabel))
        .map(({ Labels }) => Labels[LABEL.workspace] ?? '')
        .filter((folder) => folder !== '');
    },
  };
}

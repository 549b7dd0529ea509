import type { Container, ContainerCreateOptions } from 'dockerode';
import { BpError } from '../../../platform/errors.ts';
import { confinedHost, NO_HEALTH_CHECK, volume as mountOf } from '../container/confined-host.ts';
import type { ContainerSettings } from '../container/container-settings.ts';
import { startContainer } from '../container/container.ts';
import type { DockerClient } from '../client/docker-client.ts';
import { LABEL } from '../labels.ts';

/** Where the container in which content is made has it. */
export const CONTENT = '/content';

/**
 * What makes content out of whatever was filled in: root's, for all to read, nothing of it set-uid, and on the disk. Links
 * are not followed.
 */
const SEAL = `
set -e
chown -R -h 0:0 .
find . ! -type l ! -type d ! -type f -delete
chmod -R u=rwX,go=rX,ug-s .
sync -f .
`;

export interface HolderRequest {
  readonly homeLabel: string;
  readonly key: string;
  readonly volume: string;
}

/** As the container of an execution, but for nobody: it has the volume, so that nobody can remove that, and seals it. */
export function holderOptions(
  settings: ContainerSettings,
  { homeLabel, key, volume }: HolderRequest,
): ContainerCreateOptions {
  return {
    Image: settings.config.image,
    Labels: { [LABEL.home]: homeLabel, [LABEL.content]: key, [LABEL.process]: String(process.pid) },
    NetworkDisabled: true,
    Entrypoint: [],
    Cmd: ['sh', '-c', SEAL],
    User: '0:0',
    WorkingDir: CONTENT,
    ...NO_HEALTH_CHECK,
    HostConfig: {
      ...confinedHost(settings, {
        network: 'none',
        capabilities: ['CHOWN', 'DAC_OVERRIDE', 'FOWNER'],
        memoryMb: 128,
        pidsMax: 64,
        openFilesMax: undefined,
        temporary: { megabytes: 16, inodesMax: undefined },
        mounts: [mountOf(volume, CONTENT)],
      }),
      // The engine's own profile: ours, which is for agents, lets nobody flush a filesystem.
      SecurityOpt: ['no-new-privileges'],
    },
  };
}

/** Ends when all of it is on the engine's disk, however long that takes. */
export async function seal(
  { client }: { readonly client: DockerClient },
  holder: Container,
  signal: AbortSignal,
): Promise<void> {
  await startContainer(client, holder, signal);
  const { StatusCode: status } = (await holder.wait({ abortSignal: signal })) as { StatusCode: number };
  if (status === 0) return;
  throw new BpError('sandbox_content', `content could not be made ready on the engine (status ${status})`, {
    hint: 'see whether its disk is full',
  });
}

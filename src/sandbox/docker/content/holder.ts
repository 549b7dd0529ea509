import type { Container, ContainerCreateOptions } from 'dockerode';
import type { Clock } from '../../../platform/clock.ts';
import { withDeadline } from '../../../platform/deadline.ts';
import { BpError } from '../../../platform/errors.ts';
import { confinedHost, NO_HEALTH_CHECK, volume as mountOf } from '../container/confined-host.ts';
import type { ContainerSettings } from '../container/container-settings.ts';
import { startContainer } from '../container/container.ts';
import type { DockerClient } from '../client/docker-client.ts';
import { LABEL } from '../labels.ts';

/** Where the container in which content is made has it. */
export const CONTENT = '/content';

/**
 * What makes content out of whatever was filled in: root's, for all to read, nothing of it set-uid, and on the disk. What
 * is so already costs one look. Links are not followed.
 */
const SEAL = `
set -e
find . ! -type l ! -type d ! -type f -delete
find . \\( ! -uid 0 -o ! -gid 0 \\) -exec chown -h 0:0 {} +
find . ! -type l \\( -perm /7022 -o ! -perm -644 -o -type d ! -perm -755 -o -perm /111 ! -perm -111 \\) \\
  -exec chmod u=rwX,go=rX,ug-s,-t {} +
sync -f .
`;

/** A slow disk takes long over a million files, but not for ever. */
const SEAL_MS_MAX = 1_800_000;

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
      // The engine's own profile. Ours is for agents and lets nobody flush a filesystem.
      SecurityOpt: ['no-new-privileges'],
    },
  };
}

/** Ends when all of it is on the engine's disk. */
export async function seal(
  { client, clock }: { readonly client: DockerClient; readonly clock: Clock },
  holder: Container,
  signal: AbortSignal,
): Promise<void> {
  await startContainer(client, holder, signal);
  const late = () =>
    new BpError(
      'sandbox_engine',
      `the engine did not write content to its disk within ${SEAL_MS_MAX / 60_000} minutes`,
    );
  const { StatusCode: status } = await withDeadline(
    { clock, milliseconds: SEAL_MS_MAX, signal, late },
    (abortSignal) => holder.wait({ abortSignal }) as Promise<{ StatusCode: number }>,
  );
  if (status === 0) return;
  throw new BpError('sandbox_content', `content could not be made ready on the engine (status ${status})`, {
    hint: 'see whether its disk is full',
  });
}

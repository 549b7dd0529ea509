import type { ContainerCreateOptions, MountSettings } from 'dockerode';
import type { Owner } from '../../content/safe-directory.ts';
import { confinedHost, NO_HEALTH_CHECK } from '../container/confined-host.ts';
import type { ContainerSettings } from '../container/container-settings.ts';
import { guardedCommand } from './guarded-command.ts';
import type { Step } from './install-steps.ts';
import type { PackageSources } from './package-sources.ts';

export interface StepPlace {
  /** Of its container; undefined: any. */
  readonly name: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly user: Owner;
  /** What it has at `/workspace`. */
  readonly workspace: MountSettings;
  /** It is root's, and to be the user's. */
  readonly isNew?: boolean;
  readonly sources: PackageSources;
  readonly step: Step;
}

const MEMORY_MB = 2048;
const TMP_MB = 1024;
const PIDS_MAX = 512;

const ENVIRONMENT = [
  'PATH=/usr/local/bin:/usr/bin:/bin',
  'HOME=/tmp',
  'LANG=C.UTF-8',
  'npm_config_cache=/tmp/npm',
  // pip would run git at addresses that agents choose.
  'GIT_ALLOW_PROTOCOL=none',
  'POETRY_CACHE_DIR=/tmp/poetry',
  'POETRY_VIRTUALENVS_IN_PROJECT=true',
  'POETRY_VIRTUALENVS_OPTIONS_ALWAYS_COPY=false',
];

/** As the container of an execution, but with a network. */
export function stepOptions(
  settings: ContainerSettings,
  { name, labels, user, workspace, isNew = false, sources, step }: StepPlace,
): ContainerCreateOptions {
  return {
    ...(name !== undefined && { name }),
    Image: settings.config.image,
    Labels: labels,
    Entrypoint: [],
    Cmd: [...guardedCommand(user, step.command, { gives: isNew })],
    User: '0:0',
    // As root without rights the first process can't enter the agent's folder.
    WorkingDir: '/',
    Env: [...sources.environment, ...ENVIRONMENT],
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    OpenStdin: true,
    StdinOnce: true,
    Tty: false,
    ...NO_HEALTH_CHECK,
    HostConfig: confinedHost(settings, {
      network: 'bridge',
      // For the first process alone, to become the agent's user.
      capabilities: ['SETUID', 'SETGID', ...(isNew ? ['CHOWN'] : [])],
      memoryMb: MEMORY_MB,
      pidsMax: PIDS_MAX,
      openFilesMax: undefined,
      temporary: { megabytes: TMP_MB, inodesMax: undefined },
      mounts: [workspace, ...sources.mounts],
    }),
  };
}

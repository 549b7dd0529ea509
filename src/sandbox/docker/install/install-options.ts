import type { ContainerCreateOptions } from 'dockerode';
import type { Owner } from '../../content/safe-directory.ts';
import type { InstallRequest } from '../../engine.ts';
import { bind, confinedHost, NO_HEALTH_CHECK } from '../container/confined-host.ts';
import type { ContainerSettings } from '../container/container-settings.ts';
import { containerLabels, containerName } from '../labels.ts';
import { guardedCommand } from './guarded-command.ts';
import type { Step } from './install-steps.ts';
import type { PackageSources } from './package-sources.ts';

export interface StepHost {
  /** The name that labels know the home by. */
  readonly homeLabel: string;
}

export interface StepPlace {
  readonly request: InstallRequest;
  readonly user: Owner;
  readonly executionId: string;
  /** What it has as its workspace. */
  readonly tree: string;
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
export function installOptions(
  settings: ContainerSettings,
  { homeLabel }: StepHost,
  { request, user, executionId, tree, sources, step }: StepPlace,
): ContainerCreateOptions {
  return {
    name: containerName(homeLabel, executionId),
    Image: settings.config.image,
    Labels: containerLabels({ homeLabel, executionId, agentId: request.agentId }),
    Entrypoint: [],
    Cmd: [...guardedCommand(user, step.command)],
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
      capabilities: ['SETUID', 'SETGID'],
      memoryMb: MEMORY_MB,
      pidsMax: PIDS_MAX,
      openFilesMax: undefined,
      temporary: { megabytes: TMP_MB, inodesMax: undefined },
      mounts: [bind(tree, '/workspace', false), ...sources.mounts],
    }),
  };
}

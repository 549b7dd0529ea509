import { existsSync, realpathSync } from 'node:fs';
import type { ContainerCreateOptions } from 'dockerode';
import type { Owner } from '../../content/safe-directory.ts';
import type { InstallRequest } from '../../engine.ts';
import { bind, confinedHost, NO_HEALTH_CHECK } from '../container/confined-host.ts';
import type { ContainerSettings } from '../container/container-settings.ts';
import { containerLabels, containerName } from '../labels.ts';
import { guardedCommand } from './guarded-command.ts';

export interface StepHost {
  /** The name that labels know the home by. */
  readonly homeLabel: string;
  /** The operator's: what a network may need. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export interface Step {
  readonly told: string;
  readonly command: readonly string[];
}

export interface StepPlace {
  readonly request: InstallRequest;
  readonly user: Owner;
  readonly executionId: string;
  readonly workspace: string;
  readonly step: Step;
}

const CERTIFICATES = '/opt/certificates.pem';
const MEMORY_MB = 2048;
const TMP_MB = 1024;
const PIDS_MAX = 512;
/** What a network may need to be told of. */
const PASSED_ON = /^(https?_proxy|no_proxy|npm_config_registry|pip_index_url)$/i;

/** As the container of an execution, but with a network. */
export function installOptions(
  settings: ContainerSettings,
  { homeLabel, environment }: StepHost,
  { request, user, executionId, workspace, step }: StepPlace,
): ContainerCreateOptions {
  const certificates = environment['NODE_EXTRA_CA_CERTS'] ?? '';
  const given = certificates !== '' && existsSync(certificates);
  return {
    name: containerName(homeLabel, executionId),
    Image: settings.config.image,
    Labels: containerLabels({ homeLabel, executionId, agentId: request.agentId }),
    Entrypoint: [],
    Cmd: [...guardedCommand(user, step.command)],
    User: '0:0',
    // As root without rights the first process can't enter the agent's folder.
    WorkingDir: '/',
    Env: environmentFor(environment, given),
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
      mounts: [
        bind(workspace, '/workspace', false),
        ...(given ? [bind(realpathSync(certificates), CERTIFICATES, true)] : []),
      ],
    }),
  };
}

function environmentFor(environment: StepHost['environment'], hasCertificates: boolean): string[] {
  const passed = Object.entries(environment).filter(([name, value]) => PASSED_ON.test(name) && value !== undefined);
  const certificates = hasCertificates ? ['NODE_EXTRA_CA_CERTS', 'REQUESTS_CA_BUNDLE', 'PIP_CERT'] : [];
  return [
    ...passed.map(([name, value]) => `${name}=${value}`),
    ...certificates.map((name) => `${name}=${CERTIFICATES}`),
    'PATH=/usr/local/bin:/usr/bin:/bin',
    'HOME=/tmp',
    'LANG=C.UTF-8',
    'npm_config_cache=/tmp/npm',
    'POETRY_CACHE_DIR=/tmp/poetry',
    'POETRY_VIRTUALENVS_IN_PROJECT=true',
    'POETRY_VIRTUALENVS_OPTIONS_ALWAYS_COPY=false',
  ];
}

import type { ContainerCreateOptions, HostConfig, MountSettings } from 'dockerode';
import { containerLabels, containerName, executionLabels, LABEL } from '../labels.ts';
import type { Owner } from '../../content/safe-directory.ts';
import { REPORT_DIRECTORY } from './kept-report.ts';
import { bind, confinedHost, MB, NO_HEALTH_CHECK, ownVolume, readOnlyVolume, volume } from './confined-host.ts';
import type { ContainerSettings } from './container-settings.ts';
import type { WorkspaceMount } from '../../content/placement.ts';
import type { LeastFree } from '../../content/quota.ts';

/** What a container of one execution is made from. */
export interface ContainerRequest {
  readonly homeLabel: string;
  readonly executionId: string;
  readonly agentId: string;
  readonly cpuMs: number;
  readonly memoryMb: number;
  readonly wallMs: number;
  /** Whom the agent runs as, and whether nobody else does. */
  readonly user: Owner;
  readonly hasOwnUser: boolean;
  readonly environment: Readonly<Record<string, string>>;
  /** What must stay free in the workspace's filesystem; undefined where it has none of its own. */
  readonly leastFree: LeastFree | undefined;
  readonly workspace: WorkspaceMount;
  /** When its agent has ended its files are asked for. */
  readonly staysForContent: boolean;
  readonly contents: readonly PlacedMount[];
  /** Tells this container's stream from all others. */
  readonly nonce: Uint8Array;
}

/** A volume of content, and where it is to be seen. */
export interface PlacedMount {
  readonly volume: string;
  readonly at: string;
}

const SERVICE_PORT = 8080;
/** Where an agent has its workspace. */
export const WORKSPACE = '/workspace';

/**
 * The container in which an agent runs: no network, nothing of the host but the workspace, and limits on whatever
 * can be limited. Section 5 of the CIS Docker Benchmark is the checklist; docs/handbook/containers.md goes through it.
 */
export function containerOptions(settings: ContainerSettings, request: ContainerRequest): ContainerCreateOptions {
  const { config } = settings;
  return {
    name: containerName(request.homeLabel, request.executionId),
    Image: config.image,
    // Seen by whoever may use the engine, and never within the container.
    Labels: { ...containerLabels(request), [LABEL.stream]: Buffer.from(request.nonce).toString('hex') },
    Hostname: 'agent',
    // With nothing to set up, the engine runs no hook of its own in the namespace: that is half of a start.
    NetworkDisabled: true,
    User: '0:0',
    // The supervisor can't enter the agent's folder, and the runtime would refuse to start it there.
    WorkingDir: '/',
    Env: Object.entries(agentEnvironment(request.environment)).map(([name, value]) => `${name}=${value}`),
    Cmd: supervisorArguments(settings, request),
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    OpenStdin: true,
    // A program that was killed attaches again.
    StdinOnce: false,
    Tty: false,
    StopSignal: 'SIGTERM',
    StopTimeout: Math.max(1, Math.ceil(config.stop_grace_ms / 1000)),
    ...NO_HEALTH_CHECK,
    HostConfig: hostConfig(settings, request),
  };
}

function hostConfig(
  settings: ContainerSettings,
  { memoryMb, workspace, contents, ...request }: ContainerRequest,
): HostConfig {
  const { config } = settings;
  return confinedHost(settings, {
    network: 'none',
    // For the supervisor alone, to become the agent's user and to end its processes, and to give it a new volume; the
    // agent holds none.
    capabilities: ['SETUID', 'SETGID', 'KILL', ...(workspace.kind === 'volume' ? ['CHOWN'] : [])],
    memoryMb,
    pidsMax: config.pids_max,
    openFilesMax: Math.max(1024, config.open_files_max),
    // Both lie in the memory bought.
    temporary: { megabytes: config.tmp_mb, inodesMax: config.tmp_inodes },
    mounts: [
      mountOf(workspace),
      ownVolume(REPORT_DIRECTORY, executionLabels(request)),
      ...contents.map(({ volume: name, at }) => readOnlyVolume(name, at, executionLabels(request))),
    ],
  });
}

function mountOf(workspace: WorkspaceMount): MountSettings {
  return workspace.kind === 'folder' ? bind(workspace.path, WORKSPACE, false) : volume(workspace.name, WORKSPACE);
}

function supervisorArguments({ config, facts }: ContainerSettings, request: ContainerRequest): string[] {
  const { limits } = facts;
  const options: readonly (readonly [string, string | number])[] = [
    ['--uid', request.user.uid],
    ['--gid', request.user.gid],
    ['--cpu-ms', request.cpuMs],
    ['--wall-ms', request.wallMs],
    ['--cpus', facts.cpus],
    ['--port', SERVICE_PORT],
    ['--nofile', config.open_files_max],
    ['--fsize', config.file_bytes_max],
    ['--memory-bytes', request.memoryMb * MB],
    ['--pids', config.pids_max],
    ['--cgroup', limits.hasOwnGroup ? 'own' : 'none'],
  ];
  const { leastFree } = request;
  // Of the user's processes all count, whoever started them.
  const processes = !limits.processes && request.hasOwnUser ? ['--nproc', String(config.pids_max)] : [];
  const disk = leastFree ? ['--disk-bytes', String(leastFree.bytes), '--disk-files', String(leastFree.files)] : [];
  const content = request.staysForContent ? ['--content', '1'] : [];
  return [...options.flatMap(([name, value]) => [name, String(value)]), ...processes, ...disk, ...content, '--'];
}

function agentEnvironment(environment: Readonly<Record<string, string>>): Record<string, string> {
  return {
    ...environment,
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: WORKSPACE,
    TMPDIR: '/tmp',
    LANG: 'C.UTF-8',
    BP_SERVICE_URL: `http://127.0.0.1:${SERVICE_PORT}`,
    BP_ENV: `${WORKSPACE}/env.json`,
    PYTHONUNBUFFERED: '1',
  };
}

import type { ContainerCreateOptions, HostConfig } from 'dockerode';
import { containerLabels, containerName } from '../labels.ts';
import type { Owner } from '../../content/safe-directory.ts';
import { SOCKET_NAME } from '../sockets.ts';
import type { ContainerSettings } from './container-settings.ts';
import type { LeastFree } from '../../content/quota.ts';

/** What a container of one execution is made from. */
export interface ContainerRequest {
  readonly homeLabel: string;
  readonly executionId: string;
  readonly agentId: string;
  readonly cpuMs: number;
  readonly memoryMb: number;
  readonly wallMs: number;
  /** Whom the agent runs as. */
  readonly user: Owner;
  readonly environment: Readonly<Record<string, string>>;
  /** What must stay free in the workspace's filesystem; undefined where it has none of its own. */
  readonly leastFree: LeastFree | undefined;
  readonly mounts: {
    readonly workspace: string;
    readonly sockets: string;
    /** Undefined where the operator isn't root: the supervisor could not write there. */
    readonly report: string | undefined;
  };
}

/** Over a read-only root Podman mounts writable ones here, unless it is told otherwise. */
const CLOSED_DIRECTORIES = { '/var/tmp': 'ro,nosuid,nodev,noexec,size=4k,mode=555' };
const SERVICE_PORT = 8080;
const WORKSPACE = '/workspace';
const SOCKETS = '/run/bp';
const REPORT = '/run/bp-report';
const MB = 1024 * 1024;
/**
 * Of one user on the whole machine; what limits an agent is `PidsLimit`. Where nothing is named, Podman asks for more
 * than it may itself have where it lacks CAP_SYS_RESOURCE, and no container starts.
 */
const USER_PROCESSES_MAX = 32_000;

/**
 * The container in which an agent runs: no network, nothing of the host but three directories, and limits on whatever
 * can be limited. Section 5 of the CIS Docker Benchmark is the checklist; docs/operating.md goes through it.
 */
export function containerOptions(settings: ContainerSettings, request: ContainerRequest): ContainerCreateOptions {
  const { config } = settings;
  return {
    name: containerName(request.homeLabel, request.executionId),
    Image: config.image,
    Labels: containerLabels(request.homeLabel, request.executionId, request.agentId),
    Hostname: 'agent',
    User: '0:0',
    // The supervisor can't enter the agent's folder, and the runtime would refuse to start it there.
    WorkingDir: '/',
    Env: Object.entries(agentEnvironment(request.environment)).map(([name, value]) => `${name}=${value}`),
    Cmd: supervisorArguments(settings, request),
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    OpenStdin: true,
    StdinOnce: true,
    Tty: false,
    StopSignal: 'SIGTERM',
    StopTimeout: Math.max(1, Math.ceil(config.stop_grace_ms / 1000)),
    // A health check of the image would be run by the engine, as root, inside.
    Healthcheck: { Test: ['NONE'] },
    HostConfig: hostConfig(settings, request),
  };
}

function hostConfig(settings: ContainerSettings, request: ContainerRequest): HostConfig {
  const { config, seccomp, facts } = settings;
  const memoryBytes = request.memoryMb * MB;
  return {
    NetworkMode: 'none',
    ReadonlyRootfs: true,
    Privileged: false,
    CapDrop: ['ALL'],
    // For the supervisor alone, to become the agent's user and to end its processes; the agent holds none.
    CapAdd: ['SETUID', 'SETGID', 'KILL'],
    SecurityOpt: ['no-new-privileges', `seccomp=${seccomp}`],
    IpcMode: 'private',
    ...(facts.cgroupVersion === 2 ? { CgroupnsMode: 'private' } : { MemorySwappiness: 0 }),
    Memory: memoryBytes,
    // The sum of memory and swap: equal means no swap.
    MemorySwap: memoryBytes,
    OomKillDisable: false,
    // When the host runs out of memory, agents go before anything of the operator's.
    OomScoreAdj: 500,
    // Under load the orchestrator and the engine get their turn first.
    CpuShares: 256,
    PidsLimit: config.pids_max,
    Ulimits: [
      { Name: 'core', Soft: 0, Hard: 0 },
      { Name: 'nofile', Soft: Math.max(1024, config.open_files_max), Hard: Math.max(1024, config.open_files_max) },
      ...(facts.isPodman ? [{ Name: 'nproc', Soft: USER_PROCESSES_MAX, Hard: USER_PROCESSES_MAX }] : []),
    ],
    // Both lie in the memory bought.
    Tmpfs: { '/tmp': temporaryOptions(settings), ...(facts.isPodman ? CLOSED_DIRECTORIES : {}) },
    ShmSize: config.tmp_mb * MB,
    Mounts: [
      bind(request.mounts.workspace, WORKSPACE, false),
      bind(request.mounts.sockets, SOCKETS, true),
      ...(request.mounts.report === undefined ? [] : [bind(request.mounts.report, REPORT, false)]),
    ],
    Devices: [],
    LogConfig: { Type: 'none', Config: {} },
    RestartPolicy: { Name: 'no' },
    AutoRemove: false,
    PublishAllPorts: false,
    Init: false,
    ...(config.runtime === null ? {} : { Runtime: config.runtime }),
  };
}

function temporaryOptions({ config, facts: { isPodman } }: ContainerSettings): string {
  const inodes = isPodman ? '' : `,nr_inodes=${config.tmp_inodes}`;
  return `rw,exec,nosuid,nodev,mode=1777,size=${config.tmp_mb}m${inodes}`;
}

/** Unlike the short form, a mount of a missing directory is an error: nothing is made in its place. */
function bind(source: string, target: string, readOnly: boolean) {
  return {
    Type: 'bind' as const,
    Source: source,
    Target: target,
    ReadOnly: readOnly,
    BindOptions: { Propagation: 'rprivate' as const },
  };
}

function supervisorArguments({ config, facts }: ContainerSettings, request: ContainerRequest): string[] {
  const options: readonly (readonly [string, string | number])[] = [
    ['--uid', request.user.uid],
    ['--gid', request.user.gid],
    ['--cpu-ms', request.cpuMs],
    ['--wall-ms', request.wallMs],
    ['--cpus', facts.cpus],
    ['--socket', `${SOCKETS}/${SOCKET_NAME}`],
    ['--port', SERVICE_PORT],
    ['--nofile', config.open_files_max],
    ['--fsize', config.file_bytes_max],
  ];
  const { leastFree } = request;
  const disk = leastFree ? ['--disk-bytes', String(leastFree.bytes), '--disk-files', String(leastFree.files)] : [];
  const report = request.mounts.report === undefined ? [] : ['--report-dir', REPORT];
  return [...options.flatMap(([name, value]) => [name, String(value)]), ...disk, ...report, '--'];
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

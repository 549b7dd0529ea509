import type { HostConfig, MountSettings } from 'dockerode';
import type { ContainerSettings } from './container-settings.ts';

/** What differs between the containers that this program makes. */
export interface Confinement {
  readonly network: 'none' | 'bridge';
  readonly capabilities: readonly string[];
  readonly memoryMb: number;
  readonly pidsMax: number;
  /** Undefined: as many as the engine gives. */
  readonly openFilesMax: number | undefined;
  readonly temporary: { readonly megabytes: number; readonly inodesMax: number | undefined };
  readonly mounts: readonly MountSettings[];
}

/** A health check of the image would be run by the engine, as root, inside. */
export const NO_HEALTH_CHECK = { Healthcheck: { Test: ['NONE'] } };

/** Over a read-only root Podman mounts writable ones here, unless it is told otherwise. */
const CLOSED_DIRECTORIES = { '/var/tmp': 'ro,nosuid,nodev,noexec,size=4k,mode=555' };
export const MB = 1024 * 1024;
/**
 * The kernel counts processes of one user on the whole machine, so `PidsLimit` is what limits an agent. This is set
 * because Podman otherwise asks for more than it may have itself where it lacks CAP_SYS_RESOURCE, and no container
 * starts.
 */
const USER_PROCESSES_MAX = 32_000;

/** Limits on whatever can be limited, for a container that nothing of the host is given but its mounts. */
export function confinedHost(settings: ContainerSettings, confinement: Confinement): HostConfig {
  const { config, seccomp, facts } = settings;
  const { network, capabilities, pidsMax, openFilesMax, temporary, mounts } = confinement;
  const memoryBytes = confinement.memoryMb * MB;
  return {
    NetworkMode: network,
    ReadonlyRootfs: true,
    Privileged: false,
    CapDrop: ['ALL'],
    CapAdd: [...capabilities],
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
    PidsLimit: pidsMax,
    Ulimits: [
      { Name: 'core', Soft: 0, Hard: 0 },
      ...(openFilesMax === undefined ? [] : [{ Name: 'nofile', Soft: openFilesMax, Hard: openFilesMax }]),
      ...(facts.isPodman ? [{ Name: 'nproc', Soft: USER_PROCESSES_MAX, Hard: USER_PROCESSES_MAX }] : []),
    ],
    Tmpfs: { '/tmp': temporaryOptions(temporary, facts), ...(facts.isPodman ? CLOSED_DIRECTORIES : {}) },
    ShmSize: temporary.megabytes * MB,
    Mounts: [...mounts],
    Devices: [],
    LogConfig: { Type: 'none', Config: {} },
    RestartPolicy: { Name: 'no' },
    AutoRemove: false,
    PublishAllPorts: false,
    Init: false,
    ...(config.runtime === null ? {} : { Runtime: config.runtime }),
  };
}

function temporaryOptions(
  { megabytes, inodesMax }: Confinement['temporary'],
  { isPodman }: Pick<ContainerSettings['facts'], 'isPodman'>,
): string {
  const inodes = isPodman || inodesMax === undefined ? '' : `,nr_inodes=${inodesMax}`;
  return `rw,exec,nosuid,nodev,mode=1777,size=${megabytes}m${inodes}`;
}

/** Unlike the short form, a mount of a missing directory is an error: nothing is made in its place. */
export function bind(source: string, target: string, readOnly: boolean): MountSettings {
  return {
    Type: 'bind' as const,
    Source: source,
    Target: target,
    ReadOnly: readOnly,
    BindOptions: { Propagation: 'rprivate' as const },
  };
}

/** A volume of the engine's, which stays. What the image has at that place is not copied into it. */
export function volume(name: string, target: string): MountSettings {
  return {
    Type: 'volume' as const,
    Source: name,
    Target: target,
    ReadOnly: false,
    VolumeOptions: { NoCopy: false, Labels: {}, DriverConfig: { Name: '', Options: {} } },
  };
}

/** A volume that is there already. Where it is not, the engine makes an empty one, which `labels` tell from it. */
export function readOnlyVolume(name: string, target: string, labels: Record<string, string>): MountSettings {
  return {
    Type: 'volume' as const,
    Source: name,
    Target: target,
    ReadOnly: true,
    VolumeOptions: { NoCopy: false, Labels: labels, DriverConfig: { Name: '', Options: {} } },
  };
}

/** A volume of the engine's own that goes with the container, and that is found by its labels where it doesn't. */
export function ownVolume(target: string, labels: Record<string, string>): MountSettings {
  return {
    Type: 'volume' as const,
    Source: '',
    Target: target,
    ReadOnly: false,
    VolumeOptions: { NoCopy: false, Labels: labels, DriverConfig: { Name: '', Options: {} } },
  };
}

import { describe, expect, it } from 'vitest';
import { configSchema } from '../../../src/config/schema.ts';
import { containerOptions, type ContainerRequest } from '../../../src/sandbox/docker/container/container-options.ts';
import type { ContainerSettings } from '../../../src/sandbox/docker/container/container-settings.ts';
import { seccompOption } from '../../../src/sandbox/docker/container/seccomp.ts';

const SETTINGS: ContainerSettings = {
  config: configSchema.parse({}).sandbox,
  seccomp: '{"defaultAction":"SCMP_ACT_ERRNO"}',
  facts: {
    ...{ cgroupVersion: 2, isPodman: false, cpus: 2 },
    limits: { hasOwnGroup: true, memory: true, swap: true, processes: true },
  },
};
const REQUEST: ContainerRequest = {
  homeLabel: '0123456789abcdef',
  executionId: 'exe_17',
  agentId: 'ada',
  cpuMs: 1500,
  memoryMb: 64,
  wallMs: 60_000,
  user: { uid: 200_007, gid: 200_007 },
  hasOwnUser: true,
  environment: { BP_EXECUTION_TOKEN: 'secret', PATH: '/evil' },
  leastFree: undefined,
  workspace: { kind: 'folder', path: '/economy/workspaces/agent-ada' },
  contents: [],
  staysForContent: false,
  nonce: Uint8Array.from({ length: 16 }, (_, index) => index),
};

const options = containerOptions(SETTINGS, REQUEST);
const host = options.HostConfig!;

// Section 5 of the CIS Docker Benchmark is the checklist.
describe('a container', () => {
  it('has no network, no ports and no namespace of the host', () => {
    expect(host).toMatchObject({ NetworkMode: 'none', IpcMode: 'private', PublishAllPorts: false, Privileged: false });
    expect(options.NetworkDisabled).toBe(true);
    expect(host.PortBindings).toBeUndefined();
    for (const key of ['PidMode', 'UTSMode', 'UsernsMode', 'CgroupParent'] as const) expect(host[key]).toBeUndefined();
    expect(host).toMatchObject({ CgroupnsMode: 'private' });
  });

  it('has only the capabilities with which the supervisor changes users and ends processes, and gains none', () => {
    expect(host.CapDrop).toEqual(['ALL']);
    expect(host.CapAdd).toEqual(['SETUID', 'SETGID', 'KILL']);
    expect(host.SecurityOpt).toEqual(['no-new-privileges', `seccomp=${SETTINGS.seccomp}`]);
  });

  it('can write nowhere but in its workspace, its report and a small temporary directory', () => {
    expect(host.ReadonlyRootfs).toBe(true);
    expect(host.Binds).toBeUndefined();
    expect(host.Mounts).toEqual([
      expect.objectContaining({
        ...{ Type: 'bind', Source: '/economy/workspaces/agent-ada', Target: '/workspace', ReadOnly: false },
        BindOptions: { Propagation: 'rprivate' },
      }),
      expect.objectContaining({ Type: 'volume', Source: '', Target: '/run/bp-report', ReadOnly: false }),
    ]);
    expect(host.Tmpfs).toEqual({ '/tmp': 'rw,exec,nosuid,nodev,mode=1777,size=32m,nr_inodes=4096' });
    expect(host.Devices).toEqual([]);
  });

  it('has limits on memory without swap, processes, files and priority, and goes first when memory is short', () => {
    const memory = 64 * 1024 * 1024;
    expect(host).toMatchObject({ Memory: memory, MemorySwap: memory, PidsLimit: 256, CpuShares: 256 });
    expect(host.OomKillDisable).toBe(false);
    expect(host.OomScoreAdj).toBeGreaterThan(0);
    expect(host.Ulimits).toContainEqual({ Name: 'core', Soft: 0, Hard: 0 });
    expect(host.Ulimits).toContainEqual({ Name: 'nofile', Soft: 1024, Hard: 1024 });
  });

  it('is not restarted, kept, logged or health-checked by the engine', () => {
    expect(host).toMatchObject({ RestartPolicy: { Name: 'no' }, AutoRemove: false, Init: false });
    expect(host.LogConfig).toEqual({ Type: 'none', Config: {} });
    expect(options.Healthcheck).toEqual({ Test: ['NONE'] });
  });

  it('names its home, its execution and its agent', () => {
    expect(options.Labels).toEqual({
      'bp-agents.home': '0123456789abcdef',
      'bp-agents.execution': 'exe_17',
      'bp-agents.agent': 'ada',
      'bp-agents.stream': '000102030405060708090a0b0c0d0e0f',
    });
    expect(host.Mounts?.[1]?.VolumeOptions?.Labels).toEqual({
      'bp-agents.home': '0123456789abcdef',
      'bp-agents.execution': 'exe_17',
    });
    expect(options.name).toBe('bp-agents-0123456789abcdef-exe_17');
  });

  it('starts the supervisor as root with the budget, and the agent’s user to become', () => {
    expect(options.User).toBe('0:0');
    expect(options.Cmd?.join(' ')).toBe(
      '--uid 200007 --gid 200007 --cpu-ms 1500 --wall-ms 60000 --cpus 2 --port 8080 ' +
        '--nofile 1024 --fsize 268435456 --memory-bytes 67108864 --pids 256 --cgroup own --',
    );
    expect(options).toMatchObject({ AttachStdin: true, OpenStdin: true, StdinOnce: false, Tty: false });
  });

  it('has an environment in which the essentials are its own', () => {
    expect(options.Env).toContain('BP_EXECUTION_TOKEN=secret');
    expect(options.Env).toContain('BP_SERVICE_URL=http://127.0.0.1:8080');
    expect(options.Env).toContain('HOME=/workspace');
    expect(options.Env?.filter((line) => line.startsWith('PATH='))).toEqual([expect.not.stringContaining('evil')]);
  });

  it('has the configured runtime, and on cgroup v1 no swappiness instead of a cgroup namespace', () => {
    const config = { ...SETTINGS.config, runtime: 'runsc' };
    const other = containerOptions(
      { ...SETTINGS, config, facts: { ...SETTINGS.facts, cgroupVersion: 1 } },
      REQUEST,
    ).HostConfig;
    expect(other).toMatchObject({ Runtime: 'runsc', MemorySwappiness: 0 });
    expect(other).not.toHaveProperty('CgroupnsMode');
    expect(host).not.toHaveProperty('Runtime');
  });
});

describe('a container of Podman', () => {
  const facts = { ...SETTINGS.facts, isPodman: true };
  const podman = containerOptions({ ...SETTINGS, facts, seccomp: '/profile.json' }, REQUEST).HostConfig!;

  it('has the profile by its path, a process limit that can be set, and no more places to write', () => {
    expect(podman.SecurityOpt).toEqual(['no-new-privileges', 'seccomp=/profile.json']);
    expect(podman.Ulimits).toContainEqual({ Name: 'nproc', Soft: 32_000, Hard: 32_000 });
    expect(podman.Tmpfs).toEqual({
      '/tmp': 'rw,exec,nosuid,nodev,mode=1777,size=32m',
      '/var/tmp': expect.stringMatching(/^ro,/) as string,
    });
    expect(podman).toMatchObject({ PidsLimit: host.PidsLimit, Memory: host.Memory, MemorySwap: host.MemorySwap });
  });

  it('takes the profile as text on Docker and as a path on Podman', () => {
    expect(seccompOption({ isPodman: false }, '{}', '/profile.json')).toBe('{}');
    expect(seccompOption({ isPodman: true }, '{}', '/profile.json')).toBe('/profile.json');
  });

  it('tells its supervisor where it has no control group, and to limit processes by their user there', () => {
    const asked = (cmd: readonly string[] | string | undefined) => (Array.isArray(cmd) ? cmd.join(' ') : '');
    expect(asked(options.Cmd)).not.toContain('--nproc');
    const limits = { hasOwnGroup: false, memory: false, swap: false, processes: false };
    const without = { ...SETTINGS, facts: { ...SETTINGS.facts, limits } };
    expect(asked(containerOptions(without, REQUEST).Cmd)).toContain('--cgroup none --nproc 256');
    expect(asked(containerOptions(without, { ...REQUEST, hasOwnUser: false }).Cmd)).not.toContain('--nproc');
  });
});

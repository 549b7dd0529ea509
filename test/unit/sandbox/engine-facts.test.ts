import { describe, expect, it } from 'vitest';
import { engineFacts } from '../../../src/sandbox/docker/client/engine-facts.ts';

const INFO = {
  ServerVersion: '28.0.1',
  OSType: 'linux',
  OperatingSystem: 'Debian GNU/Linux 12 (bookworm)',
  Name: 'vm',
  DockerRootDir: '/var/lib/docker',
  NCPU: 2,
  CgroupVersion: '2',
  MemoryLimit: true,
  SwapLimit: true,
  PidsLimit: true,
  SecurityOptions: ['name=apparmor', 'name=seccomp,profile=builtin', 'name=cgroupns'],
};

describe("an engine's facts", () => {
  it('are read from its description of itself', () => {
    expect(engineFacts(INFO)).toMatchObject({
      version: '28.0.1',
      cgroupVersion: 2,
      cpus: 2,
      shiftsUsers: undefined,
      limits: { hasOwnGroup: true, memory: true, swap: true, processes: true },
    });
    expect(engineFacts({ ...INFO, CgroupVersion: '1' }).cgroupVersion).toBe(1);
  });

  it('tell Podman', () => {
    expect(engineFacts({ ...INFO, ServerVersion: '4.3.1', BuildahVersion: '1.28.2' }).isPodman).toBe(true);
    expect(engineFacts(INFO).isPodman).toBe(false);
  });

  it.each([
    ['rootless', 'rootless'],
    ['userns', 'userns-remap'],
  ])('tell that users are shifted: %s', (option, shiftsUsers) => {
    expect(engineFacts({ ...INFO, SecurityOptions: ['name=seccomp', `name=${option}`] })).toMatchObject({
      shiftsUsers,
    });
  });

  it('tell that users are shifted where only a field of its own says that it is rootless', () => {
    expect(engineFacts({ ...INFO, Rootless: true })).toMatchObject({ shiftsUsers: 'rootless' });
    expect(engineFacts({ ...INFO, Rootless: false })).toMatchObject({ shiftsUsers: undefined });
  });

  it('believe no rootless engine that it limits anything by control groups of version 1', () => {
    const claims = { ...INFO, CgroupVersion: '1', CgroupDriver: 'cgroupfs', Rootless: true };
    const none = { hasOwnGroup: false, memory: false, swap: false, processes: false };
    expect(engineFacts(claims)).toMatchObject({ limits: none });
    const listed = { ...claims, Rootless: undefined, SecurityOptions: ['name=seccomp', 'name=rootless'] };
    expect(engineFacts(listed)).toMatchObject({ limits: none });
    expect(engineFacts({ ...claims, CgroupVersion: '2' })).toMatchObject({ limits: { hasOwnGroup: true } });
  });

  it.each([
    [{ SwapLimit: false }, { swap: false, memory: true }],
    [{ MemoryLimit: false }, { memory: false, processes: true }],
    [{ PidsLimit: false }, { processes: false, hasOwnGroup: true }],
    [{ CgroupDriver: 'none' }, { hasOwnGroup: false, memory: false, swap: false, processes: false }],
  ])('tell which limits it claims to hold: %j', (difference, limits) => {
    expect(engineFacts({ ...INFO, ...difference })).toMatchObject({ limits });
  });

  it.each([
    [{ OSType: 'windows' }, 'windows'],
    [{ SecurityOptions: [] }, 'seccomp'],
    [{ NCPU: 'two' }, 'description'],
  ])('refuse an engine with %j', (difference, word) => {
    const read = () => engineFacts({ ...INFO, ...difference });
    expect(read).toThrow(expect.objectContaining({ code: 'sandbox_engine_unfit' }) as Error);
    expect(read).toThrow(word);
  });
});

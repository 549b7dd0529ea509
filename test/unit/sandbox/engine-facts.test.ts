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
      rootless: false,
      warnings: [],
    });
    expect(engineFacts({ ...INFO, CgroupVersion: '1' }).cgroupVersion).toBe(1);
  });

  it('warn of swap that is not counted', () => {
    expect(engineFacts({ ...INFO, SwapLimit: false }).warnings).toEqual([expect.stringContaining('swap')]);
  });

  it('tell Podman, and warn of what it can not limit', () => {
    const facts = engineFacts({ ...INFO, ServerVersion: '4.3.1', BuildahVersion: '1.28.2' });
    expect(facts.isPodman).toBe(true);
    expect(facts.warnings).toEqual([expect.stringContaining('/tmp')]);
    expect(engineFacts(INFO).isPodman).toBe(false);
  });

  it.each([
    [{ OSType: 'windows' }, 'windows'],
    [{ MemoryLimit: false }, 'memory'],
    [{ PidsLimit: false }, 'processes'],
    [{ SecurityOptions: [] }, 'seccomp'],
    [{ SecurityOptions: ['name=seccomp', 'name=rootless'] }, 'rootless'],
    [{ SecurityOptions: ['name=seccomp', 'name=userns'] }, 'userns'],
    [{ NCPU: 'two' }, 'description'],
  ])('refuse an engine with %j', (difference, word) => {
    const read = () => engineFacts({ ...INFO, ...difference });
    expect(read).toThrow(expect.objectContaining({ code: 'sandbox_engine_unfit' }) as Error);
    expect(read).toThrow(word);
  });
});

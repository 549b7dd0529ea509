import { describe, expect, it } from 'vitest';
import { cpuFile, parseCpuMs } from '../../../src/sandbox/docker/container/cgroup-files.ts';

const ID = '4f'.repeat(32);
const V1_MOUNTS = `
25 20 0:21 / /proc rw,nosuid - proc proc rw
30 24 0:26 / /sys/fs/cgroup/memory rw,relatime shared:9 - cgroup cgroup rw,memory
31 24 0:27 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:10 - cgroup cgroup rw,cpu,cpuacct
32 24 0:28 / /sys/fs/cgroup/unified rw,relatime shared:11 - cgroup2 cgroup2 rw
`;
const V2_MOUNTS = '35 24 0:29 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n';

describe("a container's CPU counter", () => {
  it('is found under cgroup v1, wherever its hierarchy is mounted', () => {
    const cgroups = `8:memory:/docker/${ID}\n3:cpu,cpuacct:/docker/${ID}\n0::/docker/${ID}\n`;
    expect(cpuFile(V1_MOUNTS, cgroups, ID)).toEqual({
      path: `/sys/fs/cgroup/cpu,cpuacct/docker/${ID}/cpuacct.usage`,
      version: 1,
    });
  });

  it('is found under cgroup v2, with either driver', () => {
    for (const path of [`/docker/${ID}`, `/system.slice/docker-${ID}.scope`])
      expect(cpuFile(V2_MOUNTS, `0::${path}\n`, ID)).toEqual({ path: `/sys/fs/cgroup${path}/cpu.stat`, version: 2 });
  });

  it('is found where only a part of the hierarchy is mounted', () => {
    const mounts = '35 24 0:29 /docker /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n';
    expect(cpuFile(mounts, `0::/docker/${ID}\n`, ID)?.path).toBe(`/sys/fs/cgroup/${ID}/cpu.stat`);
  });

  it('is not found in a cgroup that is not the container’s, or out of sight', () => {
    expect(cpuFile(V2_MOUNTS, '0::/user.slice/session-1.scope\n', ID)).toBeUndefined();
    const mounts = '35 24 0:29 /user.slice /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n';
    expect(cpuFile(mounts, `0::/docker/${ID}\n`, ID)).toBeUndefined();
    expect(cpuFile('', `0::/docker/${ID}\n`, ID)).toBeUndefined();
  });

  it('is read in milliseconds', () => {
    expect(parseCpuMs('1234567890\n', 1)).toBeCloseTo(1234.56789);
    expect(parseCpuMs('nr_periods 0\nusage_usec 51600\nuser_usec 50000\n', 2)).toBe(51.6);
    expect(parseCpuMs('', 1)).toBeUndefined();
    expect(parseCpuMs('user_usec 50000\n', 2)).toBeUndefined();
  });
});

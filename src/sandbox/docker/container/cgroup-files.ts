import { join, relative } from 'node:path';

export interface CpuFile {
  readonly path: string;
  readonly version: 1 | 2;
}

/**
 * The file that counts a container's CPU time, from the texts of `mountinfo` and `/proc/<pid>/cgroup`.
 * A cgroup that doesn't bear the container's id is not believed: the process id may be another machine's.
 */
export function cpuFile(mounts: string, cgroups: string, containerId: string): CpuFile | undefined {
  const first = containerDirectory(mounts, cgroups, containerId, 'cpuacct');
  if (first) return { path: join(first, 'cpuacct.usage'), version: 1 };
  const second = containerDirectory(mounts, cgroups, containerId, undefined);
  return second === undefined ? undefined : { path: join(second, 'cpu.stat'), version: 2 };
}

/** The container's own directory under a controller of v1, or in the one hierarchy of v2. */
export function containerDirectory(
  mounts: string,
  cgroups: string,
  containerId: string,
  controller: string | undefined,
): string | undefined {
  for (const line of cgroups.split('\n')) {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers === undefined || !path?.includes(containerId)) continue;
    const isIt = controller === undefined ? controllers === '' : controllers.split(',').includes(controller);
    const directory = isIt ? cgroupDirectory(mounts, controller, path) : undefined;
    if (directory) return directory;
  }
  return undefined;
}

/** Milliseconds in the text of `cpuacct.usage` (nanoseconds) or `cpu.stat` (microseconds in a line of its own). */
export function parseCpuMs(text: string, version: 1 | 2): number | undefined {
  const digits = version === 1 ? /^(\d+)$/m.exec(text)?.[1] : /^usage_usec (\d+)$/m.exec(text)?.[1];
  if (digits === undefined) return undefined;
  return version === 1 ? Number(digits) / 1e6 : Number(digits) / 1e3;
}

/** Where the cgroup stands in this process's view of the hierarchy. */
function cgroupDirectory(mounts: string, controller: string | undefined, path: string): string | undefined {
  for (const line of mounts.split('\n')) {
    const [before, after] = line.split(' - ');
    const [, , , root, mountPoint] = before?.split(' ') ?? [];
    const [type, , options] = after?.split(' ') ?? [];
    if (root === undefined || mountPoint === undefined || options === undefined) continue;
    const isIt =
      controller === undefined ? type === 'cgroup2' : type === 'cgroup' && options.split(',').includes(controller);
    if (!isIt) continue;
    const below = relative(root, path);
    if (!below.startsWith('..')) return join(mountPoint, below);
  }
  return undefined;
}

import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** Reads the CPU milliseconds that a container has used since it was made; undefined where it can't be had any more. */
export type CpuCounter = () => number | undefined;

/**
 * The counter of the container whose first process is `pid`, as this host's own cgroup files show it, or undefined
 * where they don't: another machine, a virtual machine of Docker Desktop, no Linux.
 */
export async function findCpuCounter(pid: number, containerId: string): Promise<CpuCounter | undefined> {
  try {
    const [mounts, cgroups] = await Promise.all([
      readFile('/proc/self/mountinfo', 'utf8'),
      readFile(`/proc/${pid}/cgroup`, 'utf8'),
    ]);
    const file = cpuFile(mounts, cgroups, containerId);
    if (!file) return undefined;
    const counter = () => readCounter(file);
    return counter() === undefined ? undefined : counter;
  } catch {
    return undefined;
  }
}

export interface CpuFile {
  readonly path: string;
  readonly version: 1 | 2;
}

/**
 * The file that counts a container's CPU time, from the texts of `mountinfo` and `/proc/<pid>/cgroup`.
 * A cgroup that doesn't bear the container's id is not believed: the process id may be another machine's.
 */
export function cpuFile(mounts: string, cgroups: string, containerId: string): CpuFile | undefined {
  for (const line of cgroups.split('\n')) {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers === undefined || !path?.includes(containerId)) continue;
    const version = controllers === '' ? 2 : 1;
    if (version === 1 && !controllers.split(',').includes('cpuacct')) continue;
    const directory = cgroupDirectory(mounts, version, path);
    if (directory) return { path: join(directory, version === 1 ? 'cpuacct.usage' : 'cpu.stat'), version };
  }
  return undefined;
}

/** Milliseconds in the text of `cpuacct.usage` (nanoseconds) or `cpu.stat` (microseconds in a line of its own). */
export function parseCpuMs(text: string, version: 1 | 2): number | undefined {
  const digits = version === 1 ? /^(\d+)$/m.exec(text)?.[1] : /^usage_usec (\d+)$/m.exec(text)?.[1];
  if (digits === undefined) return undefined;
  return version === 1 ? Number(digits) / 1e6 : Number(digits) / 1e3;
}

/** The read takes some 20 microseconds of the kernel's own memory, so it isn't worth a turn of the event loop. */
function readCounter({ path, version }: CpuFile): number | undefined {
  try {
    return parseCpuMs(readFileSync(path, 'utf8'), version);
  } catch {
    return undefined;
  }
}

/** Where the cgroup stands in this process's view of the hierarchy. */
function cgroupDirectory(mounts: string, version: 1 | 2, path: string): string | undefined {
  for (const line of mounts.split('\n')) {
    const [before, after] = line.split(' - ');
    const [, , , root, mountPoint] = before?.split(' ') ?? [];
    const [type, , options] = after?.split(' ') ?? [];
    if (root === undefined || mountPoint === undefined || options === undefined) continue;
    const matches = version === 2 ? type === 'cgroup2' : type === 'cgroup' && options.split(',').includes('cpuacct');
    if (!matches) continue;
    const below = relative(root, path);
    if (!below.startsWith('..')) return join(mountPoint, below);
  }
  return undefined;
}

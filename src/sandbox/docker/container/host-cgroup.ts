import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
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

/**
 * Bounds what the container's TCP sockets may buffer. Under cgroup v1 that memory is counted apart from all other, and
 * the engine sets no limit on it: an agent could hold hundreds of megabytes that it never bought. Under v2 it is a part
 * of the memory that was bought. Resolves to false where the limit can't be set: not root, or not this machine.
 */
export async function limitSocketMemory(pid: number, containerId: string, bytes: number): Promise<boolean> {
  try {
    const [mounts, cgroups] = await Promise.all([
      readFile('/proc/self/mountinfo', 'utf8'),
      readFile(`/proc/${pid}/cgroup`, 'utf8'),
    ]);
    const directory = containerDirectory(mounts, cgroups, containerId, 'memory');
    if (directory) await writeFile(join(directory, 'memory.kmem.tcp.limit_in_bytes'), String(bytes));
    return directory !== undefined;
  } catch {
    return false;
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
  const first = containerDirectory(mounts, cgroups, containerId, 'cpuacct');
  if (first) return { path: join(first, 'cpuacct.usage'), version: 1 };
  const second = containerDirectory(mounts, cgroups, containerId, undefined);
  return second === undefined ? undefined : { path: join(second, 'cpu.stat'), version: 2 };
}

/** The container's own directory under a controller of v1, or in the one hierarchy of v2. */
function containerDirectory(
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

/** The read takes some 20 microseconds of the kernel's own memory, so it isn't worth a turn of the event loop. */
function readCounter({ path, version }: CpuFile): number | undefined {
  try {
    return parseCpuMs(readFileSync(path, 'utf8'), version);
  } catch {
    return undefined;
  }
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

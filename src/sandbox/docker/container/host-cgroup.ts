import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { containerDirectory, cpuFile, parseCpuMs, type CpuFile } from './cgroup-files.ts';

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
 * Bounds what the container's TCP sockets may buffer. Under cgroup v1 that memory is counted apart, and the engine sets
 * no limit on it: an agent could hold hundreds of megabytes that it never bought. Under v2 it is a part of the memory
 * that was bought.
 *
 * Resolves to false where the limit can't be set: not root, or not this machine.
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

/** The read takes some 20 microseconds of the kernel's own memory, so it isn't worth a turn of the event loop. */
function readCounter({ path, version }: CpuFile): number | undefined {
  try {
    return parseCpuMs(readFileSync(path, 'utf8'), version);
  } catch {
    return undefined;
  }
}

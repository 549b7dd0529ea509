import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Linux tells every program that it counts processes' starts in hundredths of a second. */
const TICK_MS = 10;
/** From the start of a container's first process to "go" it takes at most this: readiness has a deadline. */
const BEFORE_GO_MS_MAX = 30_000;

/**
 * Milliseconds since the "go" of a container that runs. `byWallClock` is what the wall clock says; it may have been set
 * meanwhile, so it is held between the age of the container's first process, which the kernel counts from the boot on,
 * and that age less what comes before "go". Where the process can't be seen from here, the wall clock is believed.
 */
export async function elapsedSinceGo(
  {
    byWallClock,
    pid,
    containerId,
  }: { readonly byWallClock: number; readonly pid: number; readonly containerId: string },
  proc = '/proc',
): Promise<number> {
  const age = await processAge(proc, pid, containerId);
  if (age === undefined) return Math.max(0, byWallClock);
  return Math.max(0, Math.min(age, Math.max(byWallClock, age - BEFORE_GO_MS_MAX)));
}

/** Undefined where that process is not the container's: its id may be another machine's. */
async function processAge(proc: string, pid: number, containerId: string): Promise<number | undefined> {
  try {
    const [stat, cgroups, uptime] = await Promise.all([
      readFile(join(proc, String(pid), 'stat'), 'utf8'),
      readFile(join(proc, String(pid), 'cgroup'), 'utf8'),
      readFile(join(proc, 'uptime'), 'utf8'),
    ]);
    if (!cgroups.includes(containerId)) return undefined;
    // The name may hold blanks and parentheses; what follows its last one is numbers. The start is field 22.
    const startedTicks = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
    const age = Number(uptime.split(' ')[0]) * 1000 - startedTicks * TICK_MS;
    return Number.isFinite(age) && age >= 0 ? age : undefined;
  } catch {
    return undefined;
  }
}

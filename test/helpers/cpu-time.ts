/**
 * Milliseconds of CPU that this process needs for the work, the least of several tries: other processes take time from
 * ours but add none to it, and the first try compiles. For comparing two figures of one run, never for a figure alone.
 */
export function cpuMsOf(work: () => unknown, tries = 5): number {
  const times = Array.from({ length: tries }, () => {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  });
  return Math.min(...times);
}

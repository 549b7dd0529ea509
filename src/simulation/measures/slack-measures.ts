import type { Store } from '../../store/store.ts';
import { allExecutions } from './rows.ts';

const BYTES_PER_MB = 1_048_576;

/** By group: of CPU time and memory that were bought, the share that was not used, and how often one was killed for want. */
export function slackMeasures(store: Store, groupOf: (agentId: string) => string): Readonly<Record<string, number>> {
  const groups = new Map<
    string,
    { n: number; killed: number; cpu: number; memory: number; used: number; peak: number }
  >();
  for (const { agentId, outcome, bundle, usage } of allExecutions(store)) {
    if (outcome === null || usage.cpuMs === null || usage.memoryPeakBytes === null) continue;
    const name = groupOf(agentId);
    const sums = groups.get(name) ?? { n: 0, killed: 0, cpu: 0, memory: 0, used: 0, peak: 0 };
    sums.n++;
    if (outcome === 'cpu_exceeded' || outcome === 'memory_exceeded') sums.killed++;
    sums.cpu += bundle.cpuMs;
    sums.used += usage.cpuMs;
    sums.memory += bundle.memoryMb;
    sums.peak += usage.memoryPeakBytes / BYTES_PER_MB;
    groups.set(name, sums);
  }
  return Object.fromEntries(
    [...groups]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([name, { n, killed, cpu, memory, used, peak }]) => [
        [`slack.cpu.${name}`, 1 - used / cpu],
        [`slack.memory.${name}`, 1 - peak / memory],
        [`killed_share.${name}`, killed / n],
      ]),
  );
}

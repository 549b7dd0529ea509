import { cpus } from 'node:os';

/** What all CPUs of this machine together have done since it started, in milliseconds. */
export interface CpuTimes {
  readonly busyMs: number;
  readonly idleMs: number;
}

export function cpuTimes(): CpuTimes {
  let [busyMs, idleMs] = [0, 0];
  for (const { times } of cpus()) {
    busyMs += times.user + times.nice + times.sys + times.irq;
    idleMs += times.idle;
  }
  return { busyMs, idleMs };
}

/** CPU milliseconds that this process has used. */
export function ownCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

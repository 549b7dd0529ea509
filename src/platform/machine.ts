import { availableParallelism, totalmem } from 'node:os';

/** What of the machine an economy may count on. */
export interface MachineSize {
  readonly cores: number;
  readonly memoryMb: number;
}

const BYTES_PER_MB = 1_048_576;

/** Measures this machine, or the control group that this process is confined to where that is smaller. */
export function measureMachine(): MachineSize {
  const confined = process.constrainedMemory();
  const bytes = confined > 0 ? Math.min(confined, totalmem()) : totalmem();
  return { cores: availableParallelism(), memoryMb: Math.floor(bytes / BYTES_PER_MB) };
}

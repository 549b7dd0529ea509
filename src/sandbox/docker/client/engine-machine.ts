import { cpus, totalmem } from 'node:os';
import type { MachineSize } from '../../../platform/machine.ts';
import type { EngineInfo } from './engine-facts.ts';

const BYTES_PER_MB = 1_048_576;

/**
 * What the engine's machine has, a virtual one included. Undefined where it has just what this one has: then it is
 * taken for this one, and the program knows better how much of this one it may use.
 */
export function engineMachine({ NCPU, MemTotal }: EngineInfo): MachineSize | undefined {
  if (MemTotal === undefined || (NCPU === cpus().length && MemTotal === totalmem())) return undefined;
  return { cores: NCPU, memoryMb: Math.floor(MemTotal / BYTES_PER_MB) };
}

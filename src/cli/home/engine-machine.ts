import { rmSync } from 'node:fs';
import { engineMachinePath } from '../../config/home-places.ts';
import type { Config } from '../../config/schema.ts';
import type { MachineSize } from '../../platform/machine.ts';
import type { CliDeps } from '../cli-deps.ts';
import { readOwnFile, replaceOwnFile } from '../../platform/own-file.ts';

/** The machine that an economy may count on: what the newest `run` found that its engine has, else this machine. */
export function machineOf({ machine }: CliDeps, home: string): MachineSize {
  try {
    return sizeIn(readOwnFile(engineMachinePath(home)) ?? '') ?? machine;
  } catch {
    return machine;
  }
}

/** By hand: every command reads it, and most of them start without a library for such things. */
function sizeIn(text: string): MachineSize | undefined {
  const { cores, memoryMb } = JSON.parse(text) as Partial<Record<keyof MachineSize, unknown>>;
  const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) > 0;
  return isSize(cores) && isSize(memoryMb) ? { cores, memoryMb } : undefined;
}

/** Asks the engine and remembers the answer. Where the engine doesn't answer, the next caller that needs it says so. */
export async function learnMachine({ engine, interrupt }: CliDeps, home: string, config: Config): Promise<void> {
  let found: MachineSize | undefined;
  try {
    found = await engine.machine(config, interrupt);
  } catch {
    return;
  }
  const path = engineMachinePath(home);
  if (found) replaceOwnFile(path, `${JSON.stringify(found)}\n`);
  else rmSync(path, { force: true });
}

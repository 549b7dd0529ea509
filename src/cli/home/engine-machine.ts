import { rmSync } from 'node:fs';
import { z } from 'zod';
import { engineMachinePath } from '../../config/home-places.ts';
import type { Config } from '../../config/schema.ts';
import type { MachineSize } from '../../platform/machine.ts';
import type { CliDeps } from '../cli-deps.ts';
import { readOwnFile, replaceOwnFile } from './own-file.ts';

const machineSize = z.object({ cores: z.int().positive(), memoryMb: z.int().positive() });

/** What an economy may count on: what the newest `run` found that its engine has, else what this machine has. */
export function machineOf({ machine }: CliDeps, home: string): MachineSize {
  try {
    return machineSize.parse(JSON.parse(readOwnFile(engineMachinePath(home)) ?? ''));
  } catch {
    return machine;
  }
}

/** Asks the engine and remembers it. Where it doesn't answer that is left to whoever needs it next to tell. */
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

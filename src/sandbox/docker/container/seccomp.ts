import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { BpError } from '../../../platform/errors.ts';
import type { EngineFacts } from '../client/engine-facts.ts';

/** Docker takes the profile itself; Podman opens a file of that name, and refuses to make a container without it. */
export function seccompOption({ isPodman }: Pick<EngineFacts, 'isPodman'>, profile: string, path: string): string {
  return isPodman ? resolve(path) : profile;
}

/** The profile as the engine takes it. Rejects with `sandbox_files`. */
export async function readSeccomp(path: string): Promise<string> {
  try {
    return JSON.stringify(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    throw new BpError('sandbox_files', `the seccomp profile ${path} can't be read`, {
      hint: 'install the program anew',
      cause: error,
    });
  }
}

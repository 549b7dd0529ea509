import { PROGRAM_PATH, type Program } from '../domain/template.ts';
import type { ContentMount } from '../sandbox/sandbox.ts';
import type { OrchestratorDeps } from './deps.ts';

/**
 * Where an execution finds the program of its agent's template, once it is on the engine: made again where it is gone, or
 * the engine is another. Rejects as `Sandbox.place` does.
 */
export async function placeProgram(
  { sandbox, logger }: OrchestratorDeps,
  { execution, program }: { readonly execution: string; readonly program: Program | undefined },
  signal: AbortSignal,
): Promise<readonly ContentMount[]> {
  if (!program) return [];
  const { key, name, version, manifest, lockfile } = program;
  const onLine = (line: string) => logger.info({ execution, program: `${name} ${version}` }, line);
  await sandbox.place({ key, source: { kind: 'program', manifest, lockfile, onLine } }, signal);
  return [{ content: key, at: PROGRAM_PATH }];
}

/** Of packages, not of the engine: it says nothing of executions that need other ones. */
export function isFaultOfPackages(code: string): boolean {
  return code.startsWith('install_');
}

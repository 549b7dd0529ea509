import type { Randomness } from '../../../platform/randomness.ts';
import type { ProgramRequest } from '../../engine.ts';
import { knownSettings, type SettingsDeps } from '../container/container-settings.ts';
import { EngineContents } from './engine-contents.ts';
import { fromProgram, type ProgramParts } from './program-fill.ts';

const NEVER = new AbortController().signal;

/** See `Engine.bringProgram`. What is cut off is taken away before this ends. */
export async function bringProgram(
  deps: Omit<ProgramParts, 'settings'> & SettingsDeps & { readonly random: Randomness },
  { program, onLine }: ProgramRequest,
  signal: AbortSignal,
): Promise<void> {
  const { key, manifest, lockfile } = program;
  const content = { key, source: { kind: 'program', manifest, lockfile, onLine } } as const;
  const parts = { ...deps, settings: knownSettings(deps) };
  const fill = fromProgram(parts, content);
  await new EngineContents(parts).ensure(content, (made) => fill(made, signal), NEVER);
}

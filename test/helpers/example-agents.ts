import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bringPackages } from './packages.ts';
import { until, type ProgramHome } from './program.ts';

/** An agent of docs/agents. */
export interface Example {
  readonly name: string;
  readonly bundle: string;
  /** npm packages that `agent install` would bring; a registry is not everywhere. */
  readonly packages?: readonly string[];
}

const LIGHT = 'cpu_seconds=1,memory_mb=128,tokens=0,attention=1';

/** The six of the guide, at most 200 lines together. */
export const SIX: readonly Example[] = ['python', 'node', 'shell', 'sponsor', 'spawner', 'llm'].map((name) => ({
  ...{ name, bundle: LIGHT },
}));

/** The others, with an SDK of a provider or with another way to bid. */
export const OTHERS: readonly Example[] = [
  { name: 'learner', bundle: LIGHT },
  { name: 'patient', bundle: LIGHT },
  { name: 'openai-node', bundle: LIGHT, packages: ['openai'] },
  { name: 'anthropic-node', bundle: LIGHT, packages: ['@anthropic-ai/sdk'] },
  // Without its package, which it imports when it has tokens to think with.
  { name: 'openai-python', bundle: LIGHT },
];

export const MARKS = { interesting: 7, useful: 8, understandable: 9 };
export const REASON = 'short and clear';

export const folderOf = (name: string): string => fileURLToPath(new URL(`../../docs/agents/${name}`, import.meta.url));

/** Makes an example an agent of the home, under its own name. */
export async function bring(place: ProgramHome, { name, bundle, packages = [] }: Example): Promise<void> {
  const from = join(place.directory, 'examples', name);
  cpSync(folderOf(name), from, { recursive: true });
  bringPackages(from, packages);
  const made = await place.within('bootstrap', '--id', name, '--from', from, '--bundle', bundle);
  if (made.status !== 0) throw new Error(made.stderr);
}

/** A look costs a few commands, in every economy of those that live beside each other. */
const LOOKS_EVERY_MS = 600;

/** Somebody who is there all the time and marks whatever is shown, until it is enough. */
export async function markUntil(
  place: ProgramHome,
  isEnough: () => boolean | Promise<boolean>,
  limitMs = 1_200_000,
): Promise<void> {
  const marks = Object.values(MARKS).map(String);
  await until(
    async () => {
      for (const { id } of await place.json<{ id: string }[]>('prompts', '--open'))
        await place.within('score', id, ...marks, '--reason', REASON);
      return isEnough();
    },
    Boolean,
    limitMs,
    LOOKS_EVERY_MS,
  );
}

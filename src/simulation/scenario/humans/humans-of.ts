import type { HumanTraits, Scenario } from '../scenario-schema.ts';

/** By this name one is known who is called nothing else. */
export const ONLY_ONE = 'human';

/** Who scores, each by a name, in the order of the file. */
export function humansOf({
  human,
  humans,
}: Pick<Scenario, 'human' | 'humans'>): readonly (readonly [string, HumanTraits])[] {
  if (humans) return Object.entries(humans);
  return human ? [[ONLY_ONE, human]] : [];
}

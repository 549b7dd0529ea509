import { randomBytes } from 'node:crypto';
import type { Randomness } from './randomness.ts';

/** The operating system's cryptographic randomness. */
export function systemRandomness(): Randomness {
  return { bytes: (count) => randomBytes(count) };
}

import { createHash } from 'node:crypto';
import type { Randomness } from '../../src/platform/randomness.ts';

/** The same bytes in the same order for the same seed. */
export function seededRandomness(seed: string): Randomness {
  let drawn = 0;
  return {
    bytes(count) {
      const blocks = Array.from({ length: Math.ceil(count / 32) }, () =>
        createHash('sha256').update(`${seed}/${drawn++}`).digest(),
      );
      return Buffer.concat(blocks).subarray(0, count);
    },
  };
}

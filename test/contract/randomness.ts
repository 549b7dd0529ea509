import { beforeEach, describe, expect, it } from 'vitest';
import type { Randomness } from '../../src/platform/randomness.ts';

/** What every `Randomness` keeps to. That nobody can guess it can't be tested. */
export function itKeepsToRandomness(name: string, open: () => Randomness): void {
  describe(name, () => {
    let random: Randomness;
    beforeEach(() => {
      random = open();
    });

    it.each([0, 1, 16, 33, 1000])('gives %d bytes when asked for them', (count) => {
      expect(random.bytes(count)).toHaveLength(count);
    });

    it('gives others each time, and leaves alone what it gave', () => {
      const drawn = Array.from({ length: 100 }, () => random.bytes(16));
      const texts = drawn.map((bytes) => Buffer.from(bytes).toString('hex'));
      random.bytes(16);
      expect(new Set(texts).size).toBe(100);
      expect(drawn.map((bytes) => Buffer.from(bytes).toString('hex'))).toEqual(texts);
    });

    it('gives every byte there is', () => {
      expect(new Set(random.bytes(20_000)).size).toBe(256);
    });
  });
}

import { describe, expect, it } from 'vitest';
import { systemRandomness } from '../../src/platform/system-randomness.ts';
import { Dice } from '../../src/simulation/dice.ts';
import { seededRandomness } from '../helpers/seeded-randomness.ts';
import { itKeepsToRandomness } from './randomness.ts';

itKeepsToRandomness("the system's randomness", systemRandomness);
itKeepsToRandomness('the dice of a simulation', () => new Dice('contract'));
itKeepsToRandomness("the tests' randomness", () => seededRandomness('contract'));

describe('randomness from a seed', () => {
  it.each([
    ['the dice of a simulation', (seed: string) => new Dice(seed)],
    ["the tests' randomness", seededRandomness],
  ])('is the same for the same seed, and another for another: %s', (_name, open) => {
    expect(open('a').bytes(40)).toEqual(open('a').bytes(40));
    expect(open('a').bytes(40)).not.toEqual(open('b').bytes(40));
  });
});

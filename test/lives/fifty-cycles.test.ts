import { describe, it } from 'vitest';
import { everyExampleLives, thinkersLive } from '../helpers/example-lives.ts';

const CYCLES = 50;

// Most of it is waiting for cycles; each has an economy of its own.
describe.concurrent(`for ${CYCLES} cycles`, () => {
  it('every example lives at default settings', async () => {
    await everyExampleLives(CYCLES);
  });

  it('every example lives where a cycle is a second', async () => {
    await everyExampleLives(CYCLES, { cycle_seconds: 1 });
  });

  it('those that think live where a cycle is a second and models can be asked', async () => {
    await thinkersLive(CYCLES, { cycle_seconds: 1 });
  });
});

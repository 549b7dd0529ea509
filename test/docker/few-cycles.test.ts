import { describe, it } from 'vitest';
import { everyExampleLives, thinkersLive } from '../helpers/example-lives.ts';

// The short form: `npm run test:lives` goes on for fifty cycles, at default settings too.
const CYCLES = 4;

describe.concurrent('where a cycle is a second', () => {
  it('every example lives', async () => {
    await everyExampleLives(CYCLES, { cycle_seconds: 1 });
  });

  it('those that think live, where models can be asked', async () => {
    await thinkersLive(CYCLES, { cycle_seconds: 1 });
  });
});

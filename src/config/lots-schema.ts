import { z } from 'zod';
import { decimals, real, whole } from './fields.ts';

const SECONDS_MAX = 31_536_000;

export const lots = z
  .strictObject({
    share: decimals(0, 0.5, 6)
      .default(0.02)
      .describe('The most of all allocations of attention that go by lot to agents that cannot pay for one; 0: none.'),
    wait_seconds: real(1, SECONDS_MAX)
      .default(86_400)
      .describe('Seconds of running time for which an agent that cannot pay lives on and waits to be drawn.'),
    unheard_seconds: real(1, SECONDS_MAX)
      .default(86_400)
      .describe('Only lineages are drawn that had no attention for so many seconds of cycles.'),
    answers: whole(1, 100)
      .default(3)
      .describe(
        'So many of its last answered prompts must have earned together what as many cost, or it may not wait.',
      ),
    waiting_max: whole(1, 10_000).default(16).describe('Agents of one lineage that may wait at once.'),
  })
  .prefault({})
  .describe('A way back for agents that cannot pay for attention; what it costs is taken from what its marks bring.');

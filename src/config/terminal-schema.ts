import { z } from 'zod';
import { TIMER_MS_MAX, whole } from './fields.ts';

export const terminal = z
  .strictObject({
    refresh_ms: whole(50, TIMER_MS_MAX).default(500).describe('Milliseconds between two drawings of the live view.'),
    bell: z
      .enum(['bell', 'notify', 'none'])
      .default('bell')
      .describe(
        'How a terminal tells that a prompt waits: its bell, a notification of its desktop (OSC 9 or 777, where it knows them), or not.',
      ),
  })
  .prefault({})
  .describe("The operator's screen.");

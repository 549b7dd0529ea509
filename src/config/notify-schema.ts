import { z } from 'zod';
import { real, text } from './fields.ts';

export const notify = z
  .strictObject({
    command: z
      .array(text(4096).refine((value) => !value.includes('\0'), { error: 'a text without the character 0' }))
      .max(64)
      .default([])
      .describe(
        'A program and its arguments, run on this machine when a prompt waits; no shell reads it. Empty: none.',
      ),
    idle_seconds: real(0, 86_400)
      .default(30)
      .describe('It is run once nobody has touched the terminal or the page for so many seconds.'),
    pause_seconds: real(0, 86_400).default(60).describe('Seconds between two of its runs, at least.'),
    timeout_seconds: real(0.1, 600).default(10).describe('Seconds after which it is killed.'),
  })
  .prefault({})
  .describe('How you are called when a prompt waits.');

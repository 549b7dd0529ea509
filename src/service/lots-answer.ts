import { z } from 'zod';

/** How attention goes to agents that can't pay for it. */
export const Lots = z
  .object({
    share: z.number().describe('Of all allocations of attention, at most.'),
    wait_seconds: z.number().describe('For so long one waits.'),
    unheard_seconds: z.number().describe('Lineages that had attention within this time are not drawn.'),
    waiting: z.int().describe('Agents that wait now.'),
    lineages: z.int().describe('Theirs: each is as likely as the others.'),
  })
  .nullable()
  .describe('Attention for agents that cannot pay for it; null where there is none.');

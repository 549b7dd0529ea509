import { z } from 'zod';
import { RANKINGS } from '../domain/market.ts';
import { decimals } from './fields.ts';

export const rank = z
  .strictObject({
    by: z
      .enum(RANKINGS)
      .default('amount')
      .describe(
        'amount: a bid for attention is ranked as any other. record: its amount is weighted by what its agent is expected to be worth to the human (density only).',
      ),
    amount_cap: z
      .union([decimals(1, 1_000_000, 6), z.literal('reward')])
      .nullable()
      .default(null)
      .describe(
        'What an amount for attention counts for at most: so many times its reserve cost (1: amounts do not rank), or the reward of the best marks (reward); null: all of it.',
      ),
    age_bonus: z
      .boolean()
      .default(true)
      .describe('false: market.age_bonus lets no bid for attention gain on another; all count as old as the oldest.'),
  })
  .prefault({})
  .describe('Which bids for attention go first.');

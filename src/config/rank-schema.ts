import { z } from 'zod';
import { RANKINGS } from '../domain/market.ts';
import { decimals, real } from './fields.ts';

export const rank = z
  .strictObject({
    by: z
      .enum(RANKINGS)
      .default('record')
      .describe(
        'amount: a bid for attention is ranked as any other. record: its amount is weighted by what its agent is expected to be worth to the human (density only).',
      ),
    amount_cap: z
      .union([decimals(1, 1_000_000, 6), z.literal('reward')])
      .nullable()
      .default(3)
      .describe(
        'What an amount for attention counts for at most: so many times its reserve cost (1: amounts do not rank), or the reward of the best marks (reward); null: all of it.',
      ),
    age_bonus: z
      .boolean()
      .default(false)
      .describe('false: market.age_bonus lets no bid for attention gain on another; all count as old as the oldest.'),
    squash: decimals(0, 4, 6)
      .default(1)
      .describe('The power to which expected marks per minute are taken: 0 makes all records alike.'),
    recovery_hours: real(0.01, 10_000)
      .default(1)
      .describe('After so long you have half forgotten that an agent tired you: its last marks count half.'),
    prior_answers: real(0, 1000)
      .default(1)
      .describe('How many answers of its own what is known of its ancestors counts for; of a root, of everyone.'),
    optimism: real(0, 10)
      .default(0.5)
      .describe('By which share a lineage that was never answered is thought better than the rest.'),
    first_share: decimals(0, 0.5, 6)
      .default(0.02)
      .describe(
        'Where records decide: the least share of allocations of attention that go to agents which never had any, where such ask; 0: none.',
      ),
    minutes_least: real(0.01, 60).default(1).describe('A prompt counts as taking at least so many minutes.'),
  })
  .prefault({})
  .describe('Which bids for attention go first.');

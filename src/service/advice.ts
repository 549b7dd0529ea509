import { z } from 'zod';
import { LOOK_BACK, USUAL_QUANTILE } from '../domain/advice.ts';
import { accept, refuse, type Result } from '../domain/refusal.ts';
import { Bundle, credits } from './answers.ts';
import { readBy, readText } from './schema.ts';

// What may be asked of `GET /market/advice`, and what it answers.

export const AdviceQuery = z.strictObject({
  quantile: readBy(
    'quantile',
    z
      .number()
      .gt(0)
      .max(1)
      .describe(
        `Which share of past needs the bundle is to meet, resource by resource; ${USUAL_QUANTILE} where absent.`,
      ),
    readQuantile,
  ).optional(),
  attention: readBy(
    'attention',
    z
      .literal([0, 1])
      .describe('Go only by executions that had so much of it, and advise so much; by all, and none, where absent.'),
    readAttention,
  ).optional(),
});

const risk = {
  quantile: z.number().describe('Which share of past needs the bundle is to meet, resource by resource.'),
  bundle: Bundle.describe('What one execution may use.'),
  cost: credits.describe('Its reserve cost now.'),
  killed: z
    .int()
    .describe('How many of the executions would have been killed under it, for want of CPU time or memory.'),
  killed_share: z.number().describe('The same as a share of them.'),
  out_of_tokens: z.int().describe('In how many of them a call of a model would have been refused.'),
};

export const Advice = z
  .object({
    executions: z
      .int()
      .describe(
        `Receipts that it goes by, at most ${LOOK_BACK}. 0: there is none yet, and bundle and amounts are null.`,
      ),
    ...risk,
    bundle: Bundle.nullable().describe('What they would have needed; null where there is no receipt.'),
    cost: credits.nullable().describe('Its reserve cost now; null where there is no receipt.'),
    risks: z.array(z.object(risk)).describe('The same under a few quantiles.'),
    amounts: z
      .object({
        cycles: z
          .int()
          .describe(`Past cycles looked at, at most ${LOOK_BACK}; with attention, only those in which it was free.`),
        with_room: z.int().describe('In how many of them enough was left for it at the reserve.'),
        own_tries: z.int().describe("Cycles in which a bid of the caller's own competed, with as much attention."),
        offers: z
          .array(
            z.object({
              amount: credits.describe('Credits offered, rounded up to two digits.'),
              share: z.number().describe('Of the cycles, in which it would have won; 0 to 1.'),
            }),
          )
          .describe('The least first.'),
      })
      .nullable()
      .describe('How often a few amounts would have won; null where there is no receipt.'),
  })
  .meta({ id: 'Advice' });

function readQuantile(value: unknown, field: string): Result<number> {
  const text = readText(value, field);
  if (!text.ok) return text;
  const share = text.value.trim() === '' ? Number.NaN : Number(text.value);
  if (Number.isNaN(share)) return refuse('wrong_type', `${field} must be a number over 0 and up to 1`, { field });
  if (share > 1) return refuse('too_large', `${field} must be at most 1`, { field, limit: 1 });
  if (share < 0) return refuse('negative', `${field} must be over 0`, { field, limit: 0 });
  if (share === 0) return refuse('not_positive', `${field} must be over 0`, { field, limit: 0 });
  return accept(share);
}

function readAttention(value: unknown, field: string): Result<0 | 1> {
  if (value === '0') return accept(0);
  if (value === '1') return accept(1);
  return refuse('invalid_value', `${field} must be 0 or 1`, { field });
}

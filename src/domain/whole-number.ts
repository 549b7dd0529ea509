import { refuse, type Refusal } from './refusal.ts';

/**
 * Whether this is a whole number from `least` to `most`, whoever it comes from.
 * Refuses `wrong_type`, `not_finite`, `negative`, `too_large`, `not_integer`, `too_small`.
 */
export function checkWhole(
  value: unknown,
  field: string,
  { least, most }: { readonly least: number; readonly most: number },
): Refusal | undefined {
  const expected = `${field} must be a whole number from ${least} to ${most}`;
  if (typeof value !== 'number') return refuse('wrong_type', expected, { field });
  const wrong = `${expected}, not ${value}`;
  if (!Number.isFinite(value)) return refuse('not_finite', wrong, { field });
  if (value < 0) return refuse('negative', wrong, { field, limit: least });
  if (value > most) return refuse('too_large', wrong, { field, limit: most });
  if (!Number.isInteger(value)) return refuse('not_integer', wrong, { field });
  if (value < least) return refuse('too_small', wrong, { field, limit: least });
  return undefined;
}

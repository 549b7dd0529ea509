import { accept, refuse, type Refusal, type Result } from './refusal.ts';

declare const microCredits: unique symbol;

/** An integer number of 10⁻⁶ credits. All arithmetic on money is in this file. */
export type MicroCredits = number & { readonly [microCredits]: true };

const MICRO_PER_CREDIT = 1_000_000;

/** The largest amount of one transfer: 10⁹ credits, well inside the exact integers of a double. */
export const CREDITS_MAX = 1_000_000_000;
export const AMOUNT_MAX = (CREDITS_MAX * MICRO_PER_CREDIT) as MicroCredits;
/** The largest balance of one account, as the schema has it too. */
export const BALANCE_MAX = 9_000_000_000_000_000 as MicroCredits;
export const ZERO = 0 as MicroCredits;

/** Brands an integer that is already known to be micro-credits; a broken invariant throws. */
export function micro(value: number): MicroCredits {
  if (!Number.isSafeInteger(value)) throw new Error(`not a whole number of micro-credits: ${value}`);
  return value as MicroCredits;
}

/**
 * Reads an amount of credits, a JSON number such as `12.5`.
 * Refuses: `wrong_type`, `not_finite`, `negative`, `not_positive` (unless zero is allowed), `too_large`, `too_many_decimals`.
 */
export function parseCredits(
  value: unknown,
  { field = 'amount', allowZero = false }: { readonly field?: string; readonly allowZero?: boolean } = {},
): Result<MicroCredits> {
  if (typeof value !== 'number')
    return refuse('wrong_type', `${field} must be a number of credits, such as 12.5`, { field });
  if (!Number.isFinite(value)) return refuse('not_finite', `${field} must be a finite number of credits`, { field });
  if (value < 0) return refuse('negative', `${field} must not be negative`, { field, limit: 0 });
  if (value === 0 && !allowZero)
    return refuse('not_positive', `${field} must be at least 0.000001`, { field, limit: 0.000001 });
  if (value > CREDITS_MAX)
    return refuse('too_large', `${field} must be at most ${CREDITS_MAX}`, { field, limit: CREDITS_MAX });
  const amount = Math.round(value * MICRO_PER_CREDIT);
  // Division rounds to the nearest double, as reading the decimal does: equal only if at most six places were given.
  if (amount / MICRO_PER_CREDIT !== value)
    return refuse('too_many_decimals', `${field} must have at most 6 decimals`, { field, limit: 6 });
  return accept(micro(amount));
}

/**
 * Whether this can be moved: a whole number of micro-credits, more than none of them and no more than one transfer
 * carries. For amounts that a caller has branded without `parseCredits`.
 * Refuses: `wrong_type`, `not_finite`, `negative`, `not_positive`, `not_integer`, `too_large`.
 */
export function checkAmount(amount: MicroCredits, field = 'amount'): Refusal | undefined {
  const value: unknown = amount;
  if (typeof value === 'number' && !Number.isInteger(value) && Number.isFinite(value) && value > 0)
    return refuse('not_integer', `${field} must be a whole number of micro-credits`, { field });
  const read = parseCredits(typeof value === 'number' ? value / MICRO_PER_CREDIT : value, { field });
  return read.ok ? undefined : read;
}

/** Credits as a JSON number with at most six places. Exact for every amount that the ledger can hold. */
export function toCredits(amount: MicroCredits): number {
  return amount / MICRO_PER_CREDIT;
}

/** Credits for people: `1,234.5`, without trailing zeros. */
export function formatCredits(amount: MicroCredits): string {
  return toCredits(amount).toLocaleString('en-US', { maximumFractionDigits: 6, useGrouping: true });
}

export function add(...amounts: readonly MicroCredits[]): MicroCredits {
  return micro(amounts.reduce<number>((sum, amount) => sum + amount, 0));
}

export function subtract(from: MicroCredits, amount: MicroCredits): MicroCredits {
  return micro(from - amount);
}

export function multiply(amount: MicroCredits, factor: number): MicroCredits {
  if (!Number.isSafeInteger(factor)) throw new Error(`not a whole factor: ${factor}`);
  return micro(amount * factor);
}

export function min(a: MicroCredits, b: MicroCredits): MicroCredits {
  return a <= b ? a : b;
}

export function max(a: MicroCredits, b: MicroCredits): MicroCredits {
  return a >= b ? a : b;
}

/** floor(amount × numerator ÷ denominator), exact. */
export function floorShare(amount: MicroCredits, numerator: number, denominator: number): MicroCredits {
  return micro(Number((BigInt(amount) * BigInt(numerator)) / BigInt(denominator)));
}

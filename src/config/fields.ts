import { z } from 'zod';
import { CREDITS_MAX, parseCredits } from '../domain/credits.ts';
import { MEMORY_MB_MIN, QUANTITY_MAX } from '../domain/resources.ts';

/** The longest wait that a timer of the platform can hold. */
export const TIMER_MS_MAX = 2_147_483_647;

export const text = (most: number) => z.string().min(1).max(most);
export const whole = (least: number, most: number) => z.int().min(least).max(most);
export const real = (least: number, most: number) => z.number().min(least).max(most);

/** An amount of credits in the file, micro-credits in the program. */
export const credits = ({ allowZero, most = CREDITS_MAX }: { readonly allowZero: boolean; readonly most?: number }) =>
  real(allowZero ? 0 : 0.000001, most).transform((value, context) => {
    const parsed = parseCredits(value, { field: 'it', allowZero });
    if (parsed.ok) return parsed.value;
    context.addIssue({ code: 'custom', message: 'at most 6 decimals' });
    return z.NEVER;
  });

/** A number with a limited count of decimals, so that exact arithmetic can follow. */
export const decimals = (least: number, most: number, places: number) =>
  real(least, most).refine((value) => Number(value.toFixed(places)) === value, { error: `at most ${places} decimals` });

export const cpuSeconds = () => decimals(0.001, QUANTITY_MAX / 1000, 3);
export const memoryMb = () => whole(MEMORY_MB_MIN, QUANTITY_MAX);
export const automatic = <T extends z.ZodType>(otherwise: T) => z.union([z.literal('auto'), otherwise]);
export const backoff = (first: number, ...rest: readonly number[]) =>
  z
    .array(real(0.01, 3_600_000_000))
    .min(1)
    .max(32)
    .default([first, ...rest]);

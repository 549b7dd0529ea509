import { bytes, credits } from '../shell/figures.ts';

/** A number for people: `1,234.5`; one that is next to nothing is not shown as nothing, and none is `–`. */
export function figure(value: number | null | undefined, places = 2): string {
  if (value === null || value === undefined) return NONE;
  const small = value !== 0 && Math.abs(value) < 0.1;
  return value.toLocaleString('en-US', small ? { maximumSignificantDigits: 3 } : { maximumFractionDigits: places });
}

export const NONE = '–';

/** `37 %`. */
export function share(part: number | null, whole: number): string {
  return part === null || whole === 0 ? NONE : `${figure((part / whole) * 100, 0)} %`;
}

export function creditsOr(amount: number | null): string {
  return amount === null ? NONE : credits(amount);
}

export function bytesOr(amount: number | null): string {
  return amount === null ? NONE : bytes(amount);
}

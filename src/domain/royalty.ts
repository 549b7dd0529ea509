import { floorShare, ZERO, type MicroCredits } from './credits.ts';
import { accept, refuse, type Result } from './refusal.ts';

const PARTS_PER_MILLION = 1_000_000;

/** A share of each reward of an agent, in parts per million, that goes on to another one. */
export interface Royalty {
  /** Among what the agent owes, from 1 up. */
  readonly place: number;
  readonly toId: string;
  /** In which life it was agreed; it ends with that life. */
  readonly toLife: number;
  readonly sharePpm: number;
}

/**
 * Reads a share, a JSON number such as `0.25`, into parts per million.
 * Refuses: `wrong_type`, `not_finite`, `negative`, `too_large`, `too_many_decimals`.
 */
export function parseShare(value: unknown, field: string): Result<number> {
  const expected = `${field} must be a number from 0 to 1, such as 0.25`;
  if (typeof value !== 'number') return refuse('wrong_type', expected, { field });
  if (!Number.isFinite(value)) return refuse('not_finite', expected, { field });
  if (value < 0) return refuse('negative', expected, { field, limit: 0 });
  if (value > 1) return refuse('too_large', expected, { field, limit: 1 });
  const ppm = Math.round(value * PARTS_PER_MILLION);
  if (ppm / PARTS_PER_MILLION !== value)
    return refuse('too_many_decimals', `${field} must have at most 6 decimals`, { field, limit: 6 });
  return accept(ppm);
}

/** A share as a JSON number. */
export function toShare(ppm: number): number {
  return ppm / PARTS_PER_MILLION;
}

export function sumOfShares(royalties: readonly Pick<Royalty, 'sharePpm'>[]): number {
  return royalties.reduce((sum, { sharePpm }) => sum + sharePpm, 0);
}

/** floor(reward × share), of each reward alone. */
export function royaltyOf(reward: MicroCredits, { sharePpm }: Pick<Royalty, 'sharePpm'>): MicroCredits {
  return reward === 0 ? ZERO : floorShare(reward, sharePpm, PARTS_PER_MILLION);
}

import type { Quad } from './rows.ts';

// The arithmetic of docs/market.md and docs/ledger.md, written anew from their text.

/** Micro-credits per whole unit, in the order of a quad. */
export type PriceQuad = readonly [number, number, number, number];

/** What a bundle costs: CPU is in thousandths of a unit; rounded up, and at least one micro-credit. */
export function costOf(bundle: Quad, prices: PriceQuad): number {
  const [cpu, ...rest] = bundle;
  const thousandths = cpu * prices[0];
  if (thousandths > Number.MAX_SAFE_INTEGER) return Number(bigCost(bundle, prices));
  // A quotient of doubles could be rounded to a whole number; the rest of the division can't.
  const part = thousandths % 1000;
  let cost = (thousandths - part) / 1000 + (part > 0 ? 1 : 0);
  for (const [place, quantity] of rest.entries()) cost += quantity * prices[place + 1]!;
  return Math.max(1, cost);
}

function bigCost(bundle: Quad, prices: PriceQuad): bigint {
  const parts = bundle.map((quantity, place) => BigInt(quantity) * BigInt(prices[place]!));
  const cpu = (parts[0]! + 999n) / 1000n;
  return cpu + parts[1]! + parts[2]! + parts[3]!;
}

export function fitsInto(bundle: Quad, free: Quad): boolean {
  return bundle.every((quantity, place) => quantity <= free[place]!);
}

export function addTo(held: Quad, bundle: Quad): Quad {
  return [held[0] + bundle[0], held[1] + bundle[1], held[2] + bundle[2], held[3] + bundle[3]];
}

export function takeFrom(free: Quad, bundle: Quad): Quad {
  return [free[0] - bundle[0], free[1] - bundle[1], free[2] - bundle[2], free[3] - bundle[3]];
}

/** floor(price × attention's price ÷ reserve cost), at most what is left of the price. */
export function expiryShare(price: number, attentionPrice: number, reserve: number, left: number): number {
  return Math.min(Number((BigInt(price) * BigInt(attentionPrice)) / BigInt(reserve)), left);
}

/** base × growthⁿ, rounded up, at most 10⁹ credits. */
export function feeFor(births: number, base: number, growth: number): number {
  const ppm = BigInt(Math.round(growth * 1e6));
  const scale = 1_000_000n ** BigInt(births);
  const fee = (BigInt(base) * ppm ** BigInt(births) + scale - 1n) / scale;
  return Number(fee > 10n ** 15n ? 10n ** 15n : fee);
}

/** floor(held × share × time ÷ day). */
export function rentFor(held: number, sharePerDay: number, milliseconds: number): number {
  const ppm = BigInt(Math.round(sharePerDay * 1e6));
  return Number((BigInt(held) * ppm * BigInt(milliseconds)) / (1_000_000n * 86_400_000n));
}

/** The n-th step of a back-off; the last one counts for all further. */
export function stepOf(steps: readonly number[], index: number): number {
  return steps[Math.min(index, steps.length - 1)] ?? 0;
}

/** The least number of cycles that last so long, reckoned in whole microseconds. */
export function cyclesOf(seconds: number, cycleSeconds: number): number {
  const [time, cycle] = [BigInt(Math.round(seconds * 1e6)), BigInt(Math.round(cycleSeconds * 1e6))];
  return Number((time + cycle - 1n) / cycle);
}

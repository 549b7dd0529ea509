import type { TokenUsage, TokenWeights } from './tokens.ts';

/**
 * What the tokens of a model cost the operator: millionths of a currency for a million of them, whole numbers from 0 to
 * `PRICE_MAX`. This money is the operator's, not the agents' credits.
 */
export interface ModelPrice {
  readonly input: number;
  /** Input that was read from a cache. */
  readonly cached: number;
  /** Input that was written to a cache. */
  readonly written: number;
  readonly output: number;
}

/** Millionths in one unit of a currency, and tokens in the unit of a price. */
const MILLION = 1_000_000;
const PER_UNIT = BigInt(MILLION);

/** The dearest price: 10⁶ units of the currency for a million tokens. */
export const PRICE_MAX = MILLION * MILLION;
/**
 * No call is counted as more than 10⁹ units of the currency, and no budget is larger, so that sums stay exact in a
 * double.
 */
export const MONEY_MAX = 1_000 * PRICE_MAX;

/** The configuration's decimals in millionths; they have six places at most. */
export function inMillionths(value: number): number {
  return Math.round(value * MILLION);
}

/** Money as a JSON number with at most six places. */
export function inCurrency(money: number): number {
  return money / MILLION;
}

/** Money for people: `1,234.5 USD`. */
export function formatMoney(money: number, currency: string): string {
  return `${inCurrency(money).toLocaleString('en-US', { maximumFractionDigits: 6 })} ${currency}`;
}

/** What this use costs in millionths of the currency, rounded up; exact. */
export function moneyCost({ input, cached, written = 0, output }: TokenUsage, price: ModelPrice): number {
  const fresh = Math.max(0, input - written);
  const exact =
    BigInt(fresh) * BigInt(price.input) +
    BigInt(input - fresh) * BigInt(price.written) +
    BigInt(cached) * BigInt(price.cached) +
    BigInt(output) * BigInt(price.output);
  return atMost(ceiling(exact, PER_UNIT));
}

/** Before a call nobody knows how much of its input comes from a cache or goes into one, so the dearest is reserved. */
export function dearestPrice(price: ModelPrice): ModelPrice {
  const input = Math.max(price.input, price.cached, price.written);
  return { ...price, input, cached: input, written: input };
}

/** The most output tokens, `answers` times, for which the money suffices after the input; -1 where not even that fits. */
export function moneyOutputCap(
  left: number,
  { input, answers, price }: { readonly input: number; readonly answers: number; readonly price: ModelPrice },
): number {
  const rest = BigInt(left) * PER_UNIT - BigInt(input) * BigInt(dearestPrice(price).input);
  if (rest < 0n) return -1;
  const each = BigInt(price.output) * BigInt(answers);
  return each === 0n ? Number.MAX_SAFE_INTEGER : Number(least(rest / each, BigInt(Number.MAX_SAFE_INTEGER)));
}

/** How dear the market's tokens can become where agents spend them on the dearest that there is. */
export interface TokenValue {
  /** Millionths of the currency for a million of the market's tokens, rounded up. */
  readonly dearest: number;
  /** Models of which something costs money, but none of the market's tokens: only a budget limits what they cost. */
  readonly unlimited: readonly string[];
}

export interface ValuedModel {
  readonly name: string;
  readonly weights: TokenWeights;
  readonly price: ModelPrice;
}

export function tokenValue(models: readonly ValuedModel[]): TokenValue {
  let dearest = 0;
  const unlimited = new Set<string>();
  for (const { name, weights, price } of models)
    for (const [cost, weight] of [
      [price.input, weights.input],
      [price.written, weights.input],
      [price.cached, weights.cached],
      [price.output, weights.output],
    ] as const) {
      if (cost === 0) continue;
      const each = weight === 0 ? undefined : ceiling(BigInt(cost) * PER_UNIT, BigInt(inMillionths(weight)));
      if (each === undefined || each > BigInt(MONEY_MAX)) unlimited.add(name);
      else dearest = Math.max(dearest, Number(each));
    }
  return { dearest, unlimited: [...unlimited] };
}

/** The most that so many of the market's tokens can cost, in millionths of the currency. */
export function tokensCost(tokens: number, { dearest }: TokenValue): number {
  return atMost(ceiling(BigInt(tokens) * BigInt(dearest), PER_UNIT));
}

/** How many of the market's tokens this money is sure to pay for. */
export function tokensFor(money: number, { dearest, unlimited }: TokenValue): number {
  if (money <= 0 && (dearest > 0 || unlimited.length > 0)) return 0;
  if (dearest === 0) return Number.MAX_SAFE_INTEGER;
  return Number(least((BigInt(money) * PER_UNIT) / BigInt(dearest), BigInt(Number.MAX_SAFE_INTEGER)));
}

function ceiling(numerator: bigint, denominator: bigint): bigint {
  return (numerator + denominator - 1n) / denominator;
}

function atMost(money: bigint): number {
  return Number(least(money, BigInt(MONEY_MAX)));
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

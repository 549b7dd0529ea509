import { MONEY_MAX } from './model-price.ts';

/** An amount of both that a budget counts: millionths of the currency, and the market's tokens. */
export interface Spent {
  readonly money: number;
  readonly tokens: number;
}

/** The operator's limits on what models may cost; null: none. Money is in millionths of the currency. */
export interface BudgetLimits {
  readonly day: { readonly money: number | null; readonly tokens: number | null };
  readonly total: { readonly money: number | null; readonly tokens: number | null };
}

/** What was spent and what calls that go on have reserved, since the day began and in all. */
export interface Spending {
  readonly day: Spent & { readonly reserved: Spent };
  readonly total: Spent & { readonly reserved: Spent };
}

export type Span = keyof BudgetLimits;
export type Unit = keyof Spent;

/** One limit of the budget as it stands. */
export interface BudgetLeft {
  readonly span: Span;
  readonly unit: Unit;
  readonly limit: number;
  /** Neither spent nor reserved; never under 0, though a limit may have been lowered since. */
  readonly left: number;
}

const LIMITS: readonly (readonly [Span, Unit])[] = [
  ['day', 'money'],
  ['day', 'tokens'],
  ['total', 'money'],
  ['total', 'tokens'],
];

export function hasLimits(limits: BudgetLimits): boolean {
  return LIMITS.some(([span, unit]) => limits[span][unit] !== null);
}

export function limitsMoney({ day, total }: BudgetLimits): boolean {
  return day.money !== null || total.money !== null;
}

/** What is left of each limit that is set. */
export function budgetLeft(limits: BudgetLimits, spending: Spending): readonly BudgetLeft[] {
  return LIMITS.flatMap(([span, unit]) => {
    const limit = limits[span][unit];
    if (limit === null) return [];
    const { [unit]: spent, reserved } = spending[span];
    return [{ span, unit, limit, left: Math.max(0, limit - spent - reserved[unit]) }];
  });
}

const DAY_MS = 86_400_000;

/** Days since 1970 by UTC. */
export function dayOf(milliseconds: number): number {
  return Math.max(0, Math.floor(milliseconds / DAY_MS));
}

export function startOfDay(day: number): number {
  return day * DAY_MS;
}

/** Sums stop here, so that they stay exact whatever an economy spends in its life. */
export const SPENT_MAX = 9 * MONEY_MAX;

import type { Config } from '../../config/schema.ts';
import type { Change } from './changes.ts';
import { demand } from './finding.ts';
import type { PromptRow } from './rows.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const HOURS = 24;
const PPM = 1_000_000n;

/** As a cycle's record has it: milliseconds spent and of presence, and the share of it that was allowed. */
export type PaceRow = readonly [spentMs: number, presentMs: number, allowedPpm: number];

/** What prompts have taken of the human's time, by the hours of UTC: trials have no other zone. */
export class HumanTime {
  readonly #byHour = new Map<number, number>();
  #unpricedMs = 0;

  take(prompts: readonly Change<PromptRow>[]): void {
    for (const { old, now } of prompts) {
      const tookMs = (now.attentionMs ?? 0) - (old?.attentionMs ?? 0);
      demand(tookMs >= 0, 'time is not given back', () => `prompt_${now.id} took ${now.attentionMs} ms`);
      if (tookMs === 0) continue;
      const hour = Math.floor((now.actedAt ?? 0) / HOUR_MS);
      this.#byHour.set(hour, (this.#byHour.get(hour) ?? 0) + tookMs);
      this.#unpricedMs += tookMs;
    }
  }

  /** Whether the day or the hour of this moment has no minutes left. `given`: beyond the configuration's, by hour. */
  isSpent(at: number, { attention }: Config, given: ReadonlyMap<number, number>, plannedMs = 0): boolean {
    const { minutes_per_day: perDay, minutes_per_hour: perHour } = attention;
    const hour = Math.floor(at / HOUR_MS);
    const midnight = hour - (hour % HOURS);
    const spentIn = (each: number) => (this.#byHour.get(each) ?? 0) - (given.get(each) ?? 0);
    let today = 0;
    for (let each = midnight; each < midnight + HOURS; each++) today += spentIn(each);
    const isOver = (spent: number, minutes: number | null) =>
      minutes !== null && spent + plannedMs >= minutes * MINUTE_MS;
    return isOver(today, perDay) || isOver(spentIn(hour), perHour);
  }

  /** What was spent since the last time. */
  takeUnpriced(): number {
    const spentMs = this.#unpricedMs;
    this.#unpricedMs = 0;
    return spentMs;
  }
}

export interface PacedCycle {
  readonly before: number;
  readonly after: number;
  readonly start: number;
  readonly config: Config;
  /** By the auditor's own count. */
  readonly spentMs: number;
  readonly runningMs: number;
  /** Nobody could be asked: away, or nothing left. */
  readonly isUnasked: boolean;
  readonly isSpent: boolean;
  readonly pace: PaceRow | undefined;
}

/** The price of attention follows what was spent beyond what was allowed, and stands where minutes have no end. */
export function checkPace(cycle: PacedCycle): void {
  const { before, after, start, config, spentMs, runningMs, pace } = cycle;
  const { minutes_per_day: perDay, minutes_per_hour: perHour, pace_minutes: minutes, rates } = config.attention;
  const told = () => `attention: ${after} after ${before}, by ${String(pace)}`;
  if ((perDay === null && perHour === null) || start === 0) {
    demand(before === after && !pace, 'prices stand still', told);
    return;
  }
  const [spent = -1, present = -1, allowed = -1] = pace ?? [];
  demand(spent === spentMs, 'attention is counted', () => `${told()}, not ${spentMs} ms`);
  const isPresent = present === 0 || (present === Math.round(runningMs) && !cycle.isUnasked);
  demand(isPresent, 'an absence moves no price', told);
  const isShare = allowed >= 0 && allowed <= Number(PPM) && (!cycle.isSpent || allowed === 0);
  demand(isShare, 'what is spent allows no more', told);
  const unit = BigInt(Math.round(minutes * MINUTE_MS)) * PPM;
  const over = BigInt(spent) * PPM - BigInt(present) * BigInt(allowed);
  const moved = over > 0n ? (BigInt(before) * (unit + over)) / unit : (BigInt(before) * unit) / (unit - over);
  const best = 10 * (rates.interesting + rates.useful + rates.understandable);
  const cap = Math.max(start, Math.min(best, Math.floor(start * config.market.prices.cap_factor)));
  const due = Math.max(start, Math.min(cap, Number(moved)));
  demand(after === due, 'the price of attention follows the pace', () => `${told()}, not ${due}`);
}

import { allowedPpm, nextAttentionPrice, type PaceStep } from '../../domain/attention-pace.ts';
import { MARK_MAX, reward } from '../../domain/attention.ts';
import { micro, min, type MicroCredits } from '../../domain/credits.ts';
import type { Economy } from '../economy.ts';
import { STORE } from '../internal/store-key.ts';
import { hasBudget, timeLeft } from './attention-budget.ts';
import { isUnasked } from './prompt-slot.ts';

const MINUTE_MS = 60_000;

/** What moved the price of attention in a cycle, and to what. */
export interface PacedAttention {
  readonly price: MicroCredits;
  readonly step: PaceStep;
}

/**
 * The price of attention after a cycle of so much running time; undefined where the human's time has no end, so that it
 * stays at its start. Runs inside the caller's transaction.
 */
export function paceAttention(deps: Economy, runningMs: number): PacedAttention | undefined {
  const { [STORE]: store, config, derived } = deps;
  const spentMs = store.attentionHours.unpricedMs();
  store.attentionHours.setPriced();
  const startPrice = derived.startPrices.attention;
  if (!hasBudget(config) || startPrice === 0) return undefined;
  const { day, hour } = timeLeft(deps);
  const presentMs = isHumanThere(deps) ? Math.round(runningMs) : 0;
  const step: PaceStep = { spentMs, presentMs, allowedPpm: allowedPpm(day, hour) };
  const price = nextAttentionPrice({
    price: store.markets.prices().attention,
    startPrice,
    priceMax: priceMaxOf(deps),
    paceMs: Math.round(config.attention.pace_minutes * MINUTE_MS),
    step,
  });
  return { price, step };
}

/** At a higher price than the best marks earn nobody could want it. */
function priceMaxOf({ config, derived }: Economy): MicroCredits {
  const best = reward({ interesting: MARK_MAX, useful: MARK_MAX, understandable: MARK_MAX }, config.attention.rates);
  return min(best, micro(Math.floor(derived.startPrices.attention * config.market.prices.cap_factor)));
}

/** As far as one can tell: they aren't away, and no prompt stands open that nobody has looked at for a while. */
function isHumanThere(deps: Economy): boolean {
  if (isUnasked(deps)) return false;
  const { [STORE]: store, config, clock } = deps;
  const open = store.prompts.open();
  if (!open) return true;
  const idleMs = clock.now() - Math.max(open.openedAt ?? 0, open.actedAt ?? 0);
  return idleMs <= config.attention.gap_seconds * 1000;
}

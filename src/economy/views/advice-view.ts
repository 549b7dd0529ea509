import { adviseBundle, LOOK_BACK, USUAL_QUANTILE, type Risk } from '../../domain/advice.ts';
import { toCredits } from '../../domain/credits.ts';
import {
  bundleCost,
  bundleView,
  QUANTITY_KEY,
  type Bundle,
  type BundleView,
  type Prices,
  type Quantities,
  type Resource,
} from '../../domain/resources.ts';
import { winningShares, type OwnTries, type PastCycle } from '../../domain/winning-share.ts';
import type { Economy } from '../economy.ts';
import { STORE } from '../internal/store-key.ts';
import { marketRules } from '../market/market-rules.ts';
import { pricesOf, quantities } from '../market/clearing-record.ts';

const NEWEST = Number.MAX_SAFE_INTEGER;
/** Each execution has a handshake, whether or not its program reads the advice: so it is had from few receipts. */
const HANDSHAKE_LOOK_BACK = 20;
const PARTS_PER_MILLION = 1_000_000;

export interface AdviceQuestion {
  /** Of past needs, over 0 and up to 1. */
  readonly quantile?: number | undefined;
  /** Only by executions that had so much of it; all of them, and none in the bundle, where absent. */
  readonly attention?: 0 | 1 | undefined;
}

/** What an agent's own receipts and bids, and public prices, advise it to bid. */
export function adviceView(deps: Economy, agentId: string, question: AdviceQuestion = {}) {
  const { [STORE]: store } = deps;
  const advice = bundleAdvice(deps, agentId, question);
  if (!advice) return { ...NO_RECEIPT, quantile: question.quantile ?? USUAL_QUANTILE };
  const prices = store.markets.prices();
  const { executions, risks, ...asked } = advice;
  const past = pastCycles(deps);
  const since = past.at(-1)?.cycle ?? 0;
  const amounts = winningShares(asked.bundle, past, ownTries(deps, agentId, asked.bundle, since), prices);
  return {
    executions,
    ...riskView(asked, { prices, executions }),
    risks: risks.map((risk) => riskView(risk, { prices, executions })),
    amounts: {
      cycles: amounts.cycles,
      with_room: amounts.withRoom,
      own_tries: amounts.ownTries,
      offers: amounts.offers.map(({ amount, share }) => ({ amount: toCredits(amount), share })),
    },
  };
}

/** What of it stands in each handshake; null before the first receipt. */
export function shortAdviceView(deps: Economy, agentId: string) {
  const advice = bundleAdvice(deps, agentId, {}, { lookBack: HANDSHAKE_LOOK_BACK, risksAt: [] });
  if (!advice) return null;
  const { executions, quantile, bundle, killed } = advice;
  return { executions, quantile, bundle: bundleView(bundle), killed };
}

const NO_RECEIPT = {
  executions: 0,
  bundle: null,
  cost: null,
  killed: 0,
  killed_share: 0,
  out_of_tokens: 0,
  risks: [],
  amounts: null,
};

function bundleAdvice(
  { [STORE]: store, derived }: Economy,
  agentId: string,
  { quantile = USUAL_QUANTILE, attention }: AdviceQuestion,
  { lookBack = LOOK_BACK, risksAt }: { readonly lookBack?: number; readonly risksAt?: readonly number[] } = {},
) {
  const past = store.executions
    .usesOf(agentId, lookBack)
    .filter(({ bundle }) => attention === undefined || bundle.attention === attention);
  const reserved = past.some(({ bundle }) => bundle.tokens > 0)
    ? store.modelCalls.mostReserved(agentId, past.at(-1)?.id ?? 0)
    : undefined;
  const uses = past.map((execution) => ({ ...execution, tokensReserved: reserved?.get(execution.id) ?? 0 }));
  return adviseBundle(uses, { quantile, attention: attention ?? 0, supply: derived.supply, risksAt });
}

function riskView(
  { quantile, bundle, killed, outOfTokens }: Risk,
  { prices, executions }: { readonly prices: Prices; readonly executions: number },
) {
  return {
    quantile,
    bundle: bundleView(bundle),
    cost: toCredits(bundleCost(bundle, prices)),
    killed,
    killed_share: Number((killed / executions).toFixed(2)),
    out_of_tokens: outOfTokens,
  };
}

/** The newest first; those in which the market stood still are left out. */
function pastCycles({ [STORE]: store }: Economy): readonly PastCycle[] {
  const records = store.cycles.page(NEWEST, LOOK_BACK).filter(({ paused }) => paused === 0);
  const unasked = store.cycles.unaskedSince(records.at(-1)?.cycle ?? 0);
  return records.map((record) => {
    const supply = quantities(record.supply);
    return {
      cycle: record.cycle,
      prices: pricesOf(record.pricesBefore),
      left: leftOf(supply, JSON.parse(record.utilisation) as BundleView),
      attentionFree: !unasked.has(record.cycle) && quantities(record.held).attention < supply.attention,
    };
  });
}

function leftOf(supply: Quantities, utilisation: BundleView): Quantities {
  const left = (resource: Resource) => {
    const whole = supply[QUANTITY_KEY[resource]];
    return whole - Math.round(whole * utilisation[resource]);
  };
  return {
    cpuMs: left('cpu_seconds'),
    memoryMb: left('memory_mb'),
    tokens: left('tokens'),
    attention: left('attention'),
  };
}

/** The agent's own bids in these cycles that asked for as much attention. */
function ownTries(
  { [STORE]: store, config }: Economy,
  agentId: string,
  { attention }: Bundle,
  since: number,
): OwnTries {
  const { ageBonusPpm } = marketRules(config);
  const bids = store.bids
    .ofAgent(agentId, NEWEST, LOOK_BACK)
    .filter((bid) => bid.payerId === agentId && bid.bundle.attention === attention)
    .filter(({ endedCycle }) => endedCycle === null || endedCycle >= since);
  const byId = new Map(bids.map((bid) => [bid.id, bid]));
  const won = new Map<number, number>();
  for (const { bidId, cycle, price, reserveCost } of store.executions.ofAgent(agentId, NEWEST, LOOK_BACK)) {
    const bid = byId.get(bidId);
    // What it had waited counted for it: a new bid would have had to offer so much more.
    const age = 1 + ((bid?.passedOver ?? 0) * ageBonusPpm) / PARTS_PER_MILLION;
    if (bid) won.set(cycle, price > reserveCost ? (price / reserveCost) * age : 1);
  }
  return { won, lost: bids.reduce((sum, { passedOver }) => sum + passedOver, 0) };
}

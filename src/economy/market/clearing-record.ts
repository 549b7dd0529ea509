import type { Bid } from '../../domain/bid.ts';
import type { AllocationInput } from '../../domain/allocation-scheduler.ts';
import type { PaceStep } from '../../domain/attention-pace.ts';
import { micro } from '../../domain/credits.ts';
import type { AttentionHolder, MarketMoment, MarketRules, StandingBid } from '../../domain/market.ts';
import {
  attentionAtOnce,
  minus,
  RESOURCES,
  type BundleView,
  type Prices,
  type Quantities,
} from '../../domain/resources.ts';
import type { PendingBid } from '../../store/bids.ts';
import type { CycleRecord } from '../../store/cycles.ts';
import type { Economy } from '../economy.ts';
import { STORE } from '../internal/store-key.ts';

/** What the scheduler was given, apart from what a cycle's record holds anyway. */
interface MomentRecord {
  readonly rules: MarketRules;
  /** Or it was quiet. */
  readonly human_away: boolean;
  /** Absent where it was not. */
  readonly quiet?: true;
  /** The human's minutes were spent; absent where they were not. */
  readonly spent?: true;
  /** What moved the price of attention afterwards; absent where it stands. */
  readonly pace?: PaceRecord;
  readonly running: readonly string[];
  /** Absent where nobody rested for that. */
  readonly installing?: readonly string[];
  /** Absent where it is 0. */
  readonly tokens_withheld?: number;
  /** The last allocations of attention, the newest first: agent and lineage. */
  readonly recent_attention: readonly (readonly [string, string])[];
  /** The bid that was won by lot before it; absent where none was. */
  readonly lot?: number;
  /** The lineage from which the last place on deck was kept; absent where it was from none. */
  readonly kept_from?: string;
  /** Agent and weight. Absent where bids for attention weren't ranked by records, or none was free. */
  readonly attention_weights?: readonly (readonly [string, number])[];
}

/** As `PaceStep`: milliseconds spent and of presence, and the share of it that was allowed, in millionths. */
export type PaceRecord = readonly [spentMs: number, presentMs: number, allowedPpm: number];

/** The pending bids: what of them changes from cycle to cycle. The rest stands in `bids`. Kept short: there can be very many. */
interface StandingRecord {
  /** Ascending; each as the difference to the one before. */
  readonly ids: readonly number[];
  readonly passed_over: readonly number[];
  /** By place in `ids`: which attempt it was, where not the first. */
  readonly attempts: readonly (readonly [number, number])[];
}

/** A cycle as it was cleared, to be cleared again. */
export interface RecordedClearing {
  readonly input: AllocationInput;
  /** The whole supply, held or not. */
  readonly supply: Quantities;
  /** What earlier executions and prompts held at its start. */
  readonly held: Quantities;
  /** Or not to be asked. */
  readonly humanAway: boolean;
  readonly quiet: boolean;
  /** Of the minutes that the human gives none was left. */
  readonly spent: boolean;
  /** The price of attention follows these minutes. */
  readonly isPaced: boolean;
  /** What was won by lot before it was cleared. */
  readonly lot: WonLot | undefined;
}

export type WonLot = Pick<Bid, 'id' | 'agentId' | 'lineageId' | 'bundle'>;

interface HumanMoment {
  readonly isUnasked: boolean;
  readonly isQuiet: boolean;
  readonly isSpent: boolean;
  readonly pace: PaceStep | undefined;
}

export function momentRecord(
  rules: MarketRules,
  moment: MarketMoment,
  { lot, ...human }: HumanMoment & { readonly lot: number | undefined },
): string {
  const { runningAgents: running, installingAgents: installing, recentAttention: recent } = moment;
  const { tokensWithheld: withheld, attentionWeights: weights, keptFrom } = moment;
  return JSON.stringify({
    rules,
    human_away: human.isUnasked,
    ...(human.isQuiet && { quiet: true as const }),
    ...(human.isSpent && { spent: true as const }),
    ...(human.pace && { pace: [human.pace.spentMs, human.pace.presentMs, human.pace.allowedPpm] as const }),
    running: [...running],
    ...(installing.size > 0 && { installing: [...installing] }),
    ...(withheld > 0 && { tokens_withheld: withheld }),
    recent_attention: recent.map(({ agentId, lineageId }) => [agentId, lineageId]),
    ...(lot !== undefined && { lot }),
    ...(keptFrom !== undefined && { kept_from: keptFrom }),
    ...(weights && { attention_weights: [...weights] }),
  } satisfies MomentRecord);
}

/** The bids as they stood before the clearing, the oldest first. */
export function standingRecord(bids: readonly PendingBid[]): string {
  let last = 0;
  const ids = bids.map(({ id }) => {
    const step = id - last;
    last = id;
    return step;
  });
  const attempts: (readonly [number, number])[] = [];
  for (const [place, { attempt }] of bids.entries()) if (attempt > 1) attempts.push([place, attempt]);
  return JSON.stringify({ ids, passed_over: bids.map((bid) => bid.passedOver), attempts } satisfies StandingRecord);
}

/** Undefined where the cycle's record is gone, or an earlier version of the program left it. */
export function recordedClearing({ [STORE]: store }: Economy, cycle: number): RecordedClearing | undefined {
  const record = store.cycles.find(cycle);
  return record && clearingOf(store, record);
}

/** As `recordedClearing`, of a record that was read before. */
export function clearingOf(store: Economy[typeof STORE], record: CycleRecord): RecordedClearing | undefined {
  const clearing = store.cycles.clearing(record.cycle);
  if (!clearing) return undefined;
  const moment = JSON.parse(clearing.moment) as MomentRecord;
  const supply = quantities(record.supply);
  const held = quantities(record.held);
  const free = attentionAtOnce(minus(supply, held));
  return {
    supply,
    held,
    humanAway: moment.human_away,
    quiet: moment.quiet === true,
    spent: moment.spent === true,
    isPaced: moment.pace !== undefined,
    lot: moment.lot === undefined ? undefined : store.bids.get(moment.lot),
    input: {
      bids: standingBids(store, JSON.parse(clearing.standing) as StandingRecord),
      prices: pricesOf(record.pricesBefore),
      rules: moment.rules,
      moment: {
        cycle: record.cycle,
        paused: record.paused === 1,
        runningAgents: new Set(moment.running),
        installingAgents: new Set(moment.installing),
        freeAtStart: moment.human_away ? { ...free, attention: 0 } : free,
        tokensWithheld: moment.tokens_withheld ?? 0,
        recentAttention: moment.recent_attention.map(([agentId, lineageId]): AttentionHolder => ({
          agentId,
          lineageId,
        })),
        ...(moment.kept_from !== undefined && { keptFrom: moment.kept_from }),
        ...(moment.attention_weights && { attentionWeights: new Map(moment.attention_weights) }),
      },
    },
  };
}

function standingBids(store: Economy[typeof STORE], { ids, passed_over: passed, attempts }: StandingRecord) {
  const attemptAt = new Map(attempts);
  let id = 0;
  return ids.map((step, place): StandingBid => {
    id += step;
    const bid = store.bids.get(id);
    const attempt = attemptAt.get(place) ?? 1;
    const { amount, reserveAtPlacing, earliestCycle } = bid.attempt === attempt ? bid : earlier(store, id, attempt);
    const { agentId, payerId, lineageId, bundle } = bid;
    const passedOver = passed[place] ?? 0;
    return { id, agentId, payerId, lineageId, bundle, amount, reserveAtPlacing, passedOver, earliestCycle };
  });
}

function earlier({ bids }: Economy[typeof STORE], id: number, number: number) {
  const attempt = bids.attempt(id, number);
  if (!attempt) throw new Error(`attempt ${number} of bid ${id} is not recorded`);
  return attempt;
}

/** What a cycle's record says of each resource. */
export function quantities(text: string): Quantities {
  const view = JSON.parse(text) as BundleView;
  return {
    cpuMs: Math.round(view.cpu_seconds * 1000),
    memoryMb: view.memory_mb,
    tokens: view.tokens,
    attention: view.attention,
  };
}

export function pricesOf(text: string): Prices {
  const view = JSON.parse(text) as BundleView;
  return Object.fromEntries(RESOURCES.map((name) => [name, micro(Math.round(view[name] * 1e6))])) as Prices;
}

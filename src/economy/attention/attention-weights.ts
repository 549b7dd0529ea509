import {
  attentionWeight,
  expectedOfAgent,
  expectedOfLineage,
  type AnswerSums,
  type EstimateRules,
  type Expectation,
} from '../../domain/expected-marks.ts';
import { allocationsBetween } from '../../domain/lot.ts';
import type { KnownAgent } from '../../store/records.ts';
import type { Economy } from '../economy.ts';
import { STORE } from '../internal/store-key.ts';

/** Whoever descends from further off is taken for one of an unknown parent. */
const ANCESTORS_MAX = 16;
const NOTHING: AnswerSums = { count: 0, marks: 0, attentionMs: 0 };
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
/** Of the highest weight, where no multiple of the reserve bounds amounts. */
const FIRST_FACTOR = 4;

/** What the next prompt of each agent with a pending bid for attention is worth now, as `MarketMoment` takes it. */
export function attentionWeights(deps: Economy): ReadonlyMap<string, number> {
  const estimate = new Estimate(deps);
  const asking = deps[STORE].records.asking();
  const weights = new Map(asking.map((agent) => [agent.id, estimate.weightOf(agent)]));
  const first = neverHeard(deps, asking);
  if (first.length === 0 || !isFirstDue(deps)) return weights;
  const most = firstFactor(deps) * Math.max(...weights.values());
  return new Map([...weights, ...first.map(({ id }): [string, number] => [id, most])]);
}

/**
 * A child begins with its parent's record, and a better one would never be heard. So where none of the newest
 * allocations was an agent's first, those who never had one go before all others. That is a share of all, however many
 * of them there are.
 */
function isFirstDue({ [STORE]: store, config }: Economy): boolean {
  const most = allocationsBetween(config.attention.rank.first_share);
  const { count, first } = store.executions.firstOfNewest(most);
  return count === most && first === 0;
}

/** More than any amount counts for (`amount_cap`), so that the reserve is enough for a first letter. */
function firstFactor({ config }: Economy): number {
  const { amount_cap: cap } = config.attention.rank;
  return typeof cap === 'number' ? Math.ceil(cap) + 1 : FIRST_FACTOR;
}

function neverHeard({ [STORE]: store, config }: Economy, asking: readonly KnownAgent[]): readonly KnownAgent[] {
  if (config.attention.rank.first_share === 0) return [];
  return asking.filter(({ id, record }) => !record && !store.executions.hadAttention(id));
}

/** The same of a root agent that the operator makes now. */
export function newcomersWeight(deps: Economy): number {
  return new Estimate(deps).weightOf({ id: '', parentId: null, lineageId: '', record: undefined });
}

/**
 * An agent's own weight as it may see it: as a multiple of the mean of those who ask for attention. Null where bids
 * aren't ranked by records.
 */
export function ownWeight(deps: Economy, agentId: string): number | null {
  const { [STORE]: store, config } = deps;
  const agent = store.records.known(agentId);
  if (config.attention.rank.by !== 'record' || !agent) return null;
  const estimate = new Estimate(deps);
  const weights = new Map(store.records.asking().map((other) => [other.id, estimate.weightOf(other)]));
  const own = estimate.weightOf(agent);
  weights.set(agentId, own);
  const mean = [...weights.values()].reduce((sum, weight) => sum + weight, 0) / weights.size;
  return Number((own / mean).toPrecision(2));
}

/** Of one moment. */
class Estimate {
  readonly #deps: Economy;
  readonly #rules: EstimateRules;
  readonly #now: number;
  readonly #sums: ReadonlyMap<string, AnswerSums>;
  readonly #everyone: AnswerSums;
  readonly #expected = new Map<string, Expectation>();
  readonly #ancestors = new Map<string, KnownAgent | undefined>();

  constructor(deps: Economy) {
    const { rank } = deps.config.attention;
    this.#deps = deps;
    this.#now = deps.clock.now();
    this.#sums = deps[STORE].records.sums();
    this.#everyone = [...this.#sums.values()].reduce(plus, NOTHING);
    this.#rules = {
      ...{ optimism: rank.optimism, priorAnswers: rank.prior_answers, squash: rank.squash },
      ...{ recoveryMs: rank.recovery_hours * HOUR_MS, leastMs: rank.minutes_least * MINUTE_MS },
    };
  }

  weightOf(agent: KnownAgent): number {
    return attentionWeight(this.#of(agent, ANCESTORS_MAX), this.#rules);
  }

  #of(agent: KnownAgent, generations: number): Expectation {
    const found = this.#expected.get(agent.id);
    if (found) return found;
    const lineage = this.#sums.get(agent.lineageId) ?? NOTHING;
    const unknown = expectedOfLineage(this.#everyone, lineage, this.#rules);
    const parent = agent.parentId === null || generations === 0 ? undefined : this.#known(agent.parentId);
    const prior = parent ? this.#of(parent, generations - 1) : unknown;
    const expected = expectedOfAgent(agent.record, {
      ...{ prior, unknown, lineage, now: this.#now, rules: this.#rules },
    });
    // One found at the end of its generations knows less than one that is asked for itself.
    if (generations === ANCESTORS_MAX) this.#expected.set(agent.id, expected);
    return expected;
  }

  #known(id: string): KnownAgent | undefined {
    if (!this.#ancestors.has(id)) this.#ancestors.set(id, this.#deps[STORE].records.known(id));
    return this.#ancestors.get(id);
  }
}

function plus(a: AnswerSums, b: AnswerSums): AnswerSums {
  return { count: a.count + b.count, marks: a.marks + b.marks, attentionMs: a.attentionMs + b.attentionMs };
}

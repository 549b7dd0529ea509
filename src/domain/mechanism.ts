import type { MicroCredits } from './credits.ts';
import { criticalValues } from './critical-value.ts';
import type { GreedyRun } from './greedy-fill.ts';
import type { MarketRules } from './market.ts';
import { BY_AMOUNT, byDensity, type Order } from './ranking.ts';

/** The second half of a mechanism: what each winner of a run pays, in the order of `run.winners`. */
export type Payment = (run: GreedyRun, order: Order) => MicroCredits[];

/** How bids are ranked and what the winners pay. Any order goes with any payment. */
export interface Mechanism {
  readonly order: Order;
  readonly payment: Payment;
}

export function mechanismOf(rules: Pick<MarketRules, 'mechanism' | 'ageBonusPpm'>): Mechanism {
  switch (rules.mechanism) {
    case 'density':
      return { order: byDensity(rules.ageBonusPpm), payment: criticalValues };
    case 'highest-bid':
      return { order: BY_AMOUNT, payment: payAsBid };
  }
}

const payAsBid: Payment = (run) => run.winners.map((index) => run.ranked[index]!.bid.amount);

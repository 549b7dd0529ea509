import type { glanceView } from '../../economy/views/status-view.ts';
import { countTo, type MetricKit } from './metric-kit.ts';

type Glance = ReturnType<typeof glanceView>;

/** Credits: where they came from, who has them, where they went; and what models have cost the operator. */
export class MoneyMetrics {
  readonly #metrics;

  constructor(kit: MetricKit) {
    const since = 'since the economy was made';
    this.#metrics = {
      issued: kit.counter('issued_credits_total', `Credits that were issued, ${since}.`),
      burned: kit.counter('burned_credits_total', `Credits that were burnt, ${since}.`),
      fees: kit.counter('fees_credits_total', `Credits that were paid as fees, ${since}.`),
      market: kit.gauge('market_credits', 'Credits that the market has taken for bundles, less what it gave back.'),
      held: kit.gauge('held_credits', 'Credits that agents have, those that they have bid included.'),
      pending: kit.gauge('pending_credits', 'Credits that agents have bid.'),
      spent: kit.counter('model_cost_total', `What calls of models have cost, in the currency, ${since}.`, [
        'currency',
      ]),
      reserved: kit.gauge('model_cost_reserved', 'What calls that go on may cost, in the currency.', ['currency']),
    };
  }

  refresh({ credits, spending }: Glance): void {
    const metrics = this.#metrics;
    countTo(metrics.issued, credits.issued);
    countTo(metrics.burned, credits.burned);
    countTo(metrics.fees, credits.fees);
    metrics.market.set(credits.market);
    metrics.held.set(credits.held);
    metrics.pending.set(credits.pending);
    if (spending === null) return;
    const { currency, total } = spending;
    metrics.spent.reset();
    metrics.spent.inc({ currency }, total.money);
    metrics.reserved.set({ currency }, total.reserved_money);
  }
}

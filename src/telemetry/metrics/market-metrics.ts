import { RESOURCES } from '../../domain/resources.ts';
import type { Economy } from '../../economy/economy.ts';
import { bidsBefore } from '../../economy/views/bid-view.ts';
import { cyclesBefore, cycleView, marketStateView } from '../../economy/views/market-view.ts';
import { stateOf } from '../../economy/views/status-view.ts';
import { countTo, type MetricKit } from './metric-kit.ts';

const CLEARING_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

/** The market: its cycles, bids and prices. */
export class MarketMetrics {
  readonly #economy: Economy;
  readonly #metrics;

  constructor(kit: MetricKit, economy: Economy) {
    this.#economy = economy;
    const resource = ['resource'] as const;
    this.#metrics = {
      cycles: kit.counter('cycles_total', 'Cycles that were cleared, since the economy was made.'),
      running: kit.counter('running_seconds_total', 'Seconds that the market has run, since the economy was made.'),
      clearing: kit.histogram('cycle_duration_seconds', 'Seconds that the clearing of a cycle took.', {
        buckets: CLEARING_SECONDS,
      }),
      paused: kit.gauge('market_paused', '1 while the market waits, for its engine or by the operator; otherwise 0.'),
      placed: kit.counter('bids_placed_total', 'Bids that were placed, since the economy was made.'),
      pending: kit.gauge('bids_pending', 'Bids that stand now.'),
      bids: kit.counter('bids_total', 'Bids by how they ended in a clearing.', ['outcome']),
      passed: kit.counter('bids_passed_over_total', 'How often a bid has competed in a cycle and did not win.'),
      price: kit.gauge('resource_price_credits', 'Credits for one unit of a resource, which its name tells.', resource),
      supply: kit.gauge(
        'resource_supply',
        'Units that the market sells: each cycle, or of stock at any time.',
        resource,
      ),
      free: kit.gauge('resource_free', 'Units that nothing holds now.', resource),
      sold: kit.gauge(
        'resource_sold',
        'Units that were sold in the last cycle or are held since earlier ones.',
        resource,
      ),
      utilisation: kit.gauge('resource_utilisation_ratio', 'The share of its supply that is sold or held.', resource),
      demand: kit.gauge('resource_demand_ratio', 'Smoothed demand, as a multiple of the supply.', resource),
    };
    for (const outcome of ['won', 'expired']) this.#metrics.bids.inc({ outcome }, 0);
  }

  /** After a cycle was cleared. Cheap. */
  cleared(cycle: number): void {
    const [record] = cyclesBefore(this.#economy, cycle + 1, 1);
    // Records are pruned: of a history of one cycle none may be left.
    if (record?.cycle !== cycle) return;
    const { competing, winners, expired, duration_ms: durationMs } = cycleView(record);
    const metrics = this.#metrics;
    metrics.clearing.observe(durationMs / 1000);
    metrics.bids.inc({ outcome: 'won' }, winners);
    metrics.bids.inc({ outcome: 'expired' }, expired);
    metrics.passed.inc(Math.max(0, competing - winners));
  }

  refresh(): void {
    const metrics = this.#metrics;
    const { cycle, paused, pending_bids: pending, markets } = marketStateView(this.#economy);
    countTo(metrics.cycles, cycle);
    countTo(metrics.running, stateOf(this.#economy).runningMs / 1000);
    metrics.paused.set(paused === null ? 0 : 1);
    metrics.pending.set(pending);
    countTo(metrics.placed, bidsBefore(this.#economy, Number.MAX_SAFE_INTEGER, 1)[0]?.id ?? 0);
    for (const resource of RESOURCES) {
      const { price, supply, free, utilisation, smoothed_demand: demand } = markets[resource];
      metrics.price.set({ resource }, price);
      metrics.supply.set({ resource }, supply);
      metrics.free.set({ resource }, free);
      metrics.sold.set({ resource }, utilisation * supply);
      metrics.utilisation.set({ resource }, utilisation);
      metrics.demand.set({ resource }, demand ?? 0);
    }
  }
}

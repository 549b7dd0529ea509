import type { Registry } from 'prom-client';
import type { EndedCall } from '../../domain/ended-call.ts';
import type { MarketEvent } from '../../domain/market-event.ts';
import type { Economy } from '../../economy/economy.ts';
import { findExecution, unsettledExecutions } from '../../economy/views/execution-view.ts';
import { glanceView } from '../../economy/views/status-view.ts';
import { snapshot } from '../../economy/snapshot.ts';
import { AgentMetrics } from './agent-metrics.ts';
import { ExecutionMetrics } from './execution-metrics.ts';
import { MarketMetrics } from './market-metrics.ts';
import { MetricKit } from './metric-kit.ts';
import { ModelMetrics } from './model-metrics.ts';
import { MoneyMetrics } from './money-metrics.ts';
import { PromptMetrics } from './prompt-metrics.ts';

export interface MetricsOptions {
  readonly economy: Economy;
  readonly version: string;
  /** Who shows it may see them. */
  readonly token: string;
}

/** However often it is asked for, it is made this often. */
const AGE_MS = 1000;
/** Of the delay of the event loop: each look at it wakes the process. */
const DELAY_MS = 100;

/**
 * All that is told of a run to Prometheus. What happens is counted as it happens; what stands in the database is read
 * when it is asked for. Neither takes longer where there are more agents or more history.
 */
export class Metrics {
  readonly token: string;
  readonly #economy: Economy;
  readonly #registry: Registry;
  readonly #parts;
  #made: { readonly at: number; readonly text: Promise<string> } | undefined;

  private constructor(registry: Registry, kit: MetricKit, { economy, version, token }: MetricsOptions) {
    this.token = token;
    this.#economy = economy;
    this.#registry = registry;
    kit.gauge('info', 'Always 1.', ['version']).set({ version }, 1);
    this.#parts = {
      market: new MarketMetrics(kit, economy),
      money: new MoneyMetrics(kit),
      executions: new ExecutionMetrics(kit),
      models: new ModelMetrics(kit),
      prompts: new PromptMetrics(kit, economy),
      agents: new AgentMetrics(kit, economy),
      missed: kit.counter('events_missed_total', 'Events that came too fast to be counted here.'),
    };
  }

  /** Loads Prometheus' client, which a run without metrics does not need. */
  static async open(options: MetricsOptions): Promise<Metrics> {
    const client = await import('prom-client');
    const registry = new client.Registry();
    client.collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: DELAY_MS });
    // They are told by names that break the conventions, and from functions that Node gives up.
    for (const { name } of registry.getMetricsAsArray())
      if (name.startsWith('nodejs_active_')) registry.removeSingleMetric(name);
    return new Metrics(registry, new MetricKit(client, registry), options);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Prometheus' text format. */
  text(): Promise<string> {
    const now = this.#economy.clock.monotonic();
    if (this.#made === undefined || now - this.#made.at >= AGE_MS) this.#made = { at: now, text: this.#make() };
    return this.#made.text;
  }

  note(event: MarketEvent, missed: number): void {
    const { market, executions, prompts, agents } = this.#parts;
    this.#parts.missed.inc(missed);
    if (event.kind === 'cycle') {
      market.cleared(event.cycle);
      prompts.look();
    }
    if (event.kind !== 'settled') return;
    const execution = findExecution(this.#economy, event.executionId);
    if (!execution) return;
    executions.settled(execution);
    agents.settled(execution);
  }

  callEnded(call: EndedCall): void {
    this.#parts.models.callEnded(call);
  }

  async #make(): Promise<string> {
    const { market, money, executions, prompts, agents } = this.#parts;
    snapshot(this.#economy, () => {
      const glance = glanceView(this.#economy);
      market.refresh();
      money.refresh(glance);
      executions.refresh(unsettledExecutions(this.#economy).length);
      prompts.refresh(glance);
      agents.refresh(glance);
    });
    return this.#registry.metrics();
  }
}

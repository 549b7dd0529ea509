import type { CallObserver, EndedCall } from '../domain/ended-call.ts';
import type { MarketEvent } from '../domain/market-event.ts';
import type { Randomness } from '../platform/randomness.ts';
import { Metrics } from './metrics/metrics.ts';
import { scrapeToken } from './metrics/scrape-token.ts';
import { Traces, type TracesOptions } from './traces/traces.ts';

export interface TelemetryOptions extends TracesOptions {
  readonly random: Randomness;
}

/** What a run tells of itself to other programs, as far as the configuration wants it. */
export class Telemetry implements CallObserver {
  readonly metrics: Metrics | undefined;
  readonly #traces: Traces | undefined;

  private constructor(metrics: Metrics | undefined, traces: Traces | undefined) {
    this.metrics = metrics;
    this.#traces = traces;
  }

  /** What is not wanted is not loaded. Undefined where nothing is. Throws the system's error. */
  static async open(options: TelemetryOptions): Promise<Telemetry | undefined> {
    const { home, random, economy } = options;
    const metrics = economy.config.metrics.enabled
      ? await Metrics.open({ ...options, token: scrapeToken(home, random) })
      : undefined;
    const traces = await Traces.open(options);
    return metrics || traces ? new Telemetry(metrics, traces) : undefined;
  }

  get contentCharsMax(): number {
    return this.#traces?.contentCharsMax ?? 0;
  }

  /** Takes an event of the market as `EventHub` tells it. */
  note(event: MarketEvent, missed: number): void {
    this.metrics?.note(event, missed);
    this.#traces?.note(event);
  }

  callEnded(call: EndedCall): void {
    this.metrics?.callEnded(call);
    this.#traces?.callEnded(call);
  }

  /** After the last event. */
  async close(): Promise<void> {
    await this.#traces?.close();
  }
}

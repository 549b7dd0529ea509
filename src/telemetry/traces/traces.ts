import type { Config } from '../../config/schema.ts';
import type { EndedCall } from '../../domain/ended-call.ts';
import type { MarketEvent } from '../../domain/market-event.ts';
import type { Economy } from '../../economy/economy.ts';
import { findExecution } from '../../economy/views/execution-view.ts';
import type { Clock } from '../../platform/clock.ts';
import { within } from '../../platform/deadline.ts';
import type { Logger } from '../../platform/logger.ts';
import { callMessages } from './call-messages.ts';
import { CallTexts } from './call-texts.ts';
import { executionTrace } from './execution-trace.ts';
import { loadOpenTelemetry, OPENTELEMETRY } from './load-opentelemetry.ts';
import { SpanSender } from './span-sender.ts';
import { instanceIdOf, traceIdOf } from './span-ids.ts';

export interface TracesOptions {
  readonly economy: Economy;
  /** The folder of the economy. */
  readonly home: string;
  readonly version: string;
  /** The machine's own: a collector is real. */
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Sends a trace of each execution once it is settled, made of its records. */
export class Traces {
  readonly #options: TracesOptions;
  readonly #settings: Config['traces'];
  readonly #sender: SpanSender;
  readonly #texts = new CallTexts();

  private constructor(options: TracesOptions, sender: SpanSender) {
    this.#options = options;
    this.#settings = options.economy.config.traces;
    this.#sender = sender;
  }

  /** Undefined where none are wanted, and, with a line that says so, where OpenTelemetry is not installed. */
  static async open(options: TracesOptions): Promise<Traces | undefined> {
    const { economy, home, version, logger } = options;
    const { endpoint } = economy.config.traces;
    if (endpoint === null) return undefined;
    const library = await loadOpenTelemetry();
    if (!library) {
      const install = `npm install ${OPENTELEMETRY.join(' ')}`;
      logger.warn({}, `traces.endpoint is set, but OpenTelemetry is not installed: ${install}`);
      return undefined;
    }
    const resource = {
      'service.name': 'bp-agents',
      'service.version': version,
      'service.instance.id': instanceIdOf(home),
    };
    const settings = economy.config.traces;
    return new Traces(options, new SpanSender({ library, settings, endpoint, version, resource, logger }));
  }

  /** Characters that it wants of what calls say. */
  get contentCharsMax(): number {
    return this.#settings.content ? this.#settings.content_chars_max : 0;
  }

  callEnded({ id, executionId, content }: EndedCall): void {
    if (content) this.#texts.put(executionId, id, callMessages(content, this.contentCharsMax));
  }

  note(event: MarketEvent): void {
    if (event.kind !== 'settled') return;
    const { economy, home } = this.#options;
    const execution = findExecution(economy, event.executionId);
    if (!execution) return;
    const texts = this.#texts.take(execution.id);
    const spans = executionTrace(economy, execution, { texts, promptCharsMax: this.contentCharsMax });
    this.#sender.send(traceIdOf(home, execution), spans);
  }

  /** Sends what waits, within the time that is given for it. What is left then is lost. */
  async close(): Promise<void> {
    const { clock, logger } = this.#options;
    const flushed = () => this.#sender.close().then(() => true);
    const isSent = await within(clock, this.#settings.flush_ms, flushed).catch(() => false);
    if (isSent !== true) logger.warn({}, 'some traces could not be sent before the end');
  }
}

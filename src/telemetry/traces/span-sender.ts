import type { IdGenerator, ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-node';
import type { Config } from '../../config/schema.ts';
import type { Logger } from '../../platform/logger.ts';
import type { OpenTelemetry } from './load-opentelemetry.ts';
import type { Attributes, PlainSpan } from './plain-span.ts';
import { spanIdOf } from './span-ids.ts';

export interface SpanSenderOptions {
  readonly library: OpenTelemetry;
  readonly settings: Config['traces'];
  readonly endpoint: string;
  readonly version: string;
  /** Of who sends them. */
  readonly resource: Attributes;
  readonly logger: Logger;
}

/** Bytes of a batch are written at once: with texts a span is much longer. */
const BATCH_MAX = { plain: 256, content: 32 };

/** Hands spans to OpenTelemetry, which sends them in batches. What no collector takes is lost, and nobody waits for it. */
export class SpanSender {
  readonly #library: OpenTelemetry;
  readonly #provider;
  readonly #tracer;
  readonly #ids = new ChosenIds();

  constructor({ library, settings, endpoint, version, resource, logger }: SpanSenderOptions) {
    this.#library = library;
    const { sdk, exporter, resources } = library;
    const { queue_max: queueMax, content, interval_ms: intervalMs, timeout_ms: timeoutMs } = settings;
    const sent = new exporter.OTLPTraceExporter({ url: addressOf(endpoint), timeoutMillis: timeoutMs });
    const processor = new sdk.BatchSpanProcessor(new WatchedExporter(sent, endpoint, logger), {
      maxQueueSize: queueMax,
      maxExportBatchSize: Math.min(queueMax, content ? BATCH_MAX.content : BATCH_MAX.plain),
      scheduledDelayMillis: intervalMs,
      exportTimeoutMillis: 2 * timeoutMs,
    });
    this.#provider = new sdk.NodeTracerProvider({
      resource: resources.resourceFromAttributes({ ...resource }),
      idGenerator: this.#ids,
      sampler: new sdk.AlwaysOnSampler(),
      spanProcessors: [processor],
    });
    this.#tracer = this.#provider.getTracer('bp-agents', version);
  }

  send(traceId: string, spans: readonly PlainSpan[]): void {
    for (const span of spans) this.#send(traceId, span);
  }

  /** Sends what waits. Rejects where that can't be sent. */
  close(): Promise<void> {
    return this.#provider.shutdown();
  }

  #send(traceId: string, plain: PlainSpan): void {
    const { SpanKind, SpanStatusCode } = this.#library.api;
    const { key, parentKey, name, isCall, startedAt, endedAt, attributes, events, error } = plain;
    this.#ids.next = { traceId, spanId: spanIdOf(traceId, key) };
    const kind = isCall ? SpanKind.CLIENT : SpanKind.INTERNAL;
    const options = { kind, startTime: new Date(startedAt), attributes: { ...attributes } };
    const span = this.#tracer.startSpan(name, options, this.#contextOf(traceId, parentKey));
    for (const event of events) span.addEvent(event.name, { ...event.attributes }, new Date(event.at));
    if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: error });
    span.end(new Date(Math.max(startedAt, endedAt)));
  }

  #contextOf(traceId: string, parentKey: string | undefined) {
    const { ROOT_CONTEXT, trace, TraceFlags } = this.#library.api;
    if (parentKey === undefined) return ROOT_CONTEXT;
    const spanId = spanIdOf(traceId, parentKey);
    return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: TraceFlags.SAMPLED });
  }
}

/** The next span gets these. */
class ChosenIds implements IdGenerator {
  next = { traceId: '', spanId: '' };

  generateTraceId = () => this.next.traceId;
  generateSpanId = () => this.next.spanId;
}

type Exported = Parameters<SpanExporter['export']>[1];

/** Says once that nobody takes the spans, and once that somebody does again. */
class WatchedExporter implements SpanExporter {
  readonly #exporter: SpanExporter;
  readonly #endpoint: string;
  readonly #logger: Logger;
  #isDown = false;

  constructor(exporter: SpanExporter, endpoint: string, logger: Logger) {
    this.#exporter = exporter;
    this.#endpoint = endpoint;
    this.#logger = logger;
  }

  export(spans: ReadableSpan[], done: Exported): void {
    this.#exporter.export(spans, (result) => {
      const { code, error = new Error('it was refused') } = result;
      this.#note(isSuccess(code) ? undefined : error);
      done(result);
    });
  }

  shutdown(): Promise<void> {
    return this.#exporter.shutdown();
  }

  #note(error: Error | undefined): void {
    const isDown = error !== undefined;
    if (isDown === this.#isDown) return;
    this.#isDown = isDown;
    const [endpoint, logger] = [this.#endpoint, this.#logger];
    if (isDown) logger.warn({ endpoint, err: error }, 'traces are not taken: until they are, they are lost');
    else logger.info({ endpoint }, 'traces are taken again');
  }
}

/** The enum with its name is in a package that nobody is asked to install. */
function isSuccess(code: number): boolean {
  return code === 0;
}

/** As OpenTelemetry's own variable for all signals has it; an address of the path itself stays. */
function addressOf(endpoint: string): string {
  const base = endpoint.replace(/\/+$/, '');
  return base.endsWith('/v1/traces') ? base : `${base}/v1/traces`;
}

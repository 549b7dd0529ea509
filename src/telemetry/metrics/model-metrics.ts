import type { EndedCall } from '../../domain/ended-call.ts';
import type { MetricKit } from './metric-kit.ts';

const CALL_SECONDS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160, 320];

/** Calls of language models. Providers and models are those of the configuration: no agent can name another. */
export class ModelMetrics {
  readonly #metrics;

  constructor(kit: MetricKit) {
    const model = ['provider', 'model'] as const;
    this.#metrics = {
      calls: kit.counter('model_calls_total', 'Calls of models, by outcome.', [...model, 'outcome']),
      duration: kit.histogram('model_call_duration_seconds', 'Seconds from the call to the end of its answer.', {
        buckets: CALL_SECONDS,
        labelNames: model,
      }),
      tokens: kit.counter('model_tokens_total', "Tokens of calls, in the model's own: input, cached input, output.", [
        ...model,
        'kind',
      ]),
    };
  }

  callEnded({ provider, model, outcome, usage, durationMs }: EndedCall): void {
    const metrics = this.#metrics;
    metrics.calls.inc({ provider, model, outcome });
    metrics.duration.observe({ provider, model }, durationMs / 1000);
    if (!usage) return;
    const { input, cached, output } = usage;
    for (const [kind, count] of Object.entries({ input, cached, output }))
      metrics.tokens.inc({ provider, model, kind }, count);
  }
}

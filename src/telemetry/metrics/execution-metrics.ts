import { OUTCOMES, type Execution } from '../../domain/execution.ts';
import type { MetricKit } from './metric-kit.ts';

const RUN_SECONDS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600];

/** Executions that were settled, and what they bought and used. */
export class ExecutionMetrics {
  readonly #metrics;

  constructor(kit: MetricKit) {
    this.#metrics = {
      executions: kit.counter('executions_total', 'Executions that were settled, by outcome.', ['outcome']),
      running: kit.gauge('executions_running', 'Executions that are not settled yet.'),
      duration: kit.histogram(
        'execution_duration_seconds',
        'Seconds that an execution ran, from its start to its end.',
        {
          buckets: RUN_SECONDS,
        },
      ),
      cpuBought: kit.counter('cpu_bought_seconds_total', 'CPU seconds that settled executions had bought.'),
      cpuUsed: kit.counter('cpu_used_seconds_total', 'CPU seconds that they used.'),
      tokensBought: kit.counter('tokens_bought_total', 'Tokens of the market that they had bought.'),
      tokensUsed: kit.counter('tokens_used_total', 'Tokens of the market that they used.'),
      requests: kit.counter('service_requests_total', 'Requests that they made to the System Service.'),
    };
    for (const outcome of OUTCOMES) this.#metrics.executions.inc({ outcome }, 0);
  }

  settled({ outcome, usage, bundle, tokensUsed, requests }: Execution): void {
    const metrics = this.#metrics;
    if (outcome !== null) metrics.executions.inc({ outcome });
    if (usage.wallMs !== null) metrics.duration.observe(usage.wallMs / 1000);
    metrics.cpuBought.inc(bundle.cpuMs / 1000);
    metrics.cpuUsed.inc((usage.cpuMs ?? 0) / 1000);
    metrics.tokensBought.inc(bundle.tokens);
    metrics.tokensUsed.inc(tokensUsed);
    metrics.requests.inc(requests);
  }

  refresh(running: number): void {
    this.#metrics.running.set(running);
  }
}

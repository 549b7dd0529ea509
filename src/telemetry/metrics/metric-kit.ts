import type * as PromClient from 'prom-client';
import type { Counter, Gauge, Histogram, Registry } from 'prom-client';

const PREFIX = 'bp_agents_';

/** Makes metrics of one registry. */
export class MetricKit {
  readonly #client: typeof PromClient;
  readonly #registers: [Registry];

  constructor(client: typeof PromClient, registry: Registry) {
    this.#client = client;
    this.#registers = [registry];
  }

  counter<T extends string>(name: string, help: string, labelNames: readonly T[] = []): Counter<T> {
    return new this.#client.Counter({ name: PREFIX + name, help, labelNames, registers: this.#registers });
  }

  gauge<T extends string>(name: string, help: string, labelNames: readonly T[] = []): Gauge<T> {
    return new this.#client.Gauge({ name: PREFIX + name, help, labelNames, registers: this.#registers });
  }

  histogram<T extends string>(
    name: string,
    help: string,
    { buckets, labelNames = [] }: { readonly buckets: readonly number[]; readonly labelNames?: readonly T[] },
  ): Histogram<T> {
    const labels = [...labelNames];
    return new this.#client.Histogram({
      ...{ name: PREFIX + name, help, labelNames: labels, buckets: [...buckets], registers: this.#registers },
    });
  }
}

/** For a sum that the database keeps: the counter goes on where an earlier run has left it. */
export function countTo(counter: Counter, value: number): void {
  counter.reset();
  counter.inc(value);
}

import { timingSafeEqual } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { refuse, type Refusal } from '../domain/refusal.ts';
import { digestOf } from './access/digest.ts';

export const METRICS_PATH = '/metrics';

/** What Prometheus is to be shown. */
export interface MetricsSource {
  /** Who has it may look, and can do nothing else with it. */
  readonly token: string;
  readonly contentType: string;
  text(): Promise<string>;
}

export function addMetrics(app: FastifyInstance, metrics: MetricsSource): void {
  app.get(METRICS_PATH, async (_request, reply) => {
    const text = await metrics.text();
    return reply.type(metrics.contentType).send(text);
  });
}

/** No session of a browser shows the metrics: they have a token of their own. Refuses: `no_metrics_token`. */
export function refuseScraper({ token }: MetricsSource, authorization: string | undefined): Refusal | undefined {
  const [, given = ''] = /^Bearer +(\S+)$/i.exec(authorization ?? '') ?? [];
  const [wanted, found] = [token, given].map((secret) => Buffer.from(digestOf(secret))) as [Buffer, Buffer];
  if (timingSafeEqual(wanted, found)) return undefined;
  return refuse('no_metrics_token', 'send Authorization: Bearer with the token in .bp-agents/metrics-token');
}

import { z } from 'zod';
import { TIMER_MS_MAX, whole } from './fields.ts';

export const metrics = z
  .strictObject({
    enabled: z
      .boolean()
      .default(false)
      .describe('Serve /metrics for Prometheus beside the page, to whoever has the token in .bp-agents/metrics-token.'),
    agents_max: whole(0, 1000)
      .default(100)
      .describe('Agents that metrics tell apart by their ids; all others are counted together as (other).'),
  })
  .prefault({})
  .describe('Numbers for Prometheus.');

export const traces = z
  .strictObject({
    endpoint: z
      .url({ protocol: /^https?$/ })
      .max(2000)
      .refine((value) => !/[?#@]/.test(value), { error: 'an address without a query, a fragment or a password' })
      .nullable()
      .default(null)
      .describe(
        'Where each execution is sent as a trace over OTLP/HTTP, such as http://127.0.0.1:4318; /v1/traces is added. null: nowhere.',
      ),
    content: z
      .boolean()
      .default(false)
      .describe('Send what agents ask models, what these answer, and what agents show the human, too.'),
    content_chars_max: whole(1, 1_000_000).default(16_384).describe('Characters of each such text.'),
    queue_max: whole(1, 1_000_000).default(2048).describe('Spans that wait to be sent; of more, the newest are lost.'),
    interval_ms: whole(10, TIMER_MS_MAX)
      .default(5000)
      .describe('Milliseconds that a span waits for others to be sent with.'),
    timeout_ms: whole(10, 600_000).default(10_000).describe('Milliseconds in which a collector has to take spans.'),
    flush_ms: whole(0, 600_000)
      .default(3000)
      .describe('Milliseconds that the end of a run waits for spans that are still to be sent.'),
  })
  .prefault({})
  .describe('Executions as traces for OpenTelemetry.');

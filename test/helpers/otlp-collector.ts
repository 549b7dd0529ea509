import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

type Value = string | number | boolean | undefined;

/** A span as it was sent, with its attributes as plain values. */
export interface SentSpan {
  readonly name: string;
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly attributes: Readonly<Record<string, Value>>;
  readonly events: readonly { readonly name: string; readonly attributes: Readonly<Record<string, Value>> }[];
  readonly status: { readonly code?: number; readonly message?: string };
  readonly resource: Readonly<Record<string, Value>>;
}

export interface OtlpCollector {
  /** What `traces.endpoint` is to be. */
  readonly endpoint: string;
  readonly spans: readonly SentSpan[];
  /** All bodies as they came. */
  readonly bodies: readonly string[];
  readonly headers: readonly IncomingHttpHeaders[];
  /** What it answers from now on. */
  status: number;
  /** Resolves once so many spans of this name are there. */
  until(name: RegExp, count?: number): Promise<readonly SentSpan[]>;
  close(): Promise<void>;
}

interface KeyValue {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

interface Otlp {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly KeyValue[] };
    readonly scopeSpans: readonly { readonly spans: readonly Readonly<Record<string, unknown>>[] }[];
  }[];
}

/** Takes traces over OTLP/HTTP, in JSON, as any collector does. */
export async function startCollector(port = 0): Promise<OtlpCollector> {
  const spans: SentSpan[] = [];
  const bodies: string[] = [];
  const headers: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      headers.push(request.headers);
      const isTaken = request.url === '/v1/traces' && request.method === 'POST';
      if (isTaken && collector.status === 200) {
        bodies.push(body);
        spans.push(...spansOf(JSON.parse(body) as Otlp));
      }
      response.writeHead(isTaken ? collector.status : 404, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const collector: OtlpCollector = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...{ spans, bodies, headers, status: 200 },
    async until(name, count = 1) {
      for (let tries = 0; ; tries++) {
        const found = spans.filter((span) => name.test(span.name));
        if (found.length >= count) return found;
        if (tries > 1000) throw new Error(`only ${spans.map((span) => span.name).join(', ')}`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return collector;
}

function spansOf({ resourceSpans }: Otlp): readonly SentSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map((span) => ({
        ...(span as unknown as SentSpan),
        parentSpanId: span['parentSpanId'] as string | undefined,
        startedAt: Number(BigInt(span['startTimeUnixNano'] as string) / 1_000_000n),
        endedAt: Number(BigInt(span['endTimeUnixNano'] as string) / 1_000_000n),
        attributes: plain(span['attributes'] as KeyValue[]),
        events: (span['events'] as { name: string; attributes: KeyValue[] }[]).map((event) => ({
          name: event.name,
          attributes: plain(event.attributes),
        })),
        resource: plain(resource.attributes),
      })),
    ),
  );
}

function plain(attributes: readonly KeyValue[]): Readonly<Record<string, Value>> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0] as Value]));
}

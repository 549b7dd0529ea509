import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { Message } from './protobuf.ts';

const PROTOBUF = 'application/x-protobuf';

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
  /** All bodies as they came: texts stand in them as they are. */
  readonly bodies: readonly string[];
  readonly headers: readonly IncomingHttpHeaders[];
  /** What it answers from now on. */
  status: number;
  /** Resolves once so many spans of this name are there. */
  until(name: RegExp, count?: number): Promise<readonly SentSpan[]>;
  close(): Promise<void>;
}

/** Takes traces over OTLP/HTTP in protobuf, which is what all collectors take. */
export async function startCollector(port = 0): Promise<OtlpCollector> {
  const spans: SentSpan[] = [];
  const bodies: string[] = [];
  const headers: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    void buffer(request).then((body) => {
      headers.push(request.headers);
      const isTraces = request.url === '/v1/traces' && request.headers['content-type'] === PROTOBUF;
      if (isTraces && collector.status === 200) {
        bodies.push(body.toString('latin1'));
        spans.push(...spansOf(new Message(body)));
      }
      response.writeHead(isTraces ? collector.status : 415, { 'content-type': PROTOBUF }).end();
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

function spansOf(request: Message): readonly SentSpan[] {
  return request.messages(1).flatMap((ofResource) => {
    const resource = attributesOf(ofResource.messages(1)[0], 1);
    const spans = ofResource.messages(2).flatMap((ofScope) => ofScope.messages(2));
    return spans.map((span) => ({ ...spanOf(span), resource }));
  });
}

function spanOf(span: Message): Omit<SentSpan, 'resource'> {
  const [status] = span.messages(15);
  return {
    traceId: span.bytes(1).toString('hex'),
    spanId: span.bytes(2).toString('hex'),
    parentSpanId: span.has(4) ? span.bytes(4).toString('hex') : undefined,
    name: span.text(5),
    kind: Number(span.number(6)),
    startedAt: Number(span.number(7) / 1_000_000n),
    endedAt: Number(span.number(8) / 1_000_000n),
    attributes: attributesOf(span, 9),
    events: span.messages(11).map((event) => ({ name: event.text(2), attributes: attributesOf(event, 3) })),
    status: status === undefined ? {} : { message: status.text(2), code: Number(status.number(3)) },
  };
}

function attributesOf(message: Message | undefined, field: number): Readonly<Record<string, Value>> {
  const pairs = message?.messages(field) ?? [];
  return Object.fromEntries(pairs.map((pair) => [pair.text(1), valueOf(pair.messages(2)[0])]));
}

function valueOf(value: Message | undefined): Value {
  if (value?.has(1)) return value.text(1);
  if (value?.has(2)) return value.number(2) === 1n;
  if (value?.has(3)) return Number(BigInt.asIntN(64, value.number(3)));
  if (!value?.has(4)) return undefined;
  const double = Buffer.alloc(8);
  double.writeBigUInt64LE(value.number(4));
  return double.readDoubleLE();
}

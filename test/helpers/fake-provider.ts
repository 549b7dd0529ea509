import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { googleAnswer, googleError, googleEvents, isGoogles } from './google-wire.ts';
import { responsesAnswer, responsesEvents } from './responses-wire.ts';

/** What the fake provider does with one call; it speaks the wire formats as the real ones do. */
export interface Behaviour {
  /** The words of the answer, one chunk of a stream each. */
  readonly words?: readonly string[];
  /** As many chunks of a chat's stream, each with the time at which it was written. */
  readonly stamps?: number;
  /** Tokens reported; null: nothing is reported. Anything else is sent as it is. */
  readonly usage?: { readonly input: number; readonly cached?: number; readonly output: number } | null;
  /** Sent in place of the usage object. */
  readonly rawUsage?: unknown;
  /** Said before the words, in Google's format. */
  readonly thoughts?: readonly string[];
  /** A tool call instead of words; programs that ask again and again tell calls apart by their ids. */
  readonly tool?: { readonly name: string; readonly input: unknown; readonly id?: string; readonly namespace?: string };
  /** An error status, with what its body says. */
  readonly status?: number;
  readonly message?: string;
  /** Of Google's errors. */
  readonly details?: readonly object[];
  readonly headers?: Readonly<Record<string, string>>;
  /** This body, whatever it is, with status 200. */
  readonly garbage?: string;
  /** Milliseconds before the first byte, and between chunks. */
  readonly delayMs?: number;
  readonly chunkMs?: number;
  /** Nothing is answered before. */
  readonly until?: Promise<void>;
  /** The connection is cut after this many chunks; 0: before any byte. */
  readonly cutAfter?: number;
  /** A stream ends with its finish reason and usage: what the format ends it with is left out. */
  readonly withoutLast?: boolean;
  /** A message's stream begins with an input of 0, and tells the real one with its output. */
  readonly lateInput?: boolean;
  /** Nothing more comes after this many chunks, and the connection stays open. */
  readonly hangAfter?: number;
}

export interface ProviderCall {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Readonly<Record<string, unknown>>;
  /** Whether the caller left before the answer was complete. */
  left: boolean;
}

export interface FakeProvider {
  /** Such as `http://127.0.0.1:12345`. */
  readonly origin: string;
  /** In the order of their coming. */
  readonly calls: ProviderCall[];
  /** How many are being answered, and the most that ever were. */
  readonly load: { now: number; most: number };
  /** What happens to the calls from now on. */
  behave(behaviour: Behaviour | ((call: ProviderCall, number: number) => Behaviour)): void;
  /** Cuts all connections, in the midst of whatever goes on. */
  cut(): void;
  close(): Promise<void>;
}

/** A provider of all kinds on this machine. It answers what it is told to, and is reached by nobody but a test. */
export async function startFakeProvider(host = '127.0.0.1'): Promise<FakeProvider> {
  const calls: ProviderCall[] = [];
  const load = { now: 0, most: 0 };
  let behaviourOf: (call: ProviderCall, number: number) => Behaviour = () => ({});
  const server = createServer((request, response) => {
    void (async () => {
      const body = JSON.parse((await readAll(request)) || '{}') as ProviderCall['body'];
      const call: ProviderCall = { path: request.url ?? '', headers: request.headers, body, left: false };
      calls.push(call);
      load.most = Math.max(load.most, ++load.now);
      response.once('close', () => {
        load.now--;
        call.left = !response.writableEnded;
      });
      await answer(call, response, behaviourOf(call, calls.length - 1));
    })().catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://${host}:${port}`,
    calls,
    load,
    behave(behaviour) {
      behaviourOf = typeof behaviour === 'function' ? behaviour : () => behaviour;
    },
    cut: () => server.closeAllConnections(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

type Told = Behaviour & Required<Pick<Behaviour, 'words' | 'usage'>>;

const DEFAULT: Told = { words: ['Hello', ', ', 'world', '!'], usage: { input: 11, output: 4 } };

async function answer(call: ProviderCall, response: ServerResponse, behaviour: Behaviour): Promise<void> {
  const told = { ...DEFAULT, ...behaviour };
  if (told.delayMs !== undefined) await pause(told.delayMs);
  await told.until;
  if (told.cutAfter === 0 || told.hangAfter === 0) {
    if (told.cutAfter === 0) response.destroy();
    return;
  }
  if (told.status !== undefined) {
    const error = { message: told.message ?? 'no', type: 'some_error' };
    response.writeHead(told.status, { 'content-type': 'application/json', ...told.headers });
    response.end(JSON.stringify(errorOf(call, told.status, { ...error, details: told.details })));
    return;
  }
  if (told.garbage !== undefined) {
    response.writeHead(200, { 'content-type': 'application/json', ...told.headers }).end(told.garbage);
    return;
  }
  if (call.body['stream'] === true || call.path.includes(':streamGenerateContent')) await stream(call, response, told);
  else {
    response.writeHead(200, { 'content-type': 'application/json', ...told.headers });
    response.end(JSON.stringify(whole(call, told)));
  }
}

function errorOf(
  call: ProviderCall,
  status: number,
  { details, ...error }: { readonly message: string; readonly details: readonly object[] | undefined },
): object {
  if (isGoogles(call)) return googleError(status, error.message, details);
  return call.path.endsWith('/v1/messages') ? { type: 'error', error } : { error };
}

async function stream(call: ProviderCall, response: ServerResponse, told: Told): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream', ...told.headers });
  const [before, chunks, after] = events(call, told);
  for (const event of before) response.write(event);
  for (const [place, chunk] of chunks.entries()) {
    if (place === told.cutAfter) {
      // What was written is on its way before the connection is cut.
      await pause(5);
      response.destroy();
      return;
    }
    if (place === told.hangAfter) return;
    if (!response.write(typeof chunk === 'string' ? chunk : chunk())) await drained(response);
    if (told.chunkMs !== undefined) await pause(told.chunkMs);
    if (response.destroyed) return;
  }
  response.end((told.withoutLast === true ? after.slice(0, -1) : after).join(''));
}

/** Waits until the caller has read on or is gone, and leaves no listener at the answer: it waits many times. */
async function drained(response: ServerResponse): Promise<void> {
  const over = new AbortController();
  const first = ['drain', 'close'].map((event) => once(response, event, { signal: over.signal }));
  await Promise.race(first).finally(() => over.abort());
}

/** What comes before the words, with each word, and after them. */
type Events = readonly [before: string[], chunks: (string | (() => string))[], after: string[]];

function events(call: ProviderCall, told: Told): Events {
  const { path } = call;
  if (isGoogles(call)) return googleEvents(call, told);
  if (path.endsWith('/chat/completions')) return chatEvents(call, told);
  return path.endsWith('/responses') ? responsesEvents(call.body, told) : messageEvents(call, told);
}

function chatEvents({ body }: ProviderCall, told: Told): Events {
  const base = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: body['model'] };
  const chunk = (delta: object, finish: string | null = null) =>
    `data: ${JSON.stringify({ ...base, choices: [{ index: 0, delta, finish_reason: finish }], ...(wantsUsage && { usage: null }) })}\n\n`;
  const wantsUsage = (body['stream_options'] as { include_usage?: boolean } | undefined)?.include_usage === true;
  const usage = chatUsage(told);
  const last =
    wantsUsage && usage !== undefined ? [`data: ${JSON.stringify({ ...base, choices: [], usage })}\n\n`] : [];
  const called = told.tool && { id: told.tool.id ?? 'call_1', type: 'function', index: 0 };
  const calls = told.tool
    ? [
        chunk({ tool_calls: [{ ...called, function: { name: told.tool.name, arguments: '' } }] }),
        chunk({ tool_calls: [{ index: 0, function: { arguments: JSON.stringify(told.tool.input) } }] }),
      ]
    : told.stamps === undefined
      ? told.words.map((content) => chunk({ content }))
      : Array.from({ length: told.stamps }, () => () => chunk({ content: `${sharedNow()}` }));
  return [
    [chunk({ role: 'assistant', content: '' })],
    calls,
    [chunk({}, told.tool ? 'tool_calls' : 'stop'), ...last, 'data: [DONE]\n\n'],
  ];
}

function messageEvents({ body }: ProviderCall, told: Told): readonly [string[], string[], string[]] {
  const event = (type: string, fields: object) => `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
  const { input = 0, cached = 0, output = 0 } = told.usage ?? {};
  const message = {
    ...{ id: 'msg_1', type: 'message', role: 'assistant', model: body['model'], content: [], stop_reason: null },
    usage: { input_tokens: input - cached, cache_read_input_tokens: cached, output_tokens: 1 },
  };
  const block = told.tool
    ? { type: 'tool_use', id: told.tool.id ?? 'toolu_1', name: told.tool.name, input: {} }
    : { type: 'text', text: '' };
  const deltas = told.tool
    ? [{ type: 'input_json_delta', partial_json: JSON.stringify(told.tool.input) }]
    : told.words.map((text) => ({ type: 'text_delta', text }));
  const late = { input_tokens: input - cached, cache_read_input_tokens: cached };
  const usage = told.rawUsage ?? { output_tokens: output, ...(told.lateInput === true && late) };
  const early = told.lateInput === true ? { usage: { input_tokens: 0, output_tokens: 0 } } : {};
  return [
    [
      event('message_start', { message: { ...message, ...early, ...(told.usage === null && { usage: undefined }) } }),
      event('content_block_start', { index: 0, content_block: block }),
      event('ping', {}),
    ],
    deltas.map((delta) => event('content_block_delta', { index: 0, delta })),
    [
      event('content_block_stop', { index: 0 }),
      event('message_delta', {
        delta: { stop_reason: told.tool ? 'tool_use' : 'end_turn' },
        ...(told.usage !== null && { usage }),
      }),
      event('message_stop', {}),
    ],
  ];
}

function whole({ path, body }: Pick<ProviderCall, 'path' | 'body'>, told: Told): object {
  const text = told.words.join('');
  const { model } = body;
  if (isGoogles({ path })) return googleAnswer({ path, body }, told);
  if (path.endsWith('/embeddings'))
    return {
      object: 'list',
      model,
      data: [{ object: 'embedding', index: 0, embedding: [0.5, 0.25] }],
      usage: chatUsage(told),
    };
  if (path.endsWith('/count_tokens')) return { input_tokens: told.usage?.input ?? 0 };
  if (path.endsWith('/chat/completions')) {
    const calls = told.tool && [
      {
        id: told.tool.id ?? 'call_1',
        type: 'function',
        function: { name: told.tool.name, arguments: JSON.stringify(told.tool.input) },
      },
    ];
    const message = { role: 'assistant', content: calls ? null : text, ...(calls && { tool_calls: calls }) };
    const choice = { index: 0, message, finish_reason: calls ? 'tool_calls' : 'stop' };
    return {
      id: 'chatcmpl-1',
      object: 'chat.completion',
      created: 1,
      model,
      choices: [choice],
      usage: chatUsage(told),
    };
  }
  const { input = 0, cached = 0, output = 0 } = told.usage ?? {};
  if (path.endsWith('/responses')) return responsesAnswer(body, told);
  const content = told.tool
    ? [{ type: 'tool_use', id: told.tool.id ?? 'toolu_1', name: told.tool.name, input: told.tool.input }]
    : [{ type: 'text', text }];
  const reported = { input_tokens: input - cached, cache_read_input_tokens: cached, output_tokens: output };
  return {
    ...{ id: 'msg_1', type: 'message', role: 'assistant', model, content },
    stop_reason: told.tool ? 'tool_use' : 'end_turn',
    ...(told.usage !== null && { usage: told.rawUsage ?? reported }),
  };
}

function chatUsage({ usage, rawUsage }: Told): unknown {
  if (rawUsage !== undefined) return rawUsage;
  if (usage === null) return undefined;
  const { input, cached = 0, output } = usage;
  return {
    ...{ prompt_tokens: input, completion_tokens: output, total_tokens: input + output },
    prompt_tokens_details: { cached_tokens: cached },
  };
}

/** Milliseconds by a clock that all processes of a machine share. */
export function sharedNow(): number {
  return performance.timeOrigin + performance.now();
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

async function readAll(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

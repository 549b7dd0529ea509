import type { ServerResponse } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { LiveFeed } from '../operator/live-feed.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import { refuse } from '../domain/refusal.ts';
import { sendProblem } from './problem-reply.ts';

export interface EventStreamsDeps {
  readonly feed: LiveFeed;
  readonly clock: Clock;
  readonly logger: Logger;
}

export const EVENTS_PATH = '/api/events';

/** To these views the state of the moment is sent; all others are told that something has changed. */
const LIVE_VIEWS: readonly string[] = ['now', 'inbox'];
const STREAMS_MAX = 32;
const LOOK_MS = 200;
const MESSAGE_MS = 1000;
const HEARTBEAT_MS = 15_000;
/** Who leaves so much unread is hung up on: it comes again when it can. */
const UNREAD_BYTES_MAX = 1_048_576;

interface Stream {
  readonly answer: ServerResponse;
  readonly isLive: boolean;
  version: number;
  /** The prompt that it was told of as the open one. */
  openPrompt: number | undefined;
  /** From when on it is told of whatever has changed; before, only of a prompt that opens or ends. */
  dueAt: number;
  sentAt: number;
}

/**
 * Tells the open tabs what has changed, each at most once a second. A prompt that opens or ends is told at once, and the
 * next news then come a second later. While no tab is open nothing is looked at.
 */
export class EventStreams {
  readonly #deps: EventStreamsDeps;
  readonly #streams = new Set<Stream>();
  readonly #closed = new AbortController();
  #isLooking = false;

  constructor(deps: EventStreamsDeps) {
    this.#deps = deps;
  }

  /** Answers with a stream, which begins with the state of the moment. */
  open({ query }: FastifyRequest, reply: FastifyReply): FastifyReply {
    const { clock } = this.#deps;
    if (this.#streams.size >= STREAMS_MAX)
      return sendProblem(reply, refuse('too_many_requests', `at most ${STREAMS_MAX} tabs may be open`));
    const { view } = query as { readonly view?: unknown };
    reply.hijack();
    const answer = reply.raw;
    for (const [name, value] of Object.entries(reply.getHeaders())) answer.setHeader(name, value ?? '');
    answer.writeHead(200, { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
    const isLive = LIVE_VIEWS.includes(String(view));
    const now = clock.monotonic();
    const stream: Stream = { answer, isLive, version: -1, openPrompt: undefined, dueAt: now, sentAt: now };
    this.#streams.add(stream);
    answer.on('error', () => answer.destroy());
    answer.on('close', () => this.#streams.delete(stream));
    if (!this.#isLooking) void this.#look();
    return reply;
  }

  /** Ends all streams. Idempotent. */
  close(): void {
    this.#closed.abort();
    for (const { answer } of this.#streams) answer.end();
  }

  async #look(): Promise<void> {
    const { clock, logger } = this.#deps;
    this.#isLooking = true;
    while (this.#streams.size > 0 && !this.#closed.signal.aborted) {
      try {
        this.#tell();
      } catch (error) {
        logger.warn({ err: error }, 'the page could not be told what has changed');
        for (const { answer } of this.#streams) answer.end();
      }
      await clock.sleep(LOOK_MS, this.#closed.signal).catch(() => undefined);
    }
    this.#isLooking = false;
  }

  #tell(): void {
    const { feed, clock } = this.#deps;
    const now = clock.monotonic();
    const [version, openPrompt] = [feed.version(), feed.openPrompt()];
    const changed = [...this.#streams].filter((stream) => stream.version !== version);
    const told = changed.filter((stream) => now >= stream.dueAt || stream.openPrompt !== openPrompt);
    const live = told.some(({ isLive }) => isLive) ? message('live', feed.now()) : '';
    const tick = message('tick', { version });
    for (const stream of told) {
      send(stream, stream.isLive ? live : tick, now);
      Object.assign(stream, { version, openPrompt, dueAt: Math.max(now, stream.dueAt) + MESSAGE_MS });
    }
    for (const stream of this.#streams) if (now - stream.sentAt >= HEARTBEAT_MS) send(stream, ':\n\n', now);
  }
}

function message(event: string, data: unknown): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

function send(stream: Stream, text: string, now: number): void {
  stream.sentAt = now;
  if (stream.answer.writableLength > UNREAD_BYTES_MAX) stream.answer.destroy();
  else stream.answer.write(text);
}

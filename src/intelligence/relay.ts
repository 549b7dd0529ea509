import { createParser, type EventSourceMessage } from 'eventsource-parser';
import type { TokenUsage } from '../domain/tokens.ts';
import type { ProviderKind } from './formats/format.ts';
import { countedOutput, type End, type OpenCall } from './open-call.ts';
import { Produced } from './produced.ts';
import { withoutKey } from './provider.ts';

export interface RelayDeps {
  readonly count: (text: string) => number;
  readonly settle: (end: End) => Promise<void>;
  /** The provider failed in the midst of its answer. */
  readonly failed: () => void;
  readonly bytesMax: number;
}

/** Far more than an event that any provider sends, an image's apart. */
const EVENT_CHARS_MAX = 4_194_304;

/**
 * Passes a provider's events on as they arrive, and settles the call before its last one: whoever has the whole answer
 * finds it billed. A stream that the agent leaves or that the provider breaks off is settled for what was produced.
 * Returns whether the answer was whole.
 */
export async function* relay(
  call: OpenCall,
  body: AsyncIterable<Buffer | Uint8Array>,
  deps: RelayDeps,
): AsyncGenerator<string, boolean> {
  const stream = new EventStream(call, deps);
  call.standing.end = () => stream.end();
  try {
    const decoder = new TextDecoder();
    for await (const bytes of body) {
      const events = stream.feed(decoder.decode(bytes, { stream: true }), bytes.length);
      if (stream.isOver) break;
      if (events !== '') yield events;
    }
    if (stream.failure === undefined && !stream.isComplete) stream.failure = 'it broke off';
  } catch (error) {
    if (call.over.signal.aborted || call.hungUp.aborted) return false;
    stream.failure = error instanceof Error ? error.message : 'it broke off';
  } finally {
    // Also where whoever reads it ends the iteration.
    if (stream.failure !== undefined) deps.failed();
    await deps.settle(stream.end());
  }
  yield stream.rest();
  return stream.isComplete;
}

class EventStream {
  readonly #call: OpenCall;
  readonly #bytesMax: number;
  readonly #produced: Produced;
  readonly #parser;
  readonly #usage: { input?: number; cached?: number; output?: number } = {};
  #isTotal = false;
  #bytes = 0;
  /** Something came that an agent can use. */
  #hasBegun = false;
  /** Events that have come and were not passed on. */
  #waiting: string[] = [];
  #answered = '';
  isComplete = false;
  failure: string | undefined;

  constructor(call: OpenCall, { count, bytesMax }: RelayDeps) {
    this.#call = call;
    this.#bytesMax = bytesMax;
    this.#produced = new Produced(count);
    this.#parser = createParser({
      maxBufferSize: EVENT_CHARS_MAX,
      onEvent: (event) => this.#take(event),
      onComment: (comment) => this.#waiting.push(`:${comment}\n\n`),
      onError: (error) => {
        if (error.type === 'max-buffer-size-exceeded') this.failure = 'an event of it has no end';
      },
    });
  }

  get isOver(): boolean {
    return this.isComplete || this.failure !== undefined;
  }

  /** The events that are complete by now. */
  feed(text: string, bytes: number): string {
    this.#bytes += bytes;
    if (this.#bytes > this.#bytesMax) this.failure = `its answer has more than ${this.#bytesMax} bytes`;
    else this.#parser.feed(text);
    return this.isOver ? '' : this.#taken();
  }

  /** What comes after the settlement: the last events, or the failure in the words of the format. */
  rest(): string {
    const last = this.#taken();
    return this.failure === undefined ? last : last + failureEvent(this.#call.format.kind, this.#told());
  }

  end(): End {
    const { over, hungUp } = this.#call;
    const isLeft = hungUp.aborted || over.signal.aborted || this.failure === undefined;
    const outcome = this.isComplete ? 'completed' : isLeft ? 'hung_up' : 'broken_off';
    // A provider that failed before its first event has produced nothing.
    const usage = outcome === 'broken_off' && !this.#hasBegun ? undefined : this.#total();
    return {
      ...{ outcome, usage, isReported: this.#isTotal, answered: this.#answered },
      ...(this.failure !== undefined && { detail: this.#told() }),
    };
  }

  #take({ event, data }: EventSourceMessage): void {
    if (this.isOver) return;
    const {
      text = '',
      usage,
      isTotal,
      isHidden,
      isLast,
      failure,
    } = this.#call.format.readEvent(data, this.#call.asked);
    this.#produced.add(text);
    if (this.#answered.length < this.#call.contentMax) this.#answered += text;
    Object.assign(this.#usage, usage);
    if (isTotal) this.#isTotal = true;
    if (isLast) this.isComplete = true;
    this.failure = failure;
    if (failure !== undefined) return;
    this.#hasBegun = true;
    if (!isHidden) this.#waiting.push(eventText(event, data));
  }

  #total(): TokenUsage {
    const { input = this.#call.input, cached = 0, output = 0 } = this.#usage;
    // An answer that was cut short may have reported less than it produced.
    if (this.#isTotal) return { input, cached, output };
    return { input, cached, output: Math.max(output, countedOutput(this.#call, this.#produced.tokens)) };
  }

  #taken(): string {
    const events = this.#waiting.join('');
    this.#waiting = [];
    return events;
  }

  #told(): string {
    const { provider } = this.#call.model;
    return withoutKey(
      provider,
      `the provider ${provider.name} failed in the midst of its answer: ${this.failure ?? ''}`,
    );
  }
}

function eventText(event: string | undefined, data: string): string {
  const lines = data.split('\n').map((line) => `data: ${line}\n`);
  return `${event === undefined ? '' : `event: ${event}\n`}${lines.join('')}\n`;
}

function failureEvent(kind: ProviderKind, message: string): string {
  return kind === 'anthropic'
    ? eventText('error', JSON.stringify({ type: 'error', error: { type: 'api_error', message } }))
    : eventText(
        undefined,
        JSON.stringify({ error: { message, type: 'server_error', param: null, code: 'provider_failed' } }),
      );
}

import { createParser, type EventSourceMessage } from 'eventsource-parser';
import type { TokenUsage } from '../domain/tokens.ts';
import {
  listOf,
  parseEvent,
  recordOf,
  reportedFailure,
  textIn,
  type Json,
  type ProviderKind,
  type StreamEvent,
} from './formats/format.ts';
import { figuresOf, type Figures } from './figures.ts';
import type { End, OpenCall } from './open-call.ts';
import { Produced } from './produced.ts';
import { withoutKey } from './provider.ts';

export interface RelayDeps {
  readonly count: (text: string) => number;
  readonly settle: (end: End) => Promise<void>;
  /** The provider failed in the midst of its answer. */
  readonly failed: () => void;
  readonly bytesMax: number;
}

/** Some servers end the streams of all formats so. */
const LAST_OF_CHATS = '[DONE]';

/**
 * Passes a provider's events on as they arrive. It settles the call before the last one, so that whoever has the whole
 * answer finds it billed. A stream that the agent leaves, or that the provider breaks off, is settled for what was
 * produced. Returns whether the answer was whole.
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
    stream.closed('it broke off');
  } catch (error) {
    if (call.over.signal.aborted || call.hungUp.aborted) return false;
    stream.closed(error instanceof Error ? error.message : 'it broke off');
  } finally {
    // Also where whoever reads it ends the iteration.
    if (stream.failure !== undefined && !stream.isTooLarge) deps.failed();
    await deps.settle(stream.end());
  }
  yield stream.rest();
  return stream.isComplete;
}

class EventStream {
  readonly #call: OpenCall;
  readonly #bytesMax: number;
  readonly #produced: Produced;
  /** What some events say once more, and those who send no pieces say once: by their kind. */
  readonly #again = new Map<string, Produced>();
  readonly #count: (text: string) => number;
  readonly #parser;
  readonly #usage: { input?: number; cached?: number; written?: number; output?: number } = {};
  #isTotal = false;
  #bytes = 0;
  /** Something came that an agent can use. */
  #hasBegun = false;
  /** Events that have come and were not passed on. */
  #waiting: string[] = [];
  #answered = '';
  /** The beginning of what came, as long as none of it was an event. */
  #raw = '';
  /** Answers that have told why they end. */
  readonly #finished = new Set<number>();
  #isClosed = false;
  isComplete = false;
  failure: string | undefined;

  constructor(call: OpenCall, { count, bytesMax }: RelayDeps) {
    this.#call = call;
    this.#bytesMax = bytesMax;
    this.#produced = new Produced(count);
    this.#count = count;
    this.#parser = createParser({
      onEvent: ({ data, ...event }) => this.#take({ ...event, data: withoutKey(call.model.provider, data) }),
      // Some providers keep a connection alive by them; Google's SDK for Python can't read them.
      onComment: (comment) => {
        if (call.format.kind !== 'google') this.#waiting.push(`:${withoutKey(call.model.provider, comment)}\n\n`);
      },
    });
  }

  /** An agent can ask for so much: that is no fault of the provider's. */
  get isTooLarge(): boolean {
    return this.#bytes > this.#bytesMax;
  }

  get isOver(): boolean {
    return this.isComplete || this.failure !== undefined;
  }

  /**
   * Nothing more comes. An answer whose end was told is whole. Only its last event is missing, and the agent gets that
   * all the same.
   */
  closed(why: string): void {
    if (this.isOver) return;
    this.#isClosed = true;
    // The empty line that ends an event is left out by some servers where the connection ends with it.
    this.#parser.feed('\n\n');
    if (!this.#hasBegun) this.#takeWhole();
    this.#failed(why);
  }

  /** A whole answer in place of a stream is passed on as one: it has come, and it is to be paid for. */
  #takeWhole(): void {
    const { format, model } = this.#call;
    const answers = answersIn(withoutKey(model.provider, this.#raw));
    if (answers.some((answer) => format.failureOf(answer))) return;
    for (const event of answers.flatMap((answer) => format.eventsOf(answer))) {
      const name = format.kind === 'anthropic' ? textIn(event['type']) : undefined;
      this.#take({ id: undefined, event: name, data: JSON.stringify(event) });
    }
  }

  /** What fails after the end of all answers was told takes nothing away from them. */
  #failed(why: string): void {
    if (this.isOver) return;
    const { format, asked } = this.#call;
    if (this.#finished.size < asked.answers) this.failure = this.#hasBegun ? why : (this.#errorInstead() ?? why);
    else {
      this.isComplete = true;
      this.#waiting.push(format.lastEvent);
    }
  }

  /** The events that are complete by now. */
  feed(text: string, bytes: number): string {
    this.#bytes += bytes;
    if (!this.#hasBegun) this.#raw += text;
    if (this.isTooLarge) this.failure = `its answer has more than ${this.#bytesMax} bytes`;
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
    const detail = this.failure === undefined ? {} : { detail: this.#told() };
    // A provider that failed before its first event has produced nothing.
    if (outcome === 'broken_off' && !this.#hasBegun && !this.isTooLarge)
      return { outcome, usage: undefined, isReported: false, ...detail };
    return { outcome, ...this.#figures(), answered: this.#answered, ...detail };
  }

  #errorInstead(): string | undefined {
    const body = parseEvent(this.#raw);
    return body && this.#call.format.failureOf(body)?.message;
  }

  #take({ event, data }: EventSourceMessage): void {
    if (this.isOver) return;
    // Of an event that was cut off nothing is known.
    if (this.#isClosed && data !== LAST_OF_CHATS && !parseEvent(data)) return;
    const {
      text = '',
      again,
      usage,
      isTotal,
      isHidden,
      finished = [],
      isLast,
      failure,
    } = this.#call.format.readEvent(data, this.#call.asked);
    this.#produced.add(text);
    if (again) this.#repeat(again);
    if (this.#answered.length < this.#call.contentMax) this.#answered += text;
    this.#report(usage);
    if (isTotal) this.#isTotal = true;
    for (const answer of finished) this.#finished.add(answer);
    if (isLast) this.isComplete = true;
    const fault = errorOf(event, data) ?? failure;
    if (fault !== undefined) {
      this.#failed(fault);
      return;
    }
    this.#hasBegun = true;
    if (!isHidden) this.#waiting.push(eventText(event, data));
  }

  /** Figures that are reported step by step only grow. A later 0 doesn't take back what was reported once. */
  #report({ input, cached = 0, written = 0, output }: Partial<TokenUsage> = {}): void {
    const before = this.#usage;
    // Both are parts of one prompt: what one report says of them belongs together.
    if (input !== undefined && input + cached >= (before.input ?? 0) + (before.cached ?? 0))
      Object.assign(before, { input, cached, written });
    if (output !== undefined) before.output = Math.max(before.output ?? 0, output);
  }

  #repeat({ by, text }: NonNullable<StreamEvent['again']>): void {
    const produced = this.#again.get(by) ?? new Produced(this.#count);
    produced.add(text);
    this.#again.set(by, produced);
  }

  #figures(): Figures {
    const tokens = Math.max(...[this.#produced, ...this.#again.values()].map((produced) => produced.tokens));
    if (this.#isTotal) return figuresOf(this.#call, this.#usage, tokens);
    // An answer that was cut short has reported less than it produced, if anything.
    const { output: _output, ...input } = this.#usage;
    const { doubt, ...figures } = figuresOf(this.#call, input, tokens);
    return { ...figures, isReported: false, ...(this.isComplete && doubt !== undefined && { doubt }) };
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

/** An event by the name of an error is one, whatever it says. */
function errorOf(event: string | undefined, data: string): string | undefined {
  if (event !== 'error') return undefined;
  const { error, message } = recordOf(parseEvent(data));
  return reportedFailure(error)?.message ?? (textIn(message) || data);
}

/** One, or a list of several, as Google sends them. */
function answersIn(text: string): readonly Json[] {
  const one = parseEvent(text);
  if (one) return [one];
  try {
    return listOf(JSON.parse(text));
  } catch {
    return [];
  }
}

function eventText(event: string | undefined, data: string): string {
  const lines = data.split('\n').map((line) => `data: ${line}\n`);
  return `${event === undefined ? '' : `event: ${event}\n`}${lines.join('')}\n`;
}

function failureEvent(kind: ProviderKind, message: string): string {
  if (kind === 'anthropic')
    return eventText('error', JSON.stringify({ type: 'error', error: { type: 'api_error', message } }));
  const error =
    kind === 'openai'
      ? { message, type: 'server_error', param: null, code: 'provider_failed' }
      : { code: 502, message, status: 'UNAVAILABLE' };
  return eventText(undefined, JSON.stringify({ error }));
}

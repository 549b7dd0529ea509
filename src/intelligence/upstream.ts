import type { Readable } from 'node:stream';
import type { Config } from '../config/schema.ts';
import { refuse } from '../domain/refusal.ts';
import type { Clock } from '../platform/clock.ts';
import type { Randomness } from '../platform/randomness.ts';
import { withDeadline } from '../platform/deadline.ts';
import { Breaker } from './breaker.ts';
import { CallFailure, connectionFailure, garbage, HungUp, statusFailure } from './failure.ts';
import type { Json } from './formats/format.ts';
import { readError } from './provider-error.ts';
import { withoutKey, type Provider } from './provider.ts';
import type { Transport, TransportAnswer } from './transport.ts';
import { Turns } from './turns.ts';

type Settings = Config['intelligence'];

export interface UpstreamDeps {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly random: Randomness;
  readonly transport: Transport;
}

export interface UpstreamCall {
  readonly executionId: number;
  readonly path: string;
  readonly body: Json;
  /** The agent left or its execution ended: whatever has not begun is not begun any more. */
  readonly left: AbortSignal;
  /** Ends the call even where the provider is at work on it. */
  readonly abort: AbortSignal;
  /** Told when the provider gets to work on it, and when it has failed before it produced anything. */
  readonly atWork: (isAtWork: boolean) => void;
}

/** An answer that has begun. `end` gives back the turn; it must be called. */
export interface UpstreamAnswer {
  readonly body: Readable;
  end(): void;
}

/** An error's text; what is longer is of no use to anybody. */
const ERROR_BYTES_MAX = 65_536;

/** One provider as it is called: in turns, with attempts, and not while it is known to fail. */
export class Upstream {
  readonly #provider: Provider;
  readonly #deps: UpstreamDeps;
  readonly #turns: Turns;
  readonly #breaker: Breaker;

  constructor(provider: Provider, deps: UpstreamDeps) {
    const { concurrency, concurrency_each: each } = provider.config;
    const { breaker_failures: failuresMax, breaker_ms: restMs } = deps.settings;
    this.#provider = provider;
    this.#deps = deps;
    this.#turns = new Turns({ most: concurrency, each: each ?? Math.ceil(concurrency / 2) });
    this.#breaker = new Breaker({ failuresMax, restMs });
  }

  /** Rejects with `CallFailure`, or with `HungUp` where the agent left before the provider was asked. */
  async ask(call: UpstreamCall): Promise<UpstreamAnswer> {
    const end = await this.#takeTurn(call);
    try {
      return { body: await this.#attempts(call), end };
    } catch (error) {
      end();
      throw error;
    }
  }

  /** An answer that had begun broke off, or was none. */
  failed(): void {
    this.#breaker.failed(this.#deps.clock.monotonic());
  }

  async close(): Promise<void> {
    await this.#deps.transport.close();
  }

  async #takeTurn({ executionId, left }: UpstreamCall): Promise<() => void> {
    const { queue_timeout_ms: most } = this.#deps.settings;
    try {
      const deadline = { clock: this.#deps.clock, milliseconds: most, signal: left };
      return await withDeadline(deadline, (signal) => this.#turns.take(executionId, signal));
    } catch (error) {
      if (left.aborted) throw new HungUp('the agent left');
      throw new CallFailure(
        refuse('provider_busy', `the provider ${this.#provider.name} is busy with other calls; nothing is billed`),
        { cause: error, isProviders: false },
      );
    }
  }

  async #attempts(call: UpstreamCall): Promise<Readable> {
    const { clock, settings } = this.#deps;
    for (let attempt = 0; ; attempt++) {
      const rest = this.#breaker.restLeft(clock.monotonic());
      if (rest > 0) throw this.#resting(rest);
      try {
        const body = await this.#attempt(call);
        this.#breaker.succeeded();
        return body;
      } catch (error) {
        if (!(error instanceof CallFailure)) throw error;
        // A provider that refuses a call works. Otherwise an agent could keep it resting with wrong calls.
        if (error.isProviders) this.failed();
        else this.#breaker.succeeded();
        const wait = this.#waitMs(attempt, error);
        if (!error.isRetryable || attempt >= settings.retries || wait === undefined) throw error;
        await clock.sleep(wait, call.left).catch(() => {
          throw new HungUp('the agent left');
        });
      }
    }
  }

  async #attempt({ path, body, left, abort, atWork }: UpstreamCall): Promise<Readable> {
    const { name } = this.#provider;
    if (left.aborted) throw new HungUp('the agent left');
    let response: TransportAnswer;
    atWork(true);
    try {
      response = await this.#deps.transport.send({ path, body, signal: abort });
    } catch (error) {
      abort.throwIfAborted();
      atWork(false);
      throw error instanceof CallFailure ? error : connectionFailure(name, error);
    }
    const { statusCode: status, headers } = response;
    if (status < 200 || status > 299) {
      atWork(false);
      throw await this.#failureOf(response);
    }
    if (headers['content-encoding'] !== undefined && headers['content-encoding'] !== 'identity') {
      leave(response.body);
      throw garbage(name, 'it compressed what was to be plain');
    }
    return response.body;
  }

  async #failureOf({ statusCode, headers, body }: TransportAnswer): Promise<CallFailure> {
    // The status says enough where its words can't be had.
    const { text, isTooLarge, brokeOff } = await readText(body, ERROR_BYTES_MAX);
    const { message, isKeyWrong, retryAfterMs: told } = readError(isTooLarge || brokeOff ? '' : text);
    return statusFailure(this.#provider.name, isKeyWrong ? 401 : statusCode, {
      message: withoutKey(this.#provider, message),
      retryAfterMs: retryAfterMs(headers, this.#deps.clock.now()) ?? told,
    });
  }

  /** Doubled each time, up to half of it more by chance; undefined where the provider asks for more than we wait. */
  #waitMs(attempt: number, { retryAfterMs: asked }: CallFailure): number | undefined {
    const { retry_base_ms: base, retry_wait_max_ms: most } = this.#deps.settings;
    if (asked !== undefined) return asked <= most ? asked : undefined;
    const [byte = 0] = this.#deps.random.bytes(1);
    return Math.min(most, base * 2 ** attempt * (1 + byte / 512));
  }

  #resting(milliseconds: number): CallFailure {
    const seconds = Math.ceil(milliseconds / 1000);
    return new CallFailure(
      refuse('provider_busy', `the provider ${this.#provider.name} keeps failing and is not asked for ${seconds} s`, {
        limit: seconds,
      }),
      { isProviders: false, retryAfterMs: milliseconds },
    );
  }
}

/** What came of a body, and why no more did where that wasn't its end. */
export interface ReadText {
  readonly text: string;
  /** It has more than was to be read. */
  readonly isTooLarge: boolean;
  /** The connection's own error. */
  readonly brokeOff: Error | undefined;
}

/** Reads `most` bytes at most. */
export async function readText(body: Readable, most: number): Promise<ReadText> {
  const chunks: Buffer[] = [];
  let size = 0;
  let brokeOff: Error | undefined;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > most) {
        leave(body);
        break;
      }
      chunks.push(chunk);
    }
  } catch (error) {
    brokeOff = error instanceof Error ? error : new Error(String(error));
  }
  return { text: Buffer.concat(chunks).toString('utf8'), isTooLarge: size > most, brokeOff };
}

/** Nobody wants the rest. */
export function leave(body: Readable): void {
  body.on('error', () => undefined).destroy();
}

/** How long the end of a connection's answer may take after the last event that counts. */
const REST_MS = 1000;

/** Next to nothing is to come: the connection is used again. */
export function leaveRest(body: Readable, clock: Clock): void {
  body.on('error', () => undefined).resume();
  const ended = new AbortController();
  body.once('close', () => ended.abort());
  if (!body.closed)
    clock.sleep(REST_MS, ended.signal).then(
      () => body.destroy(),
      () => undefined,
    );
}

/** `retry-after-ms` of OpenAI, or `Retry-After` in seconds or as a date. */
function retryAfterMs(headers: TransportAnswer['headers'], now: number): number | undefined {
  const exact = Number(headers['retry-after-ms']);
  if (Number.isFinite(exact) && exact >= 0) return exact;
  const given = headers['retry-after'];
  if (typeof given !== 'string') return undefined;
  const seconds = Number(given);
  const milliseconds = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(given) - now;
  return Number.isFinite(milliseconds) ? Math.max(0, milliseconds) : undefined;
}

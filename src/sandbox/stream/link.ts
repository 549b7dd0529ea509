import type { Duplex } from 'node:stream';
import type { Clock } from '../../platform/clock.ts';
import type { Logger } from '../../platform/logger.ts';
import type { OutputFile } from '../content/output-file.ts';
import { signalled } from '../lifecycle/signalled.ts';
import { parseSupervisorEvent, type ProgressEvent } from '../lifecycle/supervisor-events.ts';
import { AskedUse, type UseSoFar } from './asked-use.ts';
import type { Attach, Attachment } from './attachment.ts';
import { Session } from './session.ts';
import { StreamBroken } from './stream-broken.ts';

export interface LinkOptions {
  readonly executionId: string;
  /** Of this container alone; see docs/stream.md. */
  readonly nonce: Uint8Array;
  readonly attach: Attach;
  readonly output: Pick<OutputFile, 'bytes' | 'write' | 'goOnFrom'>;
  readonly heard: (event: ProgressEvent) => void;
  /** Called where the supervisor has not answered in time: the agent can't be served any more. */
  readonly unanswered: () => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** One attachment, from its greeting to its end. */
interface Current {
  readonly session: Session;
  readonly closed: Promise<void>;
  isAnswered: boolean;
  isOver: boolean;
  hasSaidGo: boolean;
}

const PAUSE_MS_FIRST = 100;
const PAUSE_MS_MOST = 5000;
/** An engine may be restarted meanwhile. */
const ANSWER_MS_MAX = 60_000;
/** Who holds on for so long gets the shortest pause again. */
const STEADY_MS = 10_000;

/**
 * The program's end of a container's stream, for as long as the container runs. Where an attachment is lost, or what
 * comes breaks the rules, it attaches anew. The agent's connections break then; output and requests are counted on.
 */
export class Link {
  readonly #options: LinkOptions;
  readonly #over = new AbortController();
  readonly #lost = signalled();
  #current: Current | undefined;
  #pauseMs = PAUSE_MS_FIRST;
  #accept: ((connection: Duplex) => void) | undefined;
  readonly #waiting: Duplex[] = [];
  /** Told again to each session: the one before may have taken it with it. */
  #requests: number | undefined;
  /** Who waits for the next answer. */
  readonly #expecting = new Set<() => void>();
  #awaited: { readonly until: number; readonly answered: AbortController } | undefined;
  readonly #asked: AskedUse;
  #tellsUse = false;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#asked = new AskedUse(options.clock, () => this.#current?.session.say('used'));
  }

  /** Resolves when an attachment has been lost for the first time, be it by the container's end. */
  get lost(): Promise<void> {
    return this.#lost.promise;
  }

  /** Attaches for the first time, and greets. Rejects as `Attach` does. */
  async open(signal: AbortSignal): Promise<void> {
    const attachment = await this.#options.attach(signal);
    void this.#keepUp(attachment);
  }

  /** From now on the supervisor must answer within that time. */
  expectAnswer(milliseconds: number): void {
    const { clock, unanswered } = this.#options;
    const until = clock.monotonic() + milliseconds;
    if (this.#isClosed() || (this.#awaited && this.#awaited.until <= until)) return;
    this.#awaited?.answered.abort();
    const answered = new AbortController();
    this.#awaited = { until, answered };
    clock.sleep(milliseconds, answered.signal).then(unanswered, () => undefined);
  }

  /** To be called once more where a later greeting tells that the word was lost. */
  go(): void {
    const current = this.#current;
    if (!current || current.hasSaidGo) return;
    current.hasSaidGo = true;
    current.session.say('go');
  }

  /** The supervisor may end now, where it stays for what it is asked after its report. */
  done(): void {
    if (this.#current?.isAnswered) this.#current.session.say('done');
  }

  /** Begins to carry files as soon as the supervisor has answered; one at a time. Rejects once the link is closed. */
  async openContent(signal: AbortSignal): Promise<Duplex> {
    const until = AbortSignal.any([signal, this.#over.signal]);
    while (!this.#current?.isAnswered || this.#current.isOver) {
      until.throwIfAborted();
      await new Promise<void>((resolve) => {
        const wake = () => {
          this.#expecting.delete(wake);
          until.removeEventListener('abort', wake);
          resolve();
        };
        this.#expecting.add(wake);
        until.addEventListener('abort', wake, { once: true });
      });
    }
    until.throwIfAborted();
    return this.#current.session.openContent();
  }

  /** What was used since "go" as the supervisor tells; undefined where it can't be asked, or doesn't answer. */
  useSoFar(): Promise<UseSoFar | undefined> {
    const canAsk = this.#tellsUse && this.#current?.isAnswered === true && !this.#current.isOver;
    return canAsk ? this.#asked.soFar() : Promise.resolve(undefined);
  }

  /** See `ServedExecution.keepRequests`. */
  keepRequests(count: number): void {
    this.#requests = count;
    this.#current?.session.keepRequests(count);
  }

  /** See `ServedExecution.serve`. */
  serve(accept: (connection: Duplex) => void): void {
    this.#accept = accept;
    for (const connection of this.#waiting.splice(0)) if (!connection.destroyed) accept(connection);
  }

  /** Resolves when all that an ended container has said was handed on. */
  async drained(): Promise<void> {
    // One that was made after the end never closes by itself, and is never answered either.
    if (this.#current?.isAnswered) await this.#current.closed;
  }

  /** Lets go of the stream for good. Idempotent. */
  close(): void {
    this.#over.abort();
    this.#awaitNothing();
  }

  #isClosed(): boolean {
    return this.#over.signal.aborted;
  }

  #awaitNothing(): void {
    this.#awaited?.answered.abort();
    this.#awaited = undefined;
  }

  async #keepUp(first: Attachment): Promise<void> {
    for (let attachment: Attachment | undefined = first; attachment; attachment = await this.#attachAgain()) {
      const { clock } = this.#options;
      const since = clock.monotonic();
      await this.#use(attachment);
      this.#lost.resolve();
      this.expectAnswer(ANSWER_MS_MAX);
      if (clock.monotonic() - since > STEADY_MS) this.#pauseMs = PAUSE_MS_FIRST;
    }
  }

  /** Undefined once the link is closed. */
  async #attachAgain(): Promise<Attachment | undefined> {
    const { attach, clock, logger, executionId } = this.#options;
    const { signal } = this.#over;
    while (!this.#isClosed()) {
      try {
        await clock.sleep(this.#pauseMs, signal);
        this.#pauseMs = Math.min(this.#pauseMs * 2, PAUSE_MS_MOST);
        return await attach(signal);
      } catch (error) {
        if (!this.#isClosed()) logger.debug({ executionId, err: error }, 'could not attach to a container again');
      }
    }
    return undefined;
  }

  /** Resolves when the attachment is closed. */
  async #use(attachment: Attachment): Promise<void> {
    const { nonce, output, logger, executionId } = this.#options;
    const closed = signalled();
    const session = new Session({
      ...{ nonce, outlet: attachment, outputKept: output.bytes },
      sinks: {
        answered: (outputFrom) => {
          current.isAnswered = true;
          for (const wake of this.#expecting) wake();
          this.#awaitNothing();
          output.goOnFrom(outputFrom);
          if (this.#requests !== undefined) session.keepRequests(this.#requests);
        },
        said: (line) => this.#hear(line),
        printed: (piece, source) => output.write(piece, source),
        connected: (connection) => this.#take(connection),
      },
    });
    const current: Current = { session, closed: closed.promise, isAnswered: false, isOver: false, hasSaidGo: false };
    this.#current = current;
    attachment.listen({
      received: (chunk) => {
        try {
          session.take(chunk);
        } catch (error) {
          if (!(error instanceof StreamBroken)) throw error;
          logger.warn({ executionId, reason: error.message }, 'what comes out of a container breaks the rules');
          attachment.destroy();
          closed.resolve();
        }
      },
      drained: () => session.drained(),
      closed: () => closed.resolve(),
    });
    const { signal } = this.#over;
    const end = () => {
      attachment.destroy();
      closed.resolve();
    };
    if (signal.aborted) end();
    signal.addEventListener('abort', end, { once: true });
    await closed.promise;
    signal.removeEventListener('abort', end);
    current.isOver = true;
    session.close();
  }

  #hear(line: string): void {
    const event = parseSupervisorEvent(line);
    if (!event) throw new StreamBroken('a line that says nothing known');
    if (event.event === 'used') {
      this.#asked.answered(event);
      return;
    }
    if (event.event === 'ready') this.#tellsUse = event.tells_use === true;
    this.#options.heard(event);
  }

  #take(connection: Duplex): void {
    if (this.#accept) this.#accept(connection);
    else this.#waiting.push(connection);
  }
}

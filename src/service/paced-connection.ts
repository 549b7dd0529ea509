import { Duplex } from 'node:stream';
import type { Clock } from '../platform/clock.ts';
import { createAlarm, type Alarm } from './alarm.ts';
import type { Pace } from './pace.ts';
import type { LoopTurns } from './loop-turns.ts';

/** The most of a body that goes to the parser at once. */
const PIECE_BYTES_MAX = 16_384;
/** The most of an answer that is joined to one piece. */
const JOINED_BYTES_MAX = 16_384;
const HEAD_BYTES_MIN = 'GET / HTTP/1.1'.length;
const NOTHING = Buffer.alloc(0);
/** Of a body that was refused for its size. */
const DROPPED_BYTES_MAX = 16_777_216;

export interface PacedConnectionOptions {
  readonly clock: Clock;
  readonly pace: Pace;
  /** Shared by all connections of the execution. */
  readonly turns: LoopTurns;
  /** Who doesn't take an answer, or doesn't end after the last one, for so long is hung up on. */
  readonly patienceMs: number;
}

/**
 * A connection as Node's HTTP server sees it. It gives the server the head of one request at a time, in turns that all
 * connections of the execution share, and nothing while that has to pause.
 *
 * For the server's parser works off whatever it is given in one go, even when the connection is destroyed at its first
 * request. A chunk of 64 KiB can hold 3,600 requests.
 */
export class PacedConnection extends Duplex {
  readonly #inner: Duplex;
  readonly #options: PacedConnectionOptions;
  readonly #closed = new AbortController();
  readonly #stuck: Alarm;
  readonly #idle: Alarm;
  #idleMs = 0;
  #unparsed: Buffer = NOTHING;
  #isWanted = false;
  #isWaiting = false;
  #hasEnded = false;

  constructor(inner: Duplex, options: PacedConnectionOptions) {
    // One piece and no more is kept ready: what lies ready is parsed in one go.
    super({ readableHighWaterMark: 1, allowHalfOpen: true });
    this.#inner = inner;
    this.#options = options;
    this.#stuck = createAlarm(options.clock, this.#closed.signal, () => this.destroy());
    this.#idle = createAlarm(options.clock, this.#closed.signal, () => this.emit('timeout'));
    inner.on('readable', () => {
      this.#noteActivity();
      this.#handOn();
    });
    inner.once('end', () => {
      this.#hasEnded = true;
      this.#handOn();
    });
    inner.once('error', (error) => this.destroy(error));
    inner.once('close', () => this.destroy());
  }

  /** As a socket's own: the HTTP server closes by it what stays idle. */
  setTimeout(milliseconds: number, listener?: () => void): this {
    this.#idleMs = milliseconds;
    if (milliseconds > 0) this.#idle.set(milliseconds);
    else this.#idle.putOff();
    if (listener) this.once('timeout', listener);
    return this;
  }

  /**
   * As a socket's own. With it the HTTP server ends what it will not go on with. A peer that still sends gets to read
   * the answer first: for a while, what it sends is dropped.
   */
  destroySoon(): void {
    if (this.writable) this.end();
    const linger = () => {
      if (this.destroyed) return;
      let bytes = 0;
      this.#destroyAfter(this.#options.patienceMs, this.#closed.signal);
      this.#inner.removeAllListeners('readable');
      this.#inner.on('data', (chunk: Uint8Array) => {
        bytes += chunk.byteLength;
        if (bytes > DROPPED_BYTES_MAX) this.destroy();
      });
      this.#inner.once('end', () => this.destroy());
      this.#inner.resume();
    };
    if (this.writableFinished) linger();
    else this.once('finish', linger);
  }

  override _read(): void {
    this.#isWanted = true;
    this.#handOn();
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#pass(chunk, done);
  }

  /** An answer's head and body come so: in one piece they wake the engine once. A large body is not copied for it. */
  override _writev(chunks: readonly { readonly chunk: Buffer }[], done: (error?: Error | null) => void): void {
    const pieces = chunks.map(({ chunk }) => chunk);
    const bytes = pieces.reduce((sum, { length }) => sum + length, 0);
    const last = bytes <= JOINED_BYTES_MAX ? Buffer.concat(pieces) : pieces.pop()!;
    if (last.length < bytes) for (const piece of pieces) this.#inner.write(piece);
    this.#pass(last, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#inner.end(() => done());
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#closed.abort();
    this.#inner.destroy();
    done(error);
  }

  #pass(bytes: Uint8Array, done: (error?: Error | null) => void): void {
    this.#stuck.set(this.#options.patienceMs);
    this.#inner.write(bytes, (error) => {
      this.#stuck.putOff();
      this.#noteActivity();
      done(error);
    });
  }

  #handOn(): void {
    if (!this.#isWanted || this.#isWaiting || this.destroyed) return;
    if (this.#unparsed.length === 0) this.#unparsed = (this.#inner.read() as Buffer | null) ?? NOTHING;
    if (this.#unparsed.length === 0 && !this.#hasEnded) return;
    this.#isWaiting = true;
    this.#options.turns.take(() => {
      if (this.destroyed) return;
      const pauseMs = this.#options.pace.pauseMs();
      if (pauseMs > 0) this.#wait(pauseMs);
      else this.#parse();
    });
  }

  #parse(): void {
    this.#isWaiting = false;
    this.#isWanted = false;
    const end = endOfPiece(this.#unparsed);
    const piece = this.#unparsed.subarray(0, end);
    this.#unparsed = this.#unparsed.subarray(end);
    this.push(end === 0 ? null : piece);
  }

  #noteActivity(): void {
    if (this.#idleMs > 0) this.#idle.set(this.#idleMs);
  }

  #destroyAfter(milliseconds: number, unless: AbortSignal): void {
    this.#options.clock.sleep(milliseconds, unless).then(
      () => this.destroy(),
      () => undefined,
    );
  }

  #wait(milliseconds: number): void {
    this.#isWaiting = true;
    this.#options.clock.sleep(milliseconds, this.#closed.signal).then(
      () => {
        this.#isWaiting = false;
        this.#handOn();
      },
      () => undefined,
    );
  }
}

/**
 * Behind the first blank line, so that a piece holds the end of one head, or of two where the last piece ended within
 * one. A blank line that comes sooner than the shortest head is part of a body; without that rule such a body would be
 * read in pieces of two bytes.
 */
function endOfPiece(bytes: Buffer): number {
  const piece = bytes.subarray(0, PIECE_BYTES_MAX);
  const blank = piece.indexOf('\n\r\n', HEAD_BYTES_MIN);
  const bare = piece.indexOf('\n\n', HEAD_BYTES_MIN);
  return Math.min(blank < 0 ? piece.length : blank + 3, bare < 0 ? piece.length : bare + 2);
}

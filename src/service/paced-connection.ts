import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { Clock } from '../platform/clock.ts';
import type { Pace } from './pace.ts';
import type { LoopTurns } from './loop-turns.ts';

/** The most of a body that goes to the parser at once. */
const PIECE_BYTES_MAX = 16_384;
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
 * A connection as Node's HTTP server sees it. The parser works off whatever it is given in one go, also when the
 * connection is destroyed at its first request, and a chunk of 64 KiB can hold 3,600 requests. So it gets the head of
 * one request at a time, in turns that all connections of the execution share, and nothing while that has to pause.
 */
export class PacedConnection extends Duplex {
  readonly #socket: Socket;
  readonly #options: PacedConnectionOptions;
  readonly #closed = new AbortController();
  #writingSince: number | undefined;
  #isWatched = false;
  #unparsed: Buffer = NOTHING;
  #isWanted = false;
  #isWaiting = false;
  #hasEnded = false;

  constructor(socket: Socket, options: PacedConnectionOptions) {
    // One piece and no more is kept ready: what lies ready is parsed in one go.
    super({ readableHighWaterMark: 1, allowHalfOpen: true });
    this.#socket = socket;
    this.#options = options;
    socket.on('readable', () => this.#handOn());
    socket.on('timeout', () => this.emit('timeout'));
    socket.once('end', () => {
      this.#hasEnded = true;
      this.#handOn();
    });
    socket.once('error', (error) => this.destroy(error));
    socket.once('close', () => this.destroy());
  }

  /** As a socket's own: the HTTP server closes by it what stays idle. */
  setTimeout(milliseconds: number, listener?: () => void): this {
    this.#socket.setTimeout(milliseconds);
    if (listener) this.once('timeout', listener);
    return this;
  }

  /**
   * As a socket's own: the HTTP server ends by it what it will not go on with. Who is still sending gets to read the
   * answer first: what comes now is dropped, for a while.
   */
  destroySoon(): void {
    if (this.writable) this.end();
    const linger = () => {
      if (this.destroyed) return;
      let bytes = 0;
      this.#destroyAfter(this.#options.patienceMs, this.#closed.signal);
      this.#socket.removeAllListeners('readable');
      this.#socket.on('data', (chunk: Uint8Array) => {
        bytes += chunk.byteLength;
        if (bytes > DROPPED_BYTES_MAX) this.destroy();
      });
      this.#socket.once('end', () => this.destroy());
      this.#socket.resume();
    };
    if (this.writableFinished) linger();
    else this.once('finish', linger);
  }

  override _read(): void {
    this.#isWanted = true;
    this.#handOn();
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#writingSince = this.#options.clock.monotonic();
    if (!this.#isWatched) void this.#watchWrites();
    this.#socket.write(chunk, (error) => {
      this.#writingSince = undefined;
      done(error);
    });
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket.end(() => done());
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#closed.abort();
    this.#socket.destroy();
    done(error);
  }

  #handOn(): void {
    if (!this.#isWanted || this.#isWaiting || this.destroyed) return;
    if (this.#unparsed.length === 0) this.#unparsed = (this.#socket.read() as Buffer | null) ?? NOTHING;
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

  /** One sleep serves many writes: a timer for each answer would cost more than the answer. */
  async #watchWrites(): Promise<void> {
    const { clock, patienceMs } = this.#options;
    this.#isWatched = true;
    try {
      for (let leftMs = patienceMs; leftMs > 0;) {
        await clock.sleep(leftMs, this.#closed.signal);
        if (this.#writingSince === undefined) return;
        leftMs = this.#writingSince + patienceMs - clock.monotonic();
      }
      this.destroy();
    } catch {
      // It was closed.
    } finally {
      this.#isWatched = false;
    }
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
 * Behind the first blank line, so that a piece holds the end of one head (two where the last piece ended within one). A
 * blank line nearer than the shortest head is long is part of a body, which would else be read in pieces of two bytes.
 */
function endOfPiece(bytes: Buffer): number {
  const piece = bytes.subarray(0, PIECE_BYTES_MAX);
  const blank = piece.indexOf('\n\r\n', HEAD_BYTES_MIN);
  const bare = piece.indexOf('\n\n', HEAD_BYTES_MIN);
  return Math.min(blank < 0 ? piece.length : blank + 3, bare < 0 ? piece.length : bare + 2);
}

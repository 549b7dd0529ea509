import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { Clock } from '../platform/clock.ts';
import type { Pace } from './pace.ts';

/** What is handed on in one turn of the event loop: some fifty of the shortest requests. */
const PIECE_BYTES = 1024;
/** Of a body that was refused for its size. */
const DROPPED_BYTES_MAX = 16_777_216;

export interface PacedConnectionOptions {
  readonly clock: Clock;
  readonly pace: Pace;
  /** Who doesn't take an answer, or doesn't end after the last one, for so long is hung up on. */
  readonly patienceMs: number;
}

/**
 * A connection as Node's HTTP server sees it, whose bytes come in small pieces, one for each turn of the event loop, and
 * not at all while its execution has to pause. A parser works off what it is given in one go, 64 KiB at a time, and that
 * many bytes can hold thousands of requests: without this one agent could hold up all others.
 */
export class PacedConnection extends Duplex {
  readonly #socket: Socket;
  readonly #options: PacedConnectionOptions;
  readonly #closed = new AbortController();
  #writing: AbortController | undefined;
  #isWanted = false;
  #isWaiting = false;

  constructor(socket: Socket, options: PacedConnectionOptions) {
    super({ readableHighWaterMark: PIECE_BYTES, allowHalfOpen: true });
    this.#socket = socket;
    this.#options = options;
    socket.on('readable', () => this.#handOn());
    socket.on('timeout', () => this.emit('timeout'));
    socket.once('end', () => this.push(null));
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
    const writing = (this.#writing = new AbortController());
    this.#destroyAfter(this.#options.patienceMs, writing.signal);
    this.#socket.write(chunk, (error) => {
      writing.abort();
      done(error);
    });
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket.end(() => done());
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#writing?.abort();
    this.#closed.abort();
    this.#socket.destroy();
    done(error);
  }

  #handOn(): void {
    if (!this.#isWanted || this.#isWaiting || this.destroyed) return;
    const pauseMs = this.#options.pace.pauseMs();
    if (pauseMs > 0) {
      this.#wait(pauseMs);
      return;
    }
    const bytes = this.#socket.readableLength;
    if (bytes === 0) {
      // Makes the socket tell when there is something, or that it has ended.
      this.#socket.read(0);
      return;
    }
    const piece = this.#socket.read(Math.min(bytes, PIECE_BYTES)) as Buffer | null;
    if (!piece) return;
    this.#isWanted = false;
    this.#isWaiting = true;
    setImmediate(() => {
      this.#isWaiting = false;
      if (!this.destroyed) this.push(piece);
    });
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

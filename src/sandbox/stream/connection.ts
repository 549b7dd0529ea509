import { Duplex } from 'node:stream';
import { ByteQueue } from '../content/byte-queue.ts';
import { PAYLOAD_BYTES_MAX } from './frame.ts';
import { StreamBroken } from './stream-broken.ts';

/** What a connection needs of the session that it belongs to. */
export interface ConnectionPort {
  /** False until `Connection.pump` is called. */
  readonly canSend: () => boolean;
  readonly data: (payload: Uint8Array) => void;
  readonly end: () => void;
  readonly reset: () => void;
  readonly grant: (bytes: number) => void;
}

export interface ConnectionWindows {
  /** Bytes that are taken in before more are granted. */
  readonly own: number;
  /** Bytes that may be sent before more are granted. */
  readonly peer: number;
}

const WINDOW_MAX = 2 ** 31 - 1;

/**
 * One connection of an agent, as the program has it. It never holds more than its window of what came in; what goes out
 * waits in its writer.
 */
export class Connection extends Duplex {
  readonly #port: ConnectionPort;
  readonly #window: number;
  readonly #received: ByteQueue;
  #ungranted = 0;
  #isWanted = false;
  #hasReceivedEnd = false;
  #hasSentEnd = false;
  #isReset = false;
  #sendWindow: number;
  #unsent: { readonly bytes: Uint8Array; readonly done: () => void } | undefined;

  constructor(port: ConnectionPort, windows: ConnectionWindows) {
    // One piece and no more lies ready to be read: the queue holds the rest in far less memory, where pieces are small.
    super({ allowHalfOpen: true, readableHighWaterMark: 1, writableHighWaterMark: PAYLOAD_BYTES_MAX });
    this.#port = port;
    this.#window = windows.own;
    this.#received = new ByteQueue(windows.own);
    this.#sendWindow = windows.peer;
  }

  /** Nothing more passes in either direction. */
  get isOver(): boolean {
    return this.#isReset || (this.#hasReceivedEnd && this.#hasSentEnd);
  }

  /** A piece came. Throws `StreamBroken` where it may not have been sent. */
  receive(piece: Uint8Array): void {
    if (this.#hasReceivedEnd) throw new StreamBroken('data after the end of a connection');
    if (piece.length > this.#received.room - this.#ungranted) throw new StreamBroken('data beyond a window');
    if (this.destroyed) return;
    this.#received.push(piece);
    this.#handOn();
  }

  receiveEnd(): void {
    if (this.#hasReceivedEnd) throw new StreamBroken('a second end of a connection');
    this.#hasReceivedEnd = true;
    this.#handOn();
  }

  receiveReset(): void {
    this.#isReset = true;
    this.destroy(Object.assign(new Error('the agent has broken off the connection'), { code: 'ECONNRESET' }));
  }

  receiveWindow(delta: number): void {
    this.#sendWindow += delta;
    if (this.#sendWindow > WINDOW_MAX) throw new StreamBroken('a window that is too large');
    this.pump();
  }

  /** Sends what may be sent. */
  pump(): void {
    let unsent = this.#unsent;
    while (unsent && this.#sendWindow > 0 && this.#port.canSend() && !this.destroyed) {
      const piece = unsent.bytes.subarray(0, Math.min(this.#sendWindow, PAYLOAD_BYTES_MAX));
      const rest = unsent.bytes.subarray(piece.length);
      this.#sendWindow -= piece.length;
      this.#unsent = rest.length > 0 ? { bytes: rest, done: unsent.done } : undefined;
      this.#port.data(piece);
      if (rest.length === 0) unsent.done();
      unsent = this.#unsent;
    }
  }

  /** As a socket's: Node's HTTP server calls it behind its last answer, and a place that the agent keeps open is free. */
  destroySoon(): void {
    if (this.writableFinished) this.destroy();
    else this.end(() => this.destroy());
  }

  override _read(): void {
    this.#isWanted = true;
    this.#handOn();
  }

  override _write(bytes: Uint8Array, _encoding: BufferEncoding, done: () => void): void {
    this.#unsent = bytes.length > 0 ? { bytes, done } : undefined;
    if (this.#unsent) this.pump();
    else done();
  }

  override _final(done: () => void): void {
    this.#hasSentEnd = true;
    this.#port.end();
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#received.clear();
    this.#unsent = undefined;
    if (!this.isOver) {
      this.#isReset = true;
      this.#port.reset();
    }
    done(error);
  }

  #handOn(): void {
    while (this.#isWanted && this.#received.length > 0) {
      const piece = this.#received.take(PAYLOAD_BYTES_MAX);
      this.#grant(piece.length);
      this.#isWanted = this.push(piece);
    }
    if (this.#isWanted && this.#hasReceivedEnd && this.#received.length === 0) {
      this.#isWanted = false;
      this.push(null);
    }
  }

  /** In large steps: a frame for each piece would cost more than it is worth. */
  #grant(bytes: number): void {
    this.#ungranted += bytes;
    if (this.#ungranted * 2 < this.#window || this.isOver || this.#hasReceivedEnd) return;
    this.#port.grant(this.#ungranted);
    this.#ungranted = 0;
  }
}

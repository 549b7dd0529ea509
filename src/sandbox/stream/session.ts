import type { Duplex } from 'node:stream';
import type { OutputSource } from '../../domain/output-source.ts';
import type { Attachment } from './attachment.ts';
import { Connection } from './connection.ts';
import { createFrameReader, dataFrame, FLAG, windowFrame } from './frame.ts';
import { createAnswerReader, encodeGreeting, type Answer } from './greeting.ts';
import { StreamBroken } from './stream-broken.ts';

export interface SessionSinks {
  /** The supervisor has answered: the output goes on behind so many bytes. */
  readonly answered: (outputFrom: number) => void;
  /** A line that it has said. */
  readonly said: (line: string) => void;
  /**
   * Takes output, which it may not keep. Resolves when the output is kept. Pieces that are kept together may have the
   * same promise.
   */
  readonly printed: (piece: Uint8Array, source: OutputSource) => Promise<void>;
  readonly connected: (connection: Duplex) => void;
}

export interface SessionOptions {
  readonly nonce: Uint8Array;
  /** Bytes of output that are kept already. */
  readonly outputKept: number;
  /** The container's stdin. */
  readonly outlet: Pick<Attachment, 'write' | 'waitingBytes'>;
  readonly sinks: SessionSinks;
}

const CONTROL = 1;
const OUTPUT = 3;
const CONNECTION_FIRST = 5;
const CONTENT_FIRST = 2;

/** Of each connection, and of all output: with as many connections as there may be, 3.3 MB at most. */
const CONNECTION_WINDOW = 49_152;
const OUTPUT_WINDOW = 262_144;
/** Of what carries files: an engine may be far away. */
const CONTENT_WINDOW = 524_288;
const CONNECTIONS_MAX = 64;
const LINE_BYTES_MAX = 4096;
/** A container that doesn't read must not make us hold what it has provoked. */
const WAITING_BYTES_MAX = 1_048_576;
const LINE_END = 0x0a;

/**
 * The program's end of the stream that docs/stream.md describes, from one greeting on. What comes out of a container is
 * hostile. So what a session holds is bounded by its windows, and `take` throws `StreamBroken` at the first thing that
 * isn't as described. It never waits.
 */
export class Session {
  readonly #options: SessionOptions;
  readonly #connections = new Map<number, Connection>();
  readonly #reader = createFrameReader({
    begin: (stream, flags, bytes) => this.#begin(stream, flags, bytes),
    data: (stream, piece) => this.#data(stream, piece),
    window: (stream, delta) => this.#window(stream, delta),
    end: (stream, flags) => this.#end(stream, flags),
  });
  #answerReader: ReturnType<typeof createAnswerReader> | undefined;
  #answer: Answer | undefined;
  #lastConnection = CONNECTION_FIRST - 2;
  #lastContent = CONTENT_FIRST - 2;
  #line = Buffer.alloc(0);
  #outputOutstanding = 0;
  #outputUngranted = 0;
  /** What is being kept at once: a promise is waited for once, however small the pieces are. */
  #keeping: { readonly kept: Promise<void>; bytes: number } | undefined;
  #outputEnded = false;
  /** Of the frame that is being read. */
  #outputSource: OutputSource = 'stdout';
  #isClosed = false;
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  /** Not told yet. */
  #requests: number | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#answerReader = createAnswerReader(options.nonce);
    const { nonce, outputKept } = options;
    this.#send(encodeGreeting({ nonce, connectionWindow: CONNECTION_WINDOW, outputWindow: OUTPUT_WINDOW, outputKept }));
  }

  /** What came from the container's stdout, which is only lent. */
  take(chunk: Uint8Array): void {
    if (this.#isClosed) return;
    if (this.#options.outlet.waitingBytes > WAITING_BYTES_MAX) throw new StreamBroken('the container does not read');
    if (this.#answerReader === undefined) {
      this.#reader.push(chunk);
      return;
    }
    const found = this.#answerReader.push(chunk);
    if (!found) return;
    this.#answerReader = undefined;
    this.#answer = found.answer;
    this.#options.sinks.answered(found.answer.outputFrom);
    this.#reader.push(found.rest);
  }

  /** Says a line to the supervisor. */
  say(line: string): void {
    this.#send(lineFrame(line));
  }

  /** Begins to carry files. To be called once the supervisor has answered, and not again before the last one has closed. */
  openContent(): Duplex {
    this.#lastContent += 2;
    const stream = this.#lastContent;
    this.#send(windowFrame(stream, 0, FLAG.syn));
    this.#send(windowFrame(stream, CONTENT_WINDOW - CONNECTION_WINDOW));
    return this.#add(stream, CONTENT_WINDOW);
  }

  /** Tells the supervisor how many requests there were, together with what is sent next. */
  keepRequests(count: number): void {
    this.#requests = count;
  }

  /** The outlet takes more. */
  drained(): void {
    for (const connection of this.#connections.values()) connection.pump();
  }

  /** Breaks all connections. Idempotent. */
  close(): void {
    this.#isClosed = true;
    for (const connection of this.#connections.values()) connection.receiveReset();
    this.#connections.clear();
  }

  #begin(stream: number, flags: number, bytes: number): void {
    if (stream === CONTROL) {
      if ((flags & ~FLAG.ack) !== 0) throw new StreamBroken('control can not be begun or ended');
      return;
    }
    if (stream === OUTPUT) {
      if ((flags & (FLAG.syn | FLAG.rst)) !== 0 || this.#outputEnded) throw new StreamBroken('output out of turn');
      this.#outputSource = (flags & FLAG.stderr) === 0 ? 'stdout' : 'stderr';
      this.#outputOutstanding += bytes;
      if (this.#outputOutstanding > OUTPUT_WINDOW) throw new StreamBroken('output beyond its window');
      return;
    }
    if ((flags & FLAG.stderr) !== 0) throw new StreamBroken('stderr where no output is');
    if ((flags & FLAG.syn) !== 0) this.#open(stream);
    else if (stream > (isConnection(stream) ? this.#lastConnection : this.#lastContent))
      throw new StreamBroken(`a frame for stream ${stream}, which was never opened`);
  }

  #open(stream: number): void {
    if (!isConnection(stream) || stream <= this.#lastConnection) throw new StreamBroken('a connection out of turn');
    const contents = this.#connections.has(this.#lastContent) ? 1 : 0;
    if (this.#connections.size - contents >= Math.min(CONNECTIONS_MAX, this.#answer!.connectionsMax))
      throw new StreamBroken('more connections than there may be');
    this.#lastConnection = stream;
    this.#options.sinks.connected(this.#add(stream, CONNECTION_WINDOW));
  }

  #add(stream: number, own: number): Duplex {
    const connection: Connection = new Connection(
      {
        canSend: () =>
          !this.#isClosed && this.#options.outlet.waitingBytes + this.#pendingBytes < WAITING_BYTES_MAX / 2,
        data: (payload) => this.#send(dataFrame(stream, payload)),
        end: () => {
          this.#send(dataFrame(stream, new Uint8Array(0), FLAG.fin));
          if (connection.isOver) this.#connections.delete(stream);
        },
        reset: () => {
          this.#connections.delete(stream);
          this.#send(windowFrame(stream, 0, FLAG.rst));
        },
        grant: (bytes) => this.#send(windowFrame(stream, bytes)),
      },
      { own, peer: this.#answer!.connectionWindow },
    );
    this.#connections.set(stream, connection);
    // What nobody listens to must not end the program.
    connection.on('error', () => undefined);
    return connection;
  }

  #data(stream: number, piece: Uint8Array): void {
    if (stream === CONTROL) this.#hear(piece);
    else if (stream === OUTPUT) this.#print(piece);
    else this.#connections.get(stream)?.receive(piece);
  }

  #window(stream: number, delta: number): void {
    if (stream === CONTROL || stream === OUTPUT) {
      if (delta > 0) throw new StreamBroken('a window for what the program never sends');
    } else this.#connections.get(stream)?.receiveWindow(delta);
  }

  #end(stream: number, flags: number): void {
    if (stream === OUTPUT) this.#outputEnded ||= (flags & FLAG.fin) !== 0;
    const connection = this.#connections.get(stream);
    if (!connection) return;
    if ((flags & FLAG.rst) !== 0) {
      this.#connections.delete(stream);
      connection.receiveReset();
    } else if ((flags & FLAG.fin) !== 0) {
      connection.receiveEnd();
      if (connection.isOver) this.#connections.delete(stream);
    }
  }

  #hear(piece: Uint8Array): void {
    const bytes = Buffer.concat([this.#line, piece]);
    let first = 0;
    for (let end = bytes.indexOf(LINE_END); end >= 0; end = bytes.indexOf(LINE_END, first)) {
      this.#options.sinks.said(bytes.toString('utf8', first, end));
      first = end + 1;
    }
    this.#line = Buffer.from(bytes.subarray(first));
    if (this.#line.length > LINE_BYTES_MAX) throw new StreamBroken('a line that is too long');
  }

  #print(piece: Uint8Array): void {
    const kept = this.#options.sinks.printed(piece, this.#outputSource);
    if (this.#keeping?.kept !== kept) {
      const keeping = { kept, bytes: 0 };
      this.#keeping = keeping;
      void kept.then(() => {
        if (this.#keeping === keeping) this.#keeping = undefined;
        this.#grantOutput(keeping.bytes);
      });
    }
    this.#keeping.bytes += piece.length;
  }

  #grantOutput(bytes: number): void {
    this.#outputUngranted += bytes;
    if (this.#outputUngranted * 4 < OUTPUT_WINDOW || this.#isClosed) return;
    this.#outputOutstanding -= this.#outputUngranted;
    this.#send(windowFrame(OUTPUT, this.#outputUngranted));
    this.#outputUngranted = 0;
  }

  /** Together with what else is sent in this turn: one system call, and one wake-up of the engine. */
  #send(bytes: Uint8Array): void {
    if (this.#isClosed) return;
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
    if (this.#pending.length === 1) process.nextTick(() => this.#flush());
  }

  #flush(): void {
    const bytes = Buffer.concat([...this.#untoldRequests(), ...this.#pending]);
    this.#pending = [];
    this.#pendingBytes = 0;
    if (!this.#isClosed) this.#options.outlet.write(bytes);
  }

  /**
   * Nothing may come before the greeting, since it could complete a frame that an earlier session has left unfinished.
   */
  #untoldRequests(): Buffer[] {
    if (this.#requests === undefined || this.#answer === undefined) return [];
    const line = lineFrame(`requests ${this.#requests}`);
    this.#requests = undefined;
    return [line];
  }
}

function isConnection(stream: number): boolean {
  return stream >= CONNECTION_FIRST && stream % 2 === 1;
}

function lineFrame(line: string): Buffer {
  return dataFrame(CONTROL, Buffer.from(`${line}\n`));
}

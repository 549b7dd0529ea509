import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cut, Direction, StreamInHand } from '../contract/sandbox/sandbox-at-work.ts';

/** A way to an engine's socket that can be cut, slowed down and written into. */
export interface Wire extends StreamInHand {
  /** `unix:///…`: what leads to the engine by this way. */
  readonly address: string;
  readonly path: string;
  /** New connections fail, or hang, until it is whole. */
  state: 'whole' | 'cut' | 'hanging';
  /** Breaks all that are open. */
  cut(state?: Wire['state']): void;
  close(): void;
}

const ATTACH = /^POST \/\S*containers\/[^/ ]+\/attach\?/;
const HEAD_END = '\r\n\r\n';
const PIECE_BYTES_MAX = 16_384;

/** To be closed when the test is over. */
export async function layWire(enginePath: string): Promise<Wire> {
  const place = mkdtempSync(join(tmpdir(), 'bp-wire-'));
  const path = join(place, 'engine.sock');
  const open = new Set<Socket>();
  const streams = new Set<AttachedStream>();
  const planned: Cut[] = [];
  let bytesPerSecond = Infinity;
  let attached = 0;
  const server = createServer((near) => {
    near.on('error', () => undefined);
    if (wire.state === 'cut') {
      near.destroy();
      return;
    }
    open.add(near);
    near.on('close', () => open.delete(near));
    if (wire.state === 'hanging') return;
    const far = connect(enginePath);
    far.on('error', () => near.destroy());
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
    // A client keeps its connections: any request on it may be the one that attaches.
    let stream: AttachedStream | undefined;
    near.on('data', (chunk: Buffer) => {
      if (!stream && ATTACH.test(chunk.toString('latin1', 0, 200))) {
        attached += 1;
        stream = new AttachedStream(near, far, planned.shift(), () => bytesPerSecond);
        streams.add(stream);
        near.on('close', () => streams.delete(stream!));
      }
      if (stream) stream.pass('to container', chunk);
      else pour(near, far, chunk);
    });
    far.on('data', (chunk: Buffer) => {
      if (stream) stream.pass('from container', chunk);
      else pour(far, near, chunk);
    });
    near.on('end', () => far.end());
    far.on('end', () => near.end());
  });
  server.listen(path);
  await once(server, 'listening');
  const wire: Wire = {
    ...{ path, address: `unix://${path}`, state: 'whole' },
    cut(state = 'cut') {
      wire.state = state;
      for (const socket of open) socket.destroy();
      open.clear();
    },
    break: () => {
      for (const stream of streams) stream.cut();
    },
    cutEach(cuts) {
      planned.push(...cuts);
      wire.break();
    },
    get cutsLeft() {
      return planned.length;
    },
    get attached() {
      return attached;
    },
    pace(most) {
      bytesPerSecond = most;
      for (const stream of streams) stream.goOn();
    },
    inject(bytes) {
      for (const stream of streams) stream.inject(bytes);
    },
    close() {
      wire.cut();
      server.close();
      rmSync(place, { recursive: true });
    },
  };
  return wire;
}

/** One attachment to a container. Its bytes are counted from behind the heads of HTTP. */
class AttachedStream {
  readonly #sockets: Readonly<Record<Direction, readonly [from: Socket, to: Socket]>>;
  readonly #cut: Cut | undefined;
  readonly #bytesPerSecond: () => number;
  readonly #hasBegun: Record<Direction, boolean> = { 'to container': false, 'from container': false };
  readonly #passed: Record<Direction, number> = { 'to container': 0, 'from container': 0 };

  constructor(near: Socket, far: Socket, cut: Cut | undefined, bytesPerSecond: () => number) {
    this.#sockets = { 'to container': [near, far], 'from container': [far, near] };
    this.#cut = cut;
    this.#bytesPerSecond = bytesPerSecond;
  }

  cut(): void {
    for (const socket of this.#sockets['to container']) socket.destroy();
  }

  goOn(): void {
    this.#sockets['from container'][0].resume();
  }

  /** As Docker frames stdout. */
  inject(bytes: Uint8Array): void {
    const frame = Buffer.alloc(8 + bytes.length);
    frame[0] = 1;
    frame.writeUInt32BE(bytes.length, 4);
    frame.set(bytes, 8);
    this.#sockets['from container'][1].write(frame);
  }

  pass(direction: Direction, whole: Buffer): void {
    const [from, to] = this.#sockets[direction];
    const chunk = this.#pace(direction, whole);
    let first = 0;
    if (!this.#hasBegun[direction]) {
      const end = chunk.indexOf(HEAD_END);
      if (end < 0) {
        pour(from, to, chunk);
        return;
      }
      this.#hasBegun[direction] = true;
      first = end + HEAD_END.length;
    }
    const left = this.#cut?.direction === direction ? this.#cut.bytes - this.#passed[direction] : Infinity;
    this.#passed[direction] += chunk.length - first;
    if (chunk.length - first < left) pour(from, to, chunk);
    else to.write(chunk.subarray(0, first + left), () => this.cut());
  }

  /** What of it may pass now; the rest comes again. */
  #pace(direction: Direction, chunk: Buffer): Buffer {
    const bytesPerSecond = this.#bytesPerSecond();
    if (direction === 'to container' || bytesPerSecond === Infinity) return chunk;
    const [from] = this.#sockets[direction];
    const piece = chunk.subarray(0, PIECE_BYTES_MAX);
    from.pause();
    if (piece.length < chunk.length) from.unshift(chunk.subarray(piece.length));
    if (bytesPerSecond > 0) setTimeout(() => from.resume(), (piece.length / bytesPerSecond) * 1000);
    return piece;
  }
}

function pour(from: Socket, to: Socket, chunk: Buffer): void {
  if (to.write(chunk)) return;
  from.pause();
  to.once('drain', () => from.resume());
}

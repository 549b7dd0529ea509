import { StreamBroken } from './stream-broken.ts';

/** The framing of docs/stream.md, which is yamux's. */
export const FLAG = { syn: 1, ack: 2, fin: 4, rst: 8, stderr: 16 } as const;
export const PAYLOAD_BYTES_MAX = 16_384;

const HEADER_BYTES = 12;
const TYPE = { data: 0, window: 1 } as const;
const FLAGS_KNOWN = FLAG.syn | FLAG.ack | FLAG.fin | FLAG.rst | FLAG.stderr;

export interface FrameSinks {
  /** A frame has begun. `bytes`: of data to follow; 0 with a window update. */
  readonly begin: (stream: number, flags: number, bytes: number) => void;
  /** A piece of a frame's data, which is only lent. */
  readonly data: (stream: number, piece: Uint8Array) => void;
  readonly window: (stream: number, delta: number) => void;
  /** All of the frame was handed on. */
  readonly end: (stream: number, flags: number) => void;
}

export function dataFrame(stream: number, payload: Uint8Array, flags = 0): Buffer {
  const frame = Buffer.allocUnsafe(HEADER_BYTES + payload.length);
  writeHeader(frame, { type: TYPE.data, flags, stream, length: payload.length });
  frame.set(payload, HEADER_BYTES);
  return frame;
}

export function windowFrame(stream: number, delta: number, flags = 0): Buffer {
  const frame = Buffer.allocUnsafe(HEADER_BYTES);
  writeHeader(frame, { type: TYPE.window, flags, stream, length: delta });
  return frame;
}

/**
 * Takes frames apart, in whatever pieces they come, holding no more than a header.
 * `push` throws `StreamBroken` where a header is none, and whatever a sink throws.
 */
export function createFrameReader(sinks: FrameSinks): { push(chunk: Uint8Array): void } {
  const header = Buffer.alloc(HEADER_BYTES);
  let headerBytes = 0;
  let dataBytes = 0;
  let stream = 0;
  let flags = 0;

  function finish(): void {
    headerBytes = 0;
    sinks.end(stream, flags);
  }

  function readHeader(chunk: Uint8Array, offset: number): number {
    const taken = Math.min(HEADER_BYTES - headerBytes, chunk.length - offset);
    header.set(chunk.subarray(offset, offset + taken), headerBytes);
    headerBytes += taken;
    if (headerBytes < HEADER_BYTES) return taken;
    const type = header[1];
    const length = header.readUInt32BE(8);
    flags = header.readUInt16BE(2);
    stream = header.readUInt32BE(4);
    if (header[0] !== 0) throw new StreamBroken(`a frame of version ${header[0]}`);
    if ((flags & ~FLAGS_KNOWN) !== 0) throw new StreamBroken(`a frame with flags ${flags}`);
    if (type === TYPE.window) {
      sinks.begin(stream, flags, 0);
      sinks.window(stream, length);
      finish();
    } else if (type === TYPE.data && length <= PAYLOAD_BYTES_MAX) {
      sinks.begin(stream, flags, length);
      dataBytes = length;
      if (dataBytes === 0) finish();
    } else {
      throw new StreamBroken(`a frame of type ${type} and length ${length}`);
    }
    return taken;
  }

  function readData(chunk: Uint8Array, offset: number): number {
    const piece = chunk.subarray(offset, offset + dataBytes);
    dataBytes -= piece.length;
    sinks.data(stream, piece);
    if (dataBytes === 0) finish();
    return piece.length;
  }

  return {
    push(chunk) {
      for (let offset = 0; offset < chunk.length;)
        offset += dataBytes === 0 ? readHeader(chunk, offset) : readData(chunk, offset);
    },
  };
}

interface Header {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly length: number;
}

function writeHeader(frame: Buffer, { type, flags, stream, length }: Header): void {
  frame[0] = 0;
  frame[1] = type;
  frame.writeUInt16BE(flags, 2);
  frame.writeUInt32BE(stream, 4);
  frame.writeUInt32BE(length, 8);
}

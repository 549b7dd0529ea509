const HEADER_BYTES = 8;
const STDOUT = 1;
const STDERR = 2;

export interface StreamSinks {
  readonly stdout: (chunk: Uint8Array) => void;
  readonly stderr: (chunk: Uint8Array) => void;
}

/**
 * Takes the engine's multiplexed stream apart. A frame begins with one byte of stream number, three of nothing and four
 * of length. Chunks are handed on as they come, without copying or waiting for a whole frame. `push` returns false once
 * a header isn't one; nothing after it can be trusted.
 */
export function createDemultiplexer({ stdout, stderr }: StreamSinks): { push(chunk: Uint8Array): boolean } {
  const header = new Uint8Array(HEADER_BYTES);
  const headerView = new DataView(header.buffer);
  let headerBytes = 0;
  let bodyBytes = 0;
  let broken = false;

  function readHeader(chunk: Uint8Array, offset: number): number {
    const taken = Math.min(HEADER_BYTES - headerBytes, chunk.length - offset);
    header.set(chunk.subarray(offset, offset + taken), headerBytes);
    headerBytes += taken;
    if (headerBytes < HEADER_BYTES) return taken;
    broken = header[0] !== STDOUT && header[0] !== STDERR;
    bodyBytes = headerView.getUint32(4);
    return taken;
  }

  function readBody(chunk: Uint8Array, offset: number): number {
    const body = chunk.subarray(offset, offset + bodyBytes);
    bodyBytes -= body.length;
    if (bodyBytes === 0) headerBytes = 0;
    if (header[0] === STDOUT) stdout(body);
    else stderr(body);
    return body.length;
  }

  return {
    push(chunk) {
      let offset = 0;
      while (!broken && offset < chunk.length)
        offset += headerBytes < HEADER_BYTES ? readHeader(chunk, offset) : readBody(chunk, offset);
      return !broken;
    },
  };
}

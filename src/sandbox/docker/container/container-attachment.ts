import type { Duplex } from 'node:stream';
import type { Attachment } from '../../stream/attachment.ts';
import { createDemultiplexer } from './demultiplexer.ts';

/**
 * A container's attached streams. They are never paused: a stream that isn't read blocks the engine's `wait`, and what
 * may come is bounded by the windows that were granted.
 */
export function attachmentTo(stream: Duplex, stderr: (chunk: Uint8Array) => void): Attachment {
  // An error is followed by `close`; the listener only keeps it from being thrown.
  stream.on('error', () => undefined);
  return {
    listen({ received, drained, closed }) {
      const demultiplexer = createDemultiplexer({ stdout: received, stderr });
      const close = () => {
        stream.destroy();
        closed();
      };
      stream.on('data', (chunk: Uint8Array) => {
        if (!demultiplexer.push(chunk)) stream.destroy();
      });
      stream.on('drain', drained);
      stream.once('end', close).once('close', close);
      if (stream.destroyed) close();
    },
    write(bytes) {
      if (stream.writable) stream.write(bytes);
    },
    get waitingBytes() {
      return stream.writableLength;
    },
    destroy() {
      stream.destroy();
    },
  };
}

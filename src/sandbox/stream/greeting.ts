import type { Randomness } from '../../platform/randomness.ts';
import { StreamBroken } from './stream-broken.ts';

const NONCE_BYTES = 16;
const MAGIC = Buffer.from('BPS1');
const MARK_BYTES = MAGIC.length + NONCE_BYTES;
const GREETING_BYTES = MARK_BYTES + 16;
/** What a container can have had on its way when somebody attached to it. */
const SKIPPED_BYTES_MAX = 8 * 1024 * 1024;

/** Without the magic in it: what begins within a greeting would be taken for another one. */
export function drawNonce(random: Randomness): Uint8Array {
  for (;;) {
    const nonce = Buffer.from(random.bytes(NONCE_BYTES));
    if (!nonce.includes(MAGIC)) return nonce;
  }
}

/** What the program begins with. */
export interface Greeting {
  readonly nonce: Uint8Array;
  /** Bytes that it takes of each connection, and of output, before it grants more. */
  readonly connectionWindow: number;
  readonly outputWindow: number;
  /** Bytes of output that it has. */
  readonly outputKept: number;
}

/** What the supervisor answers. */
export interface Answer {
  readonly connectionWindow: number;
  readonly connectionsMax: number;
  /** Bytes of output before the next one that it will send. */
  readonly outputFrom: number;
}

export function encodeGreeting({ nonce, connectionWindow, outputWindow, outputKept }: Greeting): Buffer {
  const bytes = Buffer.alloc(GREETING_BYTES);
  bytes.set(MAGIC);
  bytes.set(nonce, MAGIC.length);
  bytes.writeUInt32BE(connectionWindow, MARK_BYTES);
  bytes.writeUInt32BE(outputWindow, MARK_BYTES + 4);
  bytes.writeBigUInt64BE(BigInt(outputKept), MARK_BYTES + 8);
  return bytes;
}

/**
 * Finds the supervisor's answer behind whatever was on its way before. `push` gives the answer and what came behind it,
 * once; it throws `StreamBroken` where too much comes before it, or where it makes no sense.
 */
export function createAnswerReader(nonce: Uint8Array): {
  push(chunk: Uint8Array): { readonly answer: Answer; readonly rest: Uint8Array } | undefined;
} {
  const mark = Buffer.concat([MAGIC, nonce]);
  let held = Buffer.alloc(0);
  let skipped = 0;
  return {
    push(chunk) {
      const bytes = Buffer.concat([held, chunk]);
      const place = bytes.indexOf(mark);
      if (place >= 0 && bytes.length >= place + GREETING_BYTES)
        return {
          answer: readAnswer(bytes.subarray(place + MARK_BYTES, place + GREETING_BYTES)),
          rest: bytes.subarray(place + GREETING_BYTES),
        };
      // The last bytes may be the beginning of the mark.
      const heldFrom = place >= 0 ? place : Math.max(0, bytes.length - MARK_BYTES + 1);
      skipped += heldFrom;
      if (skipped > SKIPPED_BYTES_MAX) throw new StreamBroken('no answer to the greeting');
      held = Buffer.from(bytes.subarray(heldFrom));
      return undefined;
    },
  };
}

function readAnswer(bytes: Buffer): Answer {
  const outputFrom = bytes.readBigUInt64BE(8);
  if (outputFrom > BigInt(Number.MAX_SAFE_INTEGER)) throw new StreamBroken('an answer that makes no sense');
  return {
    connectionWindow: bytes.readUInt32BE(0),
    connectionsMax: bytes.readUInt32BE(4),
    outputFrom: Number(outputFrom),
  };
}

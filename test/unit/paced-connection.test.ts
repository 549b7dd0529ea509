import { Duplex } from 'node:stream';
import { expect, it } from 'vitest';
import { PacedConnection } from '../../src/service/paced-connection.ts';
import { createLoopTurns } from '../../src/service/loop-turns.ts';
import { systemClock } from '../../src/platform/system-clock.ts';

/** What the other side sent, and its end in the moment after the last byte was taken. */
class EndsAtOnce extends Duplex {
  override _read(): void {
    // Everything is there from the beginning.
  }

  override read(size?: number): Buffer | null {
    const taken = super.read(size) as Buffer | null;
    if (taken && this.readableLength === 0)
      process.nextTick(() => {
        this.push(null);
        super.read(0);
      });
    return taken;
  }
}

it.each([1, 1024, 1025, 1500, 2048, 5000])(
  'a connection of %i bytes hands on all of them before its end, however soon that comes',
  async (length) => {
    const inner = new EndsAtOnce();
    const connection = new PacedConnection(inner, {
      clock: systemClock(),
      pace: { take: () => true, pauseMs: () => 0 },
      turns: createLoopTurns(),
      patienceMs: 1000,
    });
    inner.push(Buffer.alloc(length, 'x'));
    let bytes = 0;
    for await (const piece of connection) bytes += (piece as Buffer).byteLength;
    expect(bytes).toBe(length);
  },
);

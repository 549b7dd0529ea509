import type { Duplex } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';

import { Dice } from '../../../../src/simulation/dice.ts';
import { dataFrame, windowFrame } from '../../../../src/sandbox/stream/frame.ts';
import { Session } from '../../../../src/sandbox/stream/session.ts';
import { StreamBroken } from '../../../../src/sandbox/stream/stream-broken.ts';
import { streamExample } from '../../../helpers/stream-examples.ts';

/** More, for a night: `BP_FUZZ_FRAMES=10000000 npx vitest run --project unit test/unit/sandbox/stream/session-fuzz.test.ts`. */
const FRAMES = Number(process.env['BP_FUZZ_FRAMES'] ?? 50_000);
const FRAMES_PER_TURN = 200;
const NONCE = Uint8Array.from({ length: 16 }, (_, index) => index);
const MB = 1_048_576;

type Draw = (most: number) => number;

/** A frame that a hostile container may send: mostly near the rules, sometimes far from them. */
function frameFrom(draw: Draw, next: number): Buffer {
  const isNear = draw(299) > 0;
  const stream = isNear ? Math.max(5, next - 2 * draw(70)) : [1, 3, draw(100), draw(2 ** 32 - 1)][draw(3)]!;
  const flags = isNear ? [0, 8, 4][Math.max(0, draw(60) - 58)]! : draw(31);
  if (isNear && (next === 5 || draw(9) === 0)) return windowFrame(next, 0, 1);
  if (isNear && (stream === next || flags === 8)) return windowFrame(Math.min(stream, next - 2), draw(1000), flags);
  const size = [1, draw(20), draw(100), draw(16_384)][Math.max(0, draw(60) - 57)]!;
  const frame = dataFrame(stream, Buffer.alloc(size, 'x'), flags);
  if (!isNear) frame[draw(frame.length - 1)] = draw(255);
  return isNear ? frame : frame.subarray(0, draw(frame.length));
}

/** What a service may do with a connection. */
function use(connection: Duplex, draw: Draw): void {
  const choice = draw(5);
  connection.on('error', () => undefined);
  if (choice === 0) connection.resume();
  else if (choice === 1) connection.end('HTTP/1.1 200 OK\r\n\r\n');
  else if (choice === 2) connection.write(Buffer.alloc(100_000));
  else if (choice === 3) connection.pipe(connection);
  else if (choice === 4) connection.destroy();
}

describe('a session under whatever a container may send', () => {
  it(`takes ${FRAMES} frames, refuses what breaks the rules, and holds no more than its windows`, async () => {
    const dice = new Dice('hostile frames');
    const draw: Draw = (most) => dice.whole(0, most);
    const totals = { sessions: 0, frames: 0, broken: 0, connections: 0 };
    let heldMost = 0;
    const before = process.memoryUsage().arrayBuffers;
    while (totals.frames < FRAMES) {
      let written = 0;
      let next = 5;
      const session = new Session({
        nonce: NONCE,
        outputKept: 0,
        outlet: { write: (bytes) => void (written += bytes.length), waitingBytes: 0 },
        sinks: {
          answered: () => undefined,
          said: () => undefined,
          printed: () => (draw(3) === 0 ? turn() : Promise.resolve()),
          connected(connection) {
            totals.connections += 1;
            next += 2;
            use(connection, draw);
          },
        },
      });
      session.take(streamExample('supervisor answers'));
      try {
        for (let turns = 0; turns < 20; turns++) {
          for (let count = 0; count < FRAMES_PER_TURN; count++) {
            totals.frames += 1;
            session.take(frameFrom(draw, next));
          }
          await turn();
        }
      } catch (error) {
        expect(error).toBeInstanceOf(StreamBroken);
        totals.broken += 1;
      }
      if (totals.sessions++ % 50 === 0) heldMost = Math.max(heldMost, process.memoryUsage().arrayBuffers - before);
      session.close();
      await turn();
    }
    expect(totals.broken).toBeGreaterThan(FRAMES / 10_000);
    expect(totals.connections).toBeGreaterThan(FRAMES / 1000);
    // Garbage that isn't collected yet included.
    expect(heldMost).toBeLessThan(256 * MB);
  });
});

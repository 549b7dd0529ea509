import { get, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import Fastify from 'fastify';
import { expect, it } from 'vitest';
import { callerDecorator } from '../../../src/service/identity.ts';
import { relayed } from '../../../src/service/relayed.ts';
import { systemClock } from '../../../src/platform/system-clock.ts';

const PIECE = 'x'.repeat(65_536);
const PIECES = 200;

it('a stream whose reader is slow holds on to nothing for each time that it waited', async () => {
  let raw: ServerResponse | undefined;
  let most = 0;
  async function* events(): AsyncGenerator<string> {
    for (let piece = 0; piece < PIECES; piece++) {
      most = Math.max(most, raw!.listenerCount('close'));
      yield PIECE;
    }
  }
  const answer = { events: events(), removed: [], tokensLeft: () => 0 };
  const handler = relayed(async () => ({ ok: true, value: answer }), { clock: systemClock(), stalledMs: 60_000 });
  const app = Fastify();
  app.decorateRequest(callerDecorator, null);
  app.get('/', (request, reply) => {
    raw = reply.raw;
    return handler(request, reply);
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo;

  const bytes = await new Promise<number>((resolve, reject) => {
    get({ port, host: '127.0.0.1', agent: false }, (response) => {
      void (async () => {
        let read = 0;
        for await (const chunk of response) {
          read += (chunk as Buffer).length;
          await sleep(1);
        }
        return read;
      })().then(resolve, reject);
    }).on('error', reject);
  });
  await app.close();
  expect(bytes).toBe(PIECES * PIECE.length);
  expect(most).toBeLessThan(10);
});

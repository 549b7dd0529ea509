import { once } from 'node:events';
import { connect } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUNDLE, openTestService, type TestAgent, type TestService } from '../../helpers/service-client.ts';

let test: TestService;
let ann: TestAgent;

beforeAll(async () => {
  test = await openTestService({ overrides: ['service.request_timeout_ms=120000'] });
  ann = await test.agent('ann');
});
afterAll(() => test.close());

/** The answer to what is sent so, each byte by itself and some turns of the loop apart, until the connection ends. */
async function answered(text: string): Promise<string> {
  const socket = connect(ann.socketPath);
  socket.setNoDelay(true);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  const closed = once(socket, 'close');
  for (const byte of Buffer.from(text)) {
    await new Promise((resolve) => socket.write(Buffer.of(byte), resolve));
    await turn();
  }
  await closed;
  return Buffer.concat(chunks).toString();
}

function bid(headers: string, body: string): string {
  const own = `Authorization: Bearer ${ann.token}\r\nContent-Type: application/json\r\nConnection: close`;
  return `POST /market/bid HTTP/1.1\r\n${own}\r\n${headers}\r\n\r\n${body}`;
}

describe('a request of which each byte comes by itself', () => {
  // Blank lines in a body look like the end of a head.
  const payload = `${'\n\r\n'.repeat(20)}${'é\u{1f600}'.repeat(100)}${'\n\n'.repeat(20)}`;
  const body = (amount: number) => `\r\n\r\n${JSON.stringify({ bundle: BUNDLE, amount, payload }, null, 1)}\n\n`;
  const kept = () => ann.get('/market/bids').then((answer) => JSON.stringify(answer.body));

  it('is taken whole, by its length', async () => {
    const text = body(20);
    expect(await answered(bid(`Content-Length: ${Buffer.byteLength(text)}`, text))).toMatch(/^HTTP\/1\.1 201 /);
    expect(await kept()).toContain('"amount":20');
  });

  it('is taken whole, in chunks of one byte', async () => {
    const letters = body(21).replace(/[^\x20-\x7e\s]/gu, '?');
    const text = letters.replace(/[\s\S]/g, (letter) => `1\r\n${letter}\r\n`);
    expect(await answered(bid('Transfer-Encoding: chunked', `${text}0\r\n\r\n`))).toMatch(/^HTTP\/1\.1 201 /);
    expect(await kept()).toContain('"amount":21');
  });

  it('counts once', () => {
    // The two above, and the two looks at what became of them.
    expect(test.service.requestsOf(ann.executionId)).toBe(4);
  });
});

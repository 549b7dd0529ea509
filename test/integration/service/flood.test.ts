import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTestService, type TestAgent, type TestService } from '../../helpers/service-client.ts';

let test: TestService;
let flooder: TestAgent;
const sockets: Socket[] = [];

const LIMITS = {
  requests_per_second_max: 20,
  request_burst_max: 40,
  connections_max: 8,
  idle_timeout_ms: 300,
  request_timeout_ms: 600,
};

beforeEach(async () => {
  test = await openTestService({
    overrides: Object.entries(LIMITS).map(([key, value]) => `service.${key}=${value}`),
  });
  flooder = await test.agent('flooder');
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await test.close();
});

function open(agent: TestAgent = flooder): Socket {
  const socket = connect({ path: agent.socketPath, allowHalfOpen: true });
  socket.on('error', () => undefined);
  sockets.push(socket);
  return socket;
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
/** Our own side stays open: it has to be the service that ends it. */
const closed = (socket: Socket) =>
  new Promise((resolve) => socket.resume().once('end', resolve).once('close', resolve));

/** How many requests the pace allows from now to the time of the call: on a busy machine it gives back more meanwhile. */
function paceFromNow(): () => number {
  const began = performance.now();
  const perMs = LIMITS.requests_per_second_max / 1000;
  return () => LIMITS.request_burst_max + perMs * (performance.now() - began);
}

/** What came back so far. */
function answersOf(socket: Socket): { statuses: () => string[]; text: () => string } {
  let text = '';
  socket.on('data', (chunk) => (text += chunk.toString()));
  return {
    statuses: () => [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status ?? ''),
    text: () => text,
  };
}

describe('a flood', () => {
  it('is answered 429 with the limit, and then not read at all until it is paid off', async () => {
    const given = paceFromNow();
    const socket = open();
    const { statuses, text } = answersOf(socket);
    socket.write('GET /execution HTTP/1.1\r\n\r\n'.repeat(20_000));
    while (!text().includes('too_many_requests')) await pause(20);
    await pause(500);
    const early = statuses();
    expect(early.filter((status) => status === '401').length).toBeLessThanOrEqual(given());
    expect(early.filter((status) => status === '429').length).toBeGreaterThan(0);
    expect(early.length).toBeLessThan(160);
    expect(text()).toContain('"code":"too_many_requests"');
    expect(text().toLowerCase()).toContain('retry-after: 1');
    expect(test.service.requestsOf(flooder.executionId)).toBe(early.length);
  });

  it('through new connections counts each of them', async () => {
    const given = paceFromNow();
    let answered = 0;
    while ((await flooder.get('/execution')).status === 200) answered++;
    expect(answered).toBeLessThanOrEqual(given());
  });

  it('is over when the execution waits', async () => {
    while ((await flooder.get('/execution')).status === 200);
    await pause(1000);
    expect((await flooder.get('/execution')).status).toBe(200);
  });

  it('takes one request in a turn of the event loop, however many connections send it', async () => {
    for (let count = 0; count < 8; count++) open().write('GET /execution HTTP/1.1\r\n\r\n'.repeat(500));
    let last = 0;
    let most = 0;
    for (let looked = 0; looked < 500; looked++) {
      await new Promise((resolve) => setImmediate(resolve));
      const requests = test.service.requestsOf(flooder.executionId);
      most = Math.max(most, requests - last);
      last = requests;
    }
    expect(last).toBeGreaterThan(20);
    expect(most).toBeLessThanOrEqual(2);
  });

  it('leaves the requests of others as they are', async () => {
    const other = await test.agent('other');
    const socket = open();
    const timer = setInterval(() => socket.write('GET /execution HTTP/1.1\r\n\r\n'.repeat(3000)), 5);
    try {
      for (let count = 0; count < 15; count++) expect((await other.get('/execution')).status).toBe(200);
    } finally {
      clearInterval(timer);
    }
    expect(test.service.requestsOf(flooder.executionId)).toBeLessThan(300);
  });
});

describe('a connection', () => {
  it('over the limit is closed, and one that ends makes room', async () => {
    const held = Array.from({ length: 8 }, () => open());
    await Promise.all(held.map((socket) => new Promise((resolve) => socket.once('connect', resolve))));
    await closed(open());
    held[0]?.destroy();
    await pause(50);
    expect((await flooder.get('/execution')).status).toBe(200);
  });

  it('that sends nothing is closed', async () => {
    await closed(open());
  });

  it('that waits too long for a further request is closed', async () => {
    const socket = open();
    const { statuses } = answersOf(socket);
    socket.write(`GET /execution HTTP/1.1\r\nAuthorization: Bearer ${flooder.token}\r\n\r\n`);
    await closed(socket);
    expect(statuses()).toEqual(['200']);
  });

  it('whose answers are never read is closed', async () => {
    const socket = open();
    socket.pause();
    const request = `GET /openapi.json HTTP/1.1\r\nAuthorization: Bearer ${flooder.token}\r\n\r\n`;
    socket.write(request.repeat(30));
    // In the end nothing more can be sent to it.
    const failed = new Promise((resolve) => socket.once('error', resolve));
    const writing = setInterval(() => socket.write(request), 300);
    await failed;
    clearInterval(writing);
  });
});

describe('what is no request of this service', () => {
  it('is refused by name: CONNECT, an expectation, and an upgrade', async () => {
    const cases = [
      ['CONNECT example.org:443 HTTP/1.1\r\n\r\n', '400'],
      ['GET /execution HTTP/1.1\r\nExpect: miracles\r\nConnection: close\r\n\r\n', '400'],
      ['GET /execution HTTP/1.1\r\nUpgrade: websocket\r\nConnection: upgrade, close\r\n\r\n', '401'],
    ] as const;
    for (const [bytes, status] of cases) {
      const socket = open();
      const { statuses, text } = answersOf(socket);
      socket.write(bytes);
      await closed(socket);
      expect(statuses()).toEqual([status]);
      expect(text()).toContain('application/problem+json');
    }
  });

  it('is told at once where it announces more than a body may have', async () => {
    const socket = open();
    const { statuses, text } = answersOf(socket);
    const ended = closed(socket);
    const head = `POST /market/bid HTTP/1.1\r\nAuthorization: Bearer ${flooder.token}\r\nContent-Type: application/json`;
    socket.write(`${head}\r\nContent-Length: 3000000000\r\n\r\n{`);
    await pause(200);
    expect(statuses()).toEqual(['413']);
    expect(text().toLowerCase()).toContain('connection: close');
    await ended;
    await pause(LIMITS.request_timeout_ms);
    const failed = new Promise((resolve) => socket.once('error', resolve));
    socket.write('more');
    await failed;
  });
});

import { duplexPair, type Duplex } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ServedRun } from '../../../src/service/endpoint.ts';
import { fakeClock } from '../../helpers/fake-clock.ts';
import { runningAgent } from '../../helpers/economy.ts';
import { openTestService, type TestService } from '../../helpers/service-client.ts';

const LIMITS = {
  connections_max: 2,
  concurrent_requests_max: 1,
  idle_timeout_ms: 5000,
  request_timeout_ms: 300,
};
const clock = fakeClock();

let test: TestService;
let executionId: number;
let request: string;
/** A bid of which there is only the beginning. */
let halfBid: string;

beforeEach(async () => {
  const overrides = Object.entries(LIMITS).map(([key, value]) => `service.${key}=${value}`);
  test = await openTestService({ overrides, clock });
  const { execution, token } = runningAgent(test.economy, 'ann');
  executionId = execution.id;
  const authorization = `Authorization: Bearer ${token}\r\n`;
  request = `GET /execution HTTP/1.1\r\n${authorization}\r\n`;
  halfBid = `POST /market/bid HTTP/1.1\r\n${authorization}Content-Type: application/json\r\nContent-Length: 9\r\n\r\n{`;
});
afterEach(() => test.close());

/** An execution whose connections are streams and nothing else, such as a container's. */
function streamedRun(requests = 0) {
  const kept: number[] = [];
  let accept: ((connection: Duplex) => void) | undefined;
  const run: ServedRun = {
    serve: (accepted) => (accept = accepted),
    requests,
    keepRequests: (count) => kept.push(count),
    usedCpuMs: () => Promise.resolve(undefined),
    takeFiles: () => Promise.reject(new Error('there are no files')),
  };
  return {
    run,
    kept,
    /** The agent's end of a new connection, and the other one, which the service was given. */
    connect: () => {
      const [agent, handed] = duplexPair();
      agent.on('error', () => undefined);
      accept?.(handed);
      return { agent, handed };
    },
  };
}

function opened(requests?: number) {
  const streamed = streamedRun(requests);
  return { ...streamed, endpoint: test.service.openEndpoint(executionId, streamed.run) };
}

const turns = async (count = 20) => {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
};

/** What comes back until one answer is there whole. */
async function answerOf(agent: Duplex): Promise<{ status: number; body: Record<string, unknown> }> {
  let text = '';
  const data = (chunk: Buffer) => (text += chunk.toString());
  agent.on('data', data);
  for (;;) {
    const [head = '', body = ''] = text.split('\r\n\r\n');
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? NaN);
    if (body.length >= length) {
      agent.off('data', data);
      return { status: Number(head.split(' ')[1]), body: JSON.parse(body) as Record<string, unknown> };
    }
    await turns(1);
  }
}

async function textUntilEnd(agent: Duplex): Promise<string> {
  let text = '';
  for await (const chunk of agent) text += String(chunk);
  return text;
}

const closeOf = (stream: Duplex) => new Promise((resolve) => stream.once('close', resolve));

describe('the requests of an execution', () => {
  it('are counted on from those of an earlier process, and each is kept', async () => {
    const { connect, kept, endpoint } = opened(5);
    expect(test.service.requestsOf(executionId)).toBe(5);
    const { agent } = connect();
    agent.write(request);
    expect((await answerOf(agent)).body).toMatchObject({ used: { requests: 6 } });
    agent.write('GET /nowhere HTTP/1.1\r\n\r\n');
    expect(await answerOf(agent)).toMatchObject({ status: 404 });
    expect(kept).toEqual([6, 7]);
    expect(endpoint.requests).toBe(7);
  });

  it('that an endpoint before has counted are not those of the next', async () => {
    const before = opened();
    const { agent, handed } = before.connect();
    agent.write(request);
    await answerOf(agent);
    const { run } = streamedRun(3);
    test.service.openEndpoint(executionId, run);
    expect(handed.destroyed).toBe(true);
    before.endpoint.close();
    expect(test.service.requestsOf(executionId)).toBe(3);
    test.service.closeEndpoint(executionId);
    expect(test.service.requestsOf(executionId)).toBe(0);
  });
});

describe('a connection', () => {
  it('over the limit is destroyed, and one that is over makes room', async () => {
    const { connect } = opened();
    const held = [connect(), connect()];
    const over = connect();
    expect(over.handed.destroyed).toBe(true);
    expect(held.map(({ handed }) => handed.destroyed)).toEqual([false, false]);
    held[0]?.handed.destroy();
    await turns();
    const { agent } = connect();
    agent.write(request);
    expect(await answerOf(agent)).toMatchObject({ status: 200 });
  });

  it('that was over before it was handed over holds no place', async () => {
    let accept: (connection: Duplex) => void = () => undefined;
    test.service.openEndpoint(executionId, { ...streamedRun().run, serve: (accepted) => (accept = accepted) });
    const over = Array.from({ length: LIMITS.connections_max }, () => duplexPair()[0].destroy());
    await turns();
    over.forEach((connection) => accept(connection));
    const [agent, handed] = duplexPair();
    accept(handed);
    agent.write(request);
    expect(await answerOf(agent)).toMatchObject({ status: 200 });
  });

  it('on which a request takes too long gets 408 and its end', async () => {
    const { connect } = opened();
    for (const part of ['GET /exec', halfBid]) {
      const { agent } = connect();
      agent.write(part);
      expect(await textUntilEnd(agent)).toMatch(/^HTTP\/1.1 408 .*"request_timeout"/s);
    }
  });

  it('that sends nothing gets its end', async () => {
    const { agent, handed } = opened().connect();
    const closed = closeOf(handed);
    await textUntilEnd(agent);
    agent.end();
    await closed;
  });

  it('that waits too long for a further request is destroyed', async () => {
    const { agent, handed } = opened().connect();
    for (let count = 0; count < 3; count++) {
      agent.write(request);
      expect(await answerOf(agent)).toMatchObject({ status: 200 });
      await turns();
      clock.advance(LIMITS.idle_timeout_ms - 1);
      await turns();
      expect(handed.destroyed).toBe(false);
    }
    // Newer versions of Node add a second for what is on its way.
    clock.advance(1001);
    await turns();
    expect(handed.destroyed).toBe(true);
  });

  it('has no timer for each answer', async () => {
    const { agent } = opened().connect();
    const sleepers = clock.sleepers;
    for (let count = 0; count < 20; count++) {
      agent.write(request);
      await answerOf(agent);
    }
    expect(clock.sleepers - sleepers).toBeLessThanOrEqual(2);
  });

  it('whose answer is not taken is destroyed', async () => {
    const { agent, handed } = opened().connect();
    agent.pause();
    agent.write('GET /openapi.json HTTP/1.1\r\n\r\n'.repeat(3));
    await turns(200);
    expect(handed.destroyed).toBe(false);
    clock.advance(LIMITS.request_timeout_ms);
    await turns();
    expect(handed.destroyed).toBe(true);
  });

  it('that ends within a request gets one answer and its end', async () => {
    const { connect } = opened();
    for (const part of ['GET /exec', halfBid]) {
      const { agent, handed } = connect();
      const closed = closeOf(handed);
      agent.end(part);
      const text = await textUntilEnd(agent);
      expect(text.match(/HTTP\/1\.1 4\d\d /g), text).toHaveLength(1);
      await closed;
    }
  });

  it.each([undefined, new Error('broken')])(
    'that breaks within a request (%s) leaves nothing behind',
    async (error) => {
      const { connect } = opened();
      const { agent, handed } = connect();
      agent.write(halfBid);
      await turns();
      handed.destroy(error);
      await turns();
      const next = connect();
      next.agent.write(request);
      expect(await answerOf(next.agent)).toMatchObject({ status: 200 });
      expect(test.failures).toEqual([]);
    },
  );

  it('ends when the endpoint is closed, and none is taken after that', async () => {
    const { connect, endpoint } = opened();
    const { agent, handed } = connect();
    agent.write('GET /exec');
    await turns();
    endpoint.close();
    endpoint.close();
    expect(handed.destroyed).toBe(true);
    expect(connect().handed.destroyed).toBe(true);
  });
});

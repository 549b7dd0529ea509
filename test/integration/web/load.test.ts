import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import SqliteDatabase from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTestEconomy, type TestEconomy } from '../../helpers/economy.ts';
import { fakeClock, type FakeClock } from '../../helpers/fake-clock.ts';
import { PageClient } from '../../helpers/page-client.ts';
import { serveHome, type ServedHome } from '../../helpers/served-home.ts';

let economy: TestEconomy;
let server: ServedHome;
let client: PageClient;
// Each test has a server of its own: one that still closes the streams of the test before refuses and reads too much.
beforeEach(async () => {
  economy = openTestEconomy();
  server = await serveHome(economy);
  client = new PageClient(server.port);
  await client.enter(server.newEntryAddress());
  await client.openTab();
});
afterEach(async () => {
  await server.close();
  economy.close();
});

const CONNECTIONS = 2000;

/** A connection that says this and then waits; resolves with all that came back, once it is closed. */
function heldOpen(words: string): { readonly socket: Socket; readonly closed: Promise<string> } {
  const socket = connect(server.port, '127.0.0.1', () => socket.write(words));
  let text = '';
  socket.setEncoding('utf8').on('data', (piece: string) => (text += piece));
  const closed = new Promise<string>((resolve) => socket.on('error', () => undefined).on('close', () => resolve(text)));
  return { socket, closed };
}

describe('the server', () => {
  it('takes so many connections and no more, however many come, and then goes on', async () => {
    const most = economy.config.web.connections_max;
    let closed = 0;
    const held: Socket[] = [];
    for (let begun = 0; begun < CONNECTIONS; begun += 500) {
      const batch = Array.from({ length: 500 }, () => heldOpen(''));
      for (const one of batch) void one.closed.then(() => closed++);
      held.push(...batch.map(({ socket }) => socket));
      await Promise.all(
        batch.map(({ socket }) => new Promise((resolve) => socket.once('connect', resolve).once('close', resolve))),
      );
    }
    await expect.poll(() => CONNECTIONS - closed).toBeLessThanOrEqual(most);
    for (const socket of held) socket.destroy();
    await expect
      .poll(() =>
        client.ask('/api/now').then(
          ({ status }) => status,
          () => 0,
        ),
      )
      .toBe(200);
  });

  it('hangs up on who is slow to say what it wants, and on who stops in the middle', async () => {
    const host = `Host: 127.0.0.1:${server.port}\r\n`;
    const silent = heldOpen('');
    const slowHead = heldOpen(`GET /api/now HTTP/1.1\r\n${host}X-Slow: `);
    const dripping = setInterval(() => slowHead.socket.write('a'), 500);
    const slowBody = heldOpen(
      `POST /api/session HTTP/1.1\r\n${host}Origin: ${client.origin}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{`,
    );
    const begun = Date.now();
    const answers = await Promise.all([slowHead.closed, slowBody.closed, silent.closed]);
    clearInterval(dripping);
    expect(Date.now() - begun).toBeLessThan(40_000);
    for (const answer of answers.slice(0, 2)) expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('hangs up on who asks on before it was answered, and makes no pile of answers', async () => {
    const head = `Host: 127.0.0.1:${server.port}\r\nCookie: ${client.cookie}\r\nX-Bp-Tab: ${client.tab}\r\n\r\n`;
    for (const path of ['/app.js', '/api/now', '/nothing', '/%zz', '/api/events']) {
      const { closed } = heldOpen(`GET ${path} HTTP/1.1\r\n${head}`.repeat(50));
      expect((await closed).split('HTTP/1.1 ').length - 1).toBeLessThanOrEqual(1);
    }
    const streams = await Promise.all(Array.from({ length: 32 }, () => listening(client, 'agents')));
    expect(streams.map(({ status }) => status)).toEqual(Array.from({ length: 32 }, () => 200));
    for (const { stop } of streams) stop();
  });

  it('reads no head and no body beyond its limit', async () => {
    expect(await client.ask('/api/now', { headers: { 'x-long': 'a'.repeat(9000) } })).toMatchObject({ status: 431 });
    const long = { text: 'a'.repeat(300_000) };
    expect(await client.ask('/api/tab', { body: long })).toMatchObject({ status: 413, code: 'body_too_large' });
    expect(await client.ask('/api/tab', { body: '[', headers: { 'content-type': 'text/plain' } })).toMatchObject({
      status: 415,
      code: 'unsupported_media_type',
    });
    const deep = `{"challenge":${'['.repeat(50_000)}${']'.repeat(50_000)}}`;
    expect(await client.ask('/api/tab', { body: deep })).toMatchObject({ status: 400, code: 'too_deep' });
    expect(await client.ask(`/api/${'a/'.repeat(3000)}`)).toMatchObject({ status: 404, code: 'route_not_found' });
    expect(server.logged).toEqual([]);
  });
});

/** What a stream of events has said so far. */
async function listening(as: PageClient, view: string) {
  const stop = new AbortController();
  const answer = await fetch(`${as.origin}/api/events?view=${view}`, {
    headers: { cookie: as.cookie!, 'x-bp-tab': as.tab! },
    signal: stop.signal,
  });
  const messages: string[] = [];
  const reading = (async () => {
    const decoder = new TextDecoder();
    for await (const piece of answer.body!)
      messages.push(
        ...decoder
          .decode(piece as Uint8Array)
          .split('\n\n')
          .slice(0, -1)
          .filter((message) => message !== ':'),
      );
  })().catch(() => undefined);
  return { status: answer.status, messages, stop: () => stop.abort(), ended: reading };
}

/** Serves the page anew by a clock that only the test moves: what is told in a second is then the same on any machine. */
async function standStill(): Promise<FakeClock> {
  const clock = fakeClock();
  await server.close();
  server = await serveHome(economy, { clock });
  client = new PageClient(server.port);
  await client.enter(server.newEntryAddress());
  await client.openTab();
  return clock;
}

/** Lets this much time pass once the server waits for it, and waits until it has looked again. */
async function pass(clock: FakeClock, milliseconds: number): Promise<void> {
  await expect.poll(() => clock.sleepers, { interval: 1 }).toBe(1);
  clock.advance(milliseconds);
  await expect.poll(() => clock.sleepers, { interval: 1 }).toBe(1);
}

async function passUntil(clock: FakeClock, holds: () => boolean): Promise<void> {
  while (!holds()) {
    await pass(clock, 100);
    await sleep(1);
  }
}

/** Notes each statement that this process runs, in any database. */
function watchStatements() {
  const database = new SqliteDatabase(':memory:');
  const prototype = Object.getPrototypeOf(database.prepare('SELECT 1')) as Record<
    string,
    (...args: unknown[]) => unknown
  >;
  database.close();
  const run: string[] = [];
  const methods = ['get', 'all', 'run', 'iterate'] as const;
  const before = methods.map((method) => prototype[method]!);
  for (const [index, method] of methods.entries())
    prototype[method] = function (this: { readonly source: string }, ...args) {
      run.push(this.source);
      return before[index]!.apply(this, args);
    };
  return {
    /** Those since it was asked last. */
    run: () => run.splice(0),
    stop: () => methods.forEach((method, index) => (prototype[method] = before[index]!)),
  };
}

describe('a stream of events', () => {
  it('begins with the state of the moment, and says at most once a second that something changed', async () => {
    const clock = await standStill();
    // The second is answered when the server looks again.
    const opening = Promise.all([listening(client, 'now'), listening(client, 'agents')]);
    let opened = 0;
    void opening.then((streams) => (opened = streams.length));
    await passUntil(clock, () => opened > 0);
    const [live, other] = await opening;
    await passUntil(clock, () => live.messages.length > 0 && other.messages.length > 0);
    expect([live.messages.length, other.messages.length]).toEqual([1, 1]);
    expect(live.messages[0]).toMatch(/^event: live\ndata: \{"cycle":0,/);
    expect(other.messages[0]).toMatch(/^event: tick\ndata: \{"version":\d+\}$/);
    for (let change = 0; change < 25; change++) {
      server.deps.feed.note({ kind: 'resumed' });
      await pass(clock, 100);
    }
    await server.close();
    await Promise.all([live.ended, other.ended]);
    const count = other.messages.length - 1;
    expect(count).toBeGreaterThanOrEqual(1);
    expect(count).toBeLessThanOrEqual(3);
  });

  it('tells at once of a prompt that opens or ends', async () => {
    const clock = await standStill();
    const { feed } = server.deps;
    const stream = await listening(client, 'agents');
    await passUntil(clock, () => stream.messages.length > 0);
    for (let prompt = 1; prompt <= 8; prompt++) {
      feed.openPrompt = () => prompt;
      feed.note({ kind: 'resumed' });
      await pass(clock, 300);
    }
    await server.close();
    await stream.ended;
    // News of anything else in this time would be three at most.
    expect(stream.messages.length - 1).toBe(8);
  });

  it('is given to so many tabs and no more', async () => {
    const streams = await Promise.all(Array.from({ length: 40 }, () => listening(client, 'agents')));
    const [open, refused] = [200, 429].map((wanted) => streams.filter(({ status }) => status === wanted).length);
    expect([open, refused]).toEqual([32, 8]);
    for (const { stop } of streams) stop();
    await expect
      .poll(async () => {
        const again = await listening(client, 'agents');
        again.stop();
        return again.status;
      })
      .toBe(200);
  });

  it('reads nothing while nobody listens, and of a view that nobody looks at only whether anything has changed', async () => {
    const statements = watchStatements();
    await sleep(700);
    expect(statements.run()).toEqual([]);
    const other = await listening(client, 'agents');
    await expect.poll(() => other.messages.length).toBe(1);
    statements.run();
    const read = new Set<string>();
    const readSoFar = () => statements.run().reduce((all, statement) => all.add(statement), read);
    await expect.poll(() => readSoFar().size).toBeGreaterThanOrEqual(2);
    await sleep(1500);
    expect(readSoFar()).toEqual(new Set(['PRAGMA data_version', 'SELECT total_changes()']));
    other.stop();
    await other.ended;
    // As soon as the server has seen that it is gone.
    await expect
      .poll(async () => {
        statements.run();
        await sleep(700);
        return statements.run();
      })
      .toEqual([]);
    statements.stop();
  });
});

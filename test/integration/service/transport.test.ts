import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore } from '../../../src/store/store.ts';
import { BUNDLE, openTestService, type TestAgent, type TestService } from '../../helpers/service-client.ts';

let test: TestService;
let ann: TestAgent;

beforeEach(async () => {
  const limits = { body_bytes_max: 4096, header_bytes_max: 2048, request_timeout_ms: 1500, concurrent_requests_max: 3 };
  const overrides = Object.entries(limits).map(([key, value]) => `service.${key}=${value}`);
  test = await openTestService({ overrides: [...overrides, 'economy.spawn.files_bytes_max=8192'] });
  ann = await test.agent('ann');
});
afterEach(() => test.close());

/** What comes back for these bytes until the service closes the connection. */
function rawText(socketPath: string, bytes: string | Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    // As most clients do, it reads only when all is written.
    const socket = connect(socketPath, () => socket.write(bytes, () => socket.resume()));
    socket.pause();
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', reject);
    socket.on('close', () => resolve(Buffer.concat(chunks).toString()));
  });
}

async function raw(
  socketPath: string,
  bytes: string | Buffer,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const [head = '', body = ''] = (await rawText(socketPath, bytes)).split('\r\n\r\n');
  return { status: Number(head.split(' ')[1]), body: JSON.parse(body || '{}') as Record<string, unknown> };
}

function post(path: string, headers: Readonly<Record<string, string>>, body = ''): string {
  const lines = Object.entries({ Authorization: `Bearer ${ann.token}`, ...headers }).map(([k, v]) => `${k}: ${v}`);
  return [`POST ${path} HTTP/1.1`, ...lines, '', body].join('\r\n');
}

describe('a route', () => {
  it('that is not there is 404', async () => {
    for (const path of ['/', '/market', '/market/state/', '/Market/State', '//market/state', '/market/bid/', '/%zz'])
      expect((await ann.get(path)).body).toMatchObject({ status: 404, code: 'route_not_found' });
  });

  it('that takes another method is 405 and names what it takes', async () => {
    const cases: [string, string, string][] = [
      ['DELETE', '/market/state', 'GET, HEAD'],
      ['GET', '/market/bid', 'POST'],
      ['PUT', '/market/bid/bid_1', 'DELETE'],
      ['OPTIONS', '/economic/transfer?x=1', 'POST'],
      ['PROPFIND', '/openapi.json', 'GET, HEAD'],
    ];
    for (const [method, path, allow] of cases) {
      const answer = await ann.request({ method, path, body: '{' });
      expect(answer.body).toMatchObject({ status: 405, code: 'method_not_allowed' });
      expect(answer.headers.allow).toBe(allow);
    }
  });

  it('that takes GET takes HEAD', async () => {
    const answer = await ann.request({ method: 'HEAD', path: '/market/state' });
    expect(answer).toMatchObject({ status: 200, body: {} });
  });
});

describe('a body', () => {
  const tooLarge = JSON.stringify({ bundle: BUNDLE, amount: 20, payload: 'x'.repeat(4096) });

  it('over the limit is 413 with the limit, however it is sent', async () => {
    const problem = { status: 413, code: 'body_too_large', limit: 4096 };
    expect((await ann.post('/market/bid', tooLarge)).body).toMatchObject(problem);
    expect((await ann.post('/market/bid', 'x'.repeat(3_000_000))).body).toMatchObject(problem);
    const long = { 'Content-Type': 'application/json', 'Content-Length': '3000000' };
    expect((await raw(ann.socketPath, post('/market/bid', long, 'x'.repeat(3_000_000)))).body).toMatchObject(problem);
    const chunked = `${tooLarge.length.toString(16)}\r\n${tooLarge}\r\n0\r\n\r\n`;
    const headers = { 'Content-Type': 'application/json', 'Transfer-Encoding': 'chunked' };
    expect((await raw(ann.socketPath, post('/market/bid', headers, chunked))).body).toMatchObject(problem);
  });

  it('of a spawn may be larger by its files in base64', async () => {
    const limit = 4096 + Math.ceil((8192 * 4) / 3);
    const spawn = (content: string) => ({
      initial_credits: 200,
      first_bid: { bundle: BUNDLE, amount: 9 },
      files: [{ path: 'main.py', content, encoding: 'base64' }],
    });
    const full = Buffer.alloc(8192).toString('base64');
    expect((await ann.post('/social/spawn', spawn(full))).status).toBe(201);
    expect((await ann.post('/social/spawn', 'x'.repeat(limit + 1))).body).toMatchObject({ status: 413, limit });
  });

  it('must be JSON by name and in UTF-8', async () => {
    const body = JSON.stringify({ bundle: BUNDLE, amount: 20 });
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp', 'json', ''])
      expect((await ann.post('/market/bid', body, { 'content-type': type })).body).toMatchObject({
        status: 415,
        code: 'unsupported_media_type',
      });
    const latin = Buffer.from(JSON.stringify({ bundle: BUNDLE, amount: 20, payload: 'é' }), 'latin1');
    expect((await ann.post('/market/bid', latin)).body).toMatchObject({ status: 400, code: 'invalid_json' });
    const typed = { 'content-type': 'application/json; charset=utf-8' };
    expect((await ann.post('/market/bid', body, typed)).status).toBe(201);
  });

  it('that is absent is missed', async () => {
    expect((await ann.request({ method: 'POST', path: '/market/bid' })).body).toMatchObject({ code: 'invalid_json' });
  });
});

describe('a request', () => {
  it('that never ends is 408', async () => {
    const headers = { 'Content-Type': 'application/json', 'Content-Length': '100' };
    expect(await raw(ann.socketPath, post('/market/bid', headers, '{"amount":'))).toMatchObject({
      status: 408,
      body: { code: 'request_timeout', limit: 1500 },
    });
    expect(await raw(ann.socketPath, 'GET /market/state HTTP/1.1\r\n')).toMatchObject({ status: 408 });
  });

  it('whose headers are too large is 431', async () => {
    const answer = await raw(ann.socketPath, post('/market/bid', { 'X-Large': 'x'.repeat(2048) }));
    expect(answer).toMatchObject({ status: 431, body: { code: 'headers_too_large', limit: 2048 } });
  });

  it('that is malformed gets one answer and its connection’s end, however far it came', async () => {
    const type = { 'Content-Type': 'application/json' };
    const whole = 'GET /market/state HTTP/1.1\r\n\r\n';
    const malformed = {
      'an unknown coding': post('/market/bid', { ...type, 'Transfer-Encoding': 'gzip' }, '{}'),
      'an unknown coding, of somebody unknown': post('/market/bid', {
        Authorization: 'x',
        'Transfer-Encoding': 'gzip',
      }),
      'chunked not last': post('/market/bid', { ...type, 'Transfer-Encoding': 'chunked, gzip' }, '{}'),
      'a coding and a length': post('/market/bid', { 'Transfer-Encoding': 'chunked', 'Content-Length': '2' }, '{}'),
      'two lengths': post('/market/bid', { 'Content-Length': '2\r\nContent-Length: 3' }, '{}'),
      'a chunk without a size': post('/market/bid', { ...type, 'Transfer-Encoding': 'chunked' }, 'x\r\n'),
      'such a chunk where no route is': post('/nowhere', { ...type, 'Transfer-Encoding': 'chunked' }, 'x\r\n'),
      'such a chunk of somebody unknown': post(
        '/market/bid',
        { Authorization: 'x', 'Transfer-Encoding': 'chunked' },
        'x\r\n',
      ),
    };
    for (const [name, bytes] of Object.entries(malformed)) {
      const answer = await rawText(ann.socketPath, `${bytes}${whole}`);
      expect(answer.match(/HTTP\/1\.1 \d+/g), `${name}: ${answer}`).toHaveLength(1);
      expect(answer, name).toMatch(/^HTTP\/1\.1 4\d\d /);
    }
  });

  it('that is not HTTP is 400', async () => {
    for (const bytes of ['hello\r\n\r\n', 'GET / HTTP/9.9\r\n\r\n', '\u0016\u0003\u0001\u0000'])
      expect(await raw(ann.socketPath, bytes)).toMatchObject({ status: 400, body: { code: 'malformed_request' } });
  });

  it('needs no Host header', async () => {
    const answer = await raw(ann.socketPath, `GET /v1/models HTTP/1.1\r\nConnection: close\r\n\r\n`);
    expect(answer).toMatchObject({ status: 401 });
  });

  it('beside too many others is 429', async () => {
    const headers = { 'Content-Type': 'application/json', 'Content-Length': '100' };
    const slow = Array.from({ length: 3 }, () => raw(ann.socketPath, post('/market/bid', headers, '{')));
    while (test.service.requestsOf(ann.executionId) < 3) await new Promise((resolve) => setImmediate(resolve));
    const answer = await ann.get('/economic/balance');
    expect(answer.body).toMatchObject({ status: 429, code: 'too_many_requests', limit: 3 });
    expect(answer.headers['retry-after']).toBe('1');
    await Promise.all(slow);
    expect((await ann.get('/economic/balance')).status).toBe(200);
  });
});

describe('a failure of the service', () => {
  it('is an opaque 500 that names the request, and the cause is logged', async () => {
    const blocker = openStore({ path: test.economy.databasePath, create: false, now: 0 });
    test.economy.store.close();
    const answer = await ann.post('/market/bid', { bundle: BUNDLE, amount: 20 });
    blocker.close();
    expect(answer.body).toMatchObject({ status: 500, code: 'internal_error', instance: 'exe_1/1' });
    expect(JSON.stringify(answer.body)).not.toContain('database');
    expect(test.failures).toEqual([
      expect.objectContaining({ request: 'exe_1/1', route: '/market/bid', err: expect.any(Error) as unknown }),
    ]);
  });
});

describe('an endpoint', () => {
  it('leaves nothing when it is closed, twice even, with a request half sent', async () => {
    const open = raw(ann.socketPath, post('/market/bid', { 'Content-Length': '100' }, '{')).catch(() => undefined);
    while (test.service.requestsOf(ann.executionId) < 1) await new Promise((resolve) => setImmediate(resolve));
    await test.service.close();
    await test.service.close();
    await open;
    expect(test.failures).toEqual([]);
  });

  it('does not wait for one who answers an error with silence', async () => {
    const silent = connect({ path: ann.socketPath, allowHalfOpen: true });
    silent.on('error', () => undefined);
    silent.write('hello\r\n\r\n');
    await new Promise((resolve) => silent.once('data', resolve));
    await test.service.close();
    silent.destroy();
  });

  it('hangs up on one who answers an error with silence', async () => {
    const silent = connect({ path: ann.socketPath, allowHalfOpen: true });
    silent.write('hello\r\n\r\n');
    silent.resume();
    await new Promise((resolve) => silent.once('end', resolve));
    const failure = new Promise((resolve) => silent.once('error', resolve));
    silent.write('still here');
    expect(await failure).toMatchObject({ code: 'EPIPE' });
  });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { compileBp, runBp, type BpProgram } from '../../helpers/bp-command.ts';
import { needsCompiler } from '../../helpers/needs.ts';
import { seededRandomness } from '../../helpers/seeded-randomness.ts';

// Whatever comes instead of an answer, `bp` says one line or prints it, and touches no byte that isn't its own.

let program: BpProgram;
let server: Server;
let answer: string | Buffer = '';
const directory = mkdtempSync(join(tmpdir(), 'bp-hostile-'));

beforeEach((context) => {
  needsCompiler(context);
  program = compileBp();
});
beforeAll(async () => {
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  server.close();
  rmSync(directory, { recursive: true });
});

async function ask(given: string | Buffer, ...parameters: string[]) {
  answer = given;
  const { port } = server.address() as AddressInfo;
  const environment = {
    ASAN_OPTIONS: 'detect_leaks=0',
    BP_ENV: join(directory, 'env.json'),
    BP_SERVICE_URL: `http://127.0.0.1:${port}`,
    BP_EXECUTION_TOKEN: 'x',
  };
  const result = await runBp(program, parameters, { environment });
  expect(result.stderr).not.toMatch(/Sanitizer|runtime error/);
  expect([0, 1, 2, 3, 4]).toContain(result.status);
  expect(result.stderr.split('\n').length).toBe(result.status === 0 ? 1 : 2);
  return result;
}

const http = (body: string, head = '') => `HTTP/1.1 200 OK\r\n${head}\r\n${body}`;
const sized = (body: string) => http(body, `Content-Length: ${Buffer.byteLength(body)}\r\n`);

describe('an answer', () => {
  it('that is none, breaks off or is too large, is told with 3', async () => {
    for (const given of [
      '',
      'SSH-2.0-OpenSSH\r\n',
      'HTTP/1.1 200',
      'HTTP/2 200 OK\r\n\r\n',
      http('{}', 'Content-Length: 5\r\n'),
      http('{}', 'Content-Length: 99999999999999999999\r\n'),
      http('{}', 'Content-Length: -1\r\n'),
      http('', `X: ${'y'.repeat(70_000)}\r\n`),
      http('zz\r\n', 'Transfer-Encoding: chunked\r\n'),
      http('ffffffff\r\nabc', 'Transfer-Encoding: chunked\r\n'),
      http('5\r\nabc', 'Transfer-Encoding: chunked\r\n'),
    ])
      expect((await ask(given, 'balance')).status, given.slice(0, 60)).toBe(3);
    expect((await ask(sized('{"available":"x"}'), 'offer', 'cpu_seconds=1')).status).toBe(3);
  });

  it('in pieces, or to the end of the connection, is one', async () => {
    const whole = { status: 0, stdout: 'available 1.5\n', stderr: '' };
    expect(await ask(http('{"available":1.5}'), 'balance')).toEqual(whole);
    expect(
      await ask(http('8;x=y\r\n{"availa\r\n9\r\nble":1.5}\r\n0\r\n\r\n', 'transfer-encoding: Chunked\r\n'), 'balance'),
    ).toEqual(whole);
  });

  it('that is no JSON, or too deep, is printed as it came; nested ones are told to their depth', async () => {
    const deep = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
    expect((await ask(sized(deep(128)), 'balance')).stdout).toBe(`${'a.'.repeat(127)}a 1\n`);
    expect((await ask(sized(deep(129)), 'balance')).stdout).toBe(`${deep(129)}\n`);
    expect((await ask(sized('['.repeat(1_000_000)), 'balance', 'available')).status).toBe(3);
    expect((await ask(sized('{"a":[]}'), 'balance', 'a.0')).status).toBe(2);
  });

  it('with any name and any text makes no line of its own', async () => {
    const body = JSON.stringify({ 'a b.c\nd 1': 'x\ud800y\u0000\n', e: { '': '' } });
    expect((await ask(sized(body), 'balance')).stdout).toBe('a\\u0020b\\u002ec\\nd\\u00201 x\ufffdy\\u0000\\n\ne. -\n');
    const broken = Buffer.concat([Buffer.from(http('{"a":"')), Buffer.from([0xff, 0xc3, 0x28]), Buffer.from('"}')]);
    expect((await ask(broken, 'balance')).stdout).toBe('a \ufffd\ufffd(\n');
    const refusal = 'HTTP/1.1 409 Conflict\r\n\r\n{"code":"a\\nb","detail":"c\\u001b[2J","limit":[1]}';
    expect((await ask(refusal, 'balance')).stderr).toBe('a\\nb: c\\u001b[2J (limit [1])\n');
    expect((await ask('HTTP/1.1 500 Oh\r\n\r\nno\nJSON', 'balance')).stderr).toBe('status_500\n');
  });

  it.each(['1', '2'])('of any bytes ends bp in one of its ways: seed %i', async (seed) => {
    const random = seededRandomness(seed);
    const below = (most: number) => Buffer.from(random.bytes(4)).readUInt32LE() % most;
    const models = [
      sized('{"bids":[{"id":"bid_1","agent_id":"ann","bundle":{"cpu_seconds":1.5},"amount":1e-7}],"next_before":null}'),
      http('5\r\n{"a":\r\n3\r\n1.5\r\n1\r\n}\r\n0\r\n\r\n', 'Transfer-Encoding: chunked\r\n'),
      'HTTP/1.1 404 No\r\n\r\n{"code":"x","detail":"\\ud83d\\ude00","field":"y","limit":1}',
    ];
    writeFileSync(join(directory, 'env.json'), '{"agent_id":"ann","execution_context":{},"last_execution":null}');
    for (let round = 0; round < 40; round += 1) {
      const bytes = Buffer.from(models[round % models.length]!);
      for (let i = 0; i < 3; i += 1) bytes[below(bytes.length)] = below(256);
      await ask(bytes, ...[['bids'], ['balance', 'a'], ['live'], ['pending', 'id']][round % 4]!);
    }
  });
});

describe('a handshake', () => {
  it('that is none is told with 3', async () => {
    for (const written of ['', '[]', '{', '{"a":1}x', '"\ud83d"', '['.repeat(200)]) {
      writeFileSync(join(directory, 'env.json'), written);
      for (const command of ['state', 'receipts', 'answers', 'advice'])
        expect((await ask('', command)).status, `${command} ${written}`).toBe(3);
    }
  });
});

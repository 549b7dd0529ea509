import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeAgent, runWinners } from '../../helpers/economy.ts';
import { economyState } from '../../helpers/money.ts';
import { BUNDLE, openTestService, type TestAgent, type TestService } from '../../helpers/service-client.ts';

// What no honest client sends to POST /mcp. Whatever it is, the answer is clear and nothing changes.

let test: TestService;
let ann: TestAgent;

beforeAll(async () => {
  test = await openTestService();
  makeAgent(test.economy, 'bob');
  makeAgent(test.economy, 'ann');
  ann = await test.connect(runWinners(test.economy).get('ann')!);
});
afterAll(() => test.close());

const CALL = { name: 'placeBid', arguments: { bundle: BUNDLE, amount: 20 } };
const message = (fields: object) =>
  JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: CALL, ...fields });
const called = (args: string) =>
  `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"placeBid","arguments":${args}}}`;

async function expectUnchanged<T>(act: () => Promise<T>): Promise<T> {
  const before = economyState(test.economy);
  const answer = await act();
  expect(economyState(test.economy)).toEqual(before);
  expect(test.failures).toEqual([]);
  return answer;
}

describe('what is no message is refused without an id:', () => {
  it.each<[sent: string | Buffer, status: number, rpc: number, code: string, field?: string]>([
    ['', 400, -32_700, 'invalid_json'],
    ['{', 400, -32_700, 'invalid_json'],
    [Buffer.from([0x22, 0xff, 0x22]), 400, -32_700, 'invalid_json'],
    ['null', 400, -32_600, 'wrong_type'],
    ['"tools/call"', 400, -32_600, 'wrong_type'],
    ['[]', 400, -32_600, 'wrong_type'],
    [`[${message({})},${message({ id: 2 })}]`, 400, -32_600, 'wrong_type'],
    ['{}', 400, -32_600, 'invalid_value', 'jsonrpc'],
    ['{"__proto__":{"jsonrpc":"2.0","id":1,"method":"ping"}}', 400, -32_600, 'invalid_value', 'jsonrpc'],
    [message({ jsonrpc: '1.0' }), 400, -32_600, 'invalid_value', 'jsonrpc'],
    [message({ jsonrpc: 2 }), 400, -32_600, 'invalid_value', 'jsonrpc'],
    [message({ id: undefined }), 400, -32_600, 'missing_field', 'id'],
    [message({ id: null }), 400, -32_600, 'wrong_type', 'id'],
    [message({ id: 1.5 }), 400, -32_600, 'wrong_type', 'id'],
    [message({ id: {} }), 400, -32_600, 'wrong_type', 'id'],
    [message({ id: 'x'.repeat(201) }), 400, -32_600, 'too_large', 'id'],
    [message({ method: undefined, result: {} }), 400, -32_600, 'missing_field', 'method'],
    [message({ method: ['tools/call'] }), 400, -32_600, 'wrong_type', 'method'],
    [message({ params: [CALL] }), 400, -32_600, 'wrong_type', 'params'],
    [message({ params: null }), 400, -32_600, 'wrong_type', 'params'],
    [called(`{"amount":1e400}`), 400, -32_600, 'not_finite', 'params.arguments.amount'],
    [called('['.repeat(100_000) + ']'.repeat(100_000)), 413, -32_600, 'body_too_large'],
    [called('['.repeat(5000) + ']'.repeat(5000)), 400, -32_600, 'too_deep'],
    [called(`[${'0,'.repeat(100_001)}0]`), 413, -32_600, 'body_too_large'],
  ])('%.60s', async (sent, status, rpc, code, field) => {
    const answer = await expectUnchanged(() => ann.request({ method: 'POST', path: '/mcp', body: sent }));
    const data = { status, code, ...(field !== undefined && { field }) };
    expect(answer).toMatchObject({ status, body: { jsonrpc: '2.0', id: null, error: { code: rpc, data } } });
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
  });
});

describe('a request that asks for what is not there is answered with its id:', () => {
  it.each<[fields: object, rpc: number, field: string]>([
    [{ method: 'resources/list' }, -32_601, 'method'],
    [{ method: '' }, -32_601, 'method'],
    [{ method: 'constructor' }, -32_601, 'method'],
    [{ method: '__proto__' }, -32_601, 'method'],
    [{ params: {} }, -32_602, 'params.name'],
    [{ params: { ...CALL, name: 'toString' } }, -32_602, 'params.name'],
    [{ params: { ...CALL, name: ['placeBid'] } }, -32_602, 'params.name'],
    [{ params: { ...CALL, name: 'createChatCompletion' } }, -32_602, 'params.name'],
    [{ params: { ...CALL, arguments: [CALL.arguments] } }, -32_602, 'params.arguments'],
    [{ params: { ...CALL, arguments: null } }, -32_602, 'params.arguments'],
    [{ params: { ...CALL, arguments: '{}' } }, -32_602, 'params.arguments'],
    [{ method: 'tools/list', params: { cursor: 'x' } }, -32_602, 'params.cursor'],
    [{ method: 'initialize', params: {} }, -32_602, 'params.protocolVersion'],
    [{ method: 'initialize', params: { protocolVersion: 1 } }, -32_602, 'params.protocolVersion'],
  ])('%j', async (fields, rpc, field) => {
    const answer = await expectUnchanged(() => ann.post('/mcp', message({ id: 'an id', ...fields })));
    const error = { code: rpc, message: expect.stringMatching(/./) as string, data: { field } };
    expect(answer).toMatchObject({ status: 200, body: { jsonrpc: '2.0', id: 'an id', error } });
    expect(answer.body).not.toHaveProperty('result');
  });
});

describe('arguments with the names of what every object has', () => {
  it.each(['constructor', 'toString', 'hasOwnProperty'])('%s', async (name) => {
    const answer = await expectUnchanged(() =>
      ann.post('/mcp', message({ params: { name: 'getBalance', arguments: { [name]: 1 } } })),
    );
    expect(answer.body).toMatchObject({
      result: { isError: true, structuredContent: { code: 'unknown_field', field: name } },
    });
  });

  it('__proto__', async () => {
    const answer = await expectUnchanged(() =>
      ann.post('/mcp', called(`{"__proto__":{"bundle":${JSON.stringify(BUNDLE)},"amount":20}}`)),
    );
    expect(answer.body).toMatchObject({ result: { isError: true } });
  });
});

describe('the way there', () => {
  it.each(['GET', 'DELETE', 'PUT'])('is not %s', async (method) => {
    const answer = await ann.request({ method, path: '/mcp' });
    expect(answer).toMatchObject({ status: 405, headers: { allow: 'POST' }, body: { code: 'method_not_allowed' } });
  });

  it('is not another media type, nor a larger body than any tool takes', async () => {
    const headers = { 'content-type': 'text/plain' };
    expect((await ann.post('/mcp', message({}), headers)).body).toMatchObject({ code: 'unsupported_media_type' });
    // Of all tools `infer` takes the most; an envelope comes on top.
    const { body_bytes_max: largest } = test.economy.config.intelligence;
    const body = message({ pad: 'x'.repeat(largest + 4096) });
    const answer = await expectUnchanged(() => ann.post('/mcp', body));
    expect(answer).toMatchObject({ status: 413, body: { code: 'body_too_large', limit: largest + 4096 } });
  });

  it('is not in a version that is not known', async () => {
    for (const [version, status] of [
      ['2025-11-25', 200],
      ['2025-03-26', 200],
      ['2024-10-07', 400],
      ['', 400],
    ] as const) {
      const answer = await ann.post('/mcp', message({ method: 'ping' }), { 'mcp-protocol-version': version });
      expect(answer.status, version).toBe(status);
    }
  });

  it('proposes the newest version to a client that asks for an unknown one', async () => {
    for (const [asked, given] of [
      ['2025-06-18', '2025-06-18'],
      ['2024-11-05', '2025-11-25'],
      ['toString', '2025-11-25'],
    ]) {
      const answer = await ann.post('/mcp', message({ method: 'initialize', params: { protocolVersion: asked } }));
      expect(answer.body).toMatchObject({ result: { protocolVersion: given } });
      expect(answer.headers).not.toHaveProperty('mcp-session-id');
    }
  });

  it('takes notifications and says nothing', async () => {
    for (const method of ['notifications/initialized', 'notifications/cancelled']) {
      const body = { jsonrpc: '2.0', method, params: { requestId: 1 } };
      expect(await expectUnchanged(() => ann.post('/mcp', body))).toMatchObject({ status: 202, text: '' });
    }
  });
});

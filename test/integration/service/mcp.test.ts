import { ErrorCode, LATEST_PROTOCOL_VERSION } from '@modelcontextprotocol/sdk/types.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serviceRoutes } from '../../../src/service/routes/service-routes.ts';
import { makeAgent, runWinners, settle, WITH_ATTENTION } from '../../helpers/economy.ts';
import { mcpClientOf, type McpClient } from '../../helpers/mcp-client.ts';
import { economyState } from '../../helpers/money.ts';
import { validatorOf, type OpenApi } from '../../helpers/open-api.ts';
import { BUNDLE, openTestService, TEMPLATES, type TestAgent, type TestService } from '../../helpers/service-client.ts';

let test: TestService;
let ann: TestAgent;
let client: McpClient;

beforeEach(async () => {
  test = await openTestService({ overrides: ['market.supply.attention=1'] });
  makeAgent(test.economy, 'bob');
  makeAgent(test.economy, 'ann', { bundle: WITH_ATTENTION, credits: 5000 });
  ann = await test.connect(runWinners(test.economy).get('ann')!);
  client = await mcpClientOf(ann);
});
afterEach(async () => {
  await client.close();
  await test.close();
});

const BID = { bundle: BUNDLE, amount: 20 };
const REPLAYED = { 'bp-agents/idempotency-replayed': true };

/** What a model reads, which is the same as what a program reads. */
async function call(name: string, args?: Record<string, unknown>) {
  const { isError = false, structuredContent, content, _meta } = await client.sdk.callTool({ name, arguments: args });
  const [{ text } = { text: '' }] = content as { readonly text: string }[];
  expect(content).toEqual([{ type: 'text', text }]);
  expect(JSON.parse(text)).toEqual(structuredContent);
  return { isError, answer: structuredContent as Record<string, unknown>, _meta };
}

function toolRoutes() {
  const { economy, gateway } = test;
  return serviceRoutes({ economy, gateway, runOf: () => undefined, templates: TEMPLATES }).filter(
    ({ path }) => !path.startsWith('/v1'),
  );
}

describe('the client of the official SDK', () => {
  it('meets the service in its newest version, with nothing to mend', async () => {
    expect(client.sdk.getServerVersion()).toMatchObject({ name: 'bp-agents' });
    expect(client.sdk.getServerCapabilities()).toEqual({ tools: {} });
    expect(client.sdk.getInstructions()).toContain('credits');
    expect(client.sdk.transport).toMatchObject({ protocolVersion: LATEST_PROTOCOL_VERSION, sessionId: undefined });
    expect(await client.sdk.ping()).toEqual({});
    expect(client.errors).toEqual([]);
  });

  it('is told where a method is not there', async () => {
    await expect(client.sdk.listResources()).rejects.toMatchObject({
      code: ErrorCode.MethodNotFound,
      data: { code: 'invalid_value', field: 'method', limit: 'initialize, ping, tools/list, tools/call' },
    });
  });
});

describe('the tools', () => {
  it('are the routes that no SDK defines, by the names and words of OpenAPI', async () => {
    const { tools } = await client.sdk.listTools();
    expect(tools.map(({ name, description, annotations }) => [name, description, annotations?.readOnlyHint])).toEqual(
      toolRoutes().map(({ operation, summary, method }) => [operation, summary, method === 'GET']),
    );
    expect(tools.map(({ name }) => name)).toContain('infer');
  });

  it('take the fields of path, query and body side by side, as OpenAPI describes each', async () => {
    const document: OpenApi = (await test.service.app.inject({ path: '/openapi.json' })).json();
    const { tools } = await client.sdk.listTools();
    for (const { path, method, operation } of toolRoutes()) {
      const { parameters = [], requestBody } = document.paths[path]![method.toLowerCase()] as unknown as Documented;
      const reference = requestBody?.content['application/json']?.schema.$ref.split('/').at(-1);
      const body: Partial<Fields> | undefined = document.components.schemas[reference ?? ''];
      const named = parameters.filter((one) => one.in !== 'header');
      const properties = { ...Object.fromEntries(named.map((one) => [one.name, one.schema])), ...body?.properties };
      const hasKey = named.length < parameters.length;
      const { inputSchema } = tools.find(({ name }) => name === operation)!;
      const { idempotency_key: key, ...own } = inputSchema.properties!;
      expect(Object.keys(own), operation).toEqual(Object.keys(properties));
      expect(key !== undefined, operation).toBe(hasKey);
      expect(inputSchema.required ?? [], operation).toEqual([
        ...named.filter((one) => one.required).map((one) => one.name),
        ...(body?.required ?? []),
      ]);
      for (const [name, schema] of Object.entries(body?.properties ?? {})) expect(own[name], name).toEqual(schema);
      expect(inputSchema).toMatchObject({ type: 'object', additionalProperties: false });
    }
  });

  it.each<[string, Record<string, unknown>]>([
    ['placeBid', { ...BID, idempotency_key: 'k' }],
    ['withdrawBid', { id: 'bid_1' }],
    ['listBids', { limit: 1, status: 'pending' }],
    ['getMarketState', {}],
  ])('describe what may be sent: %s', async (tool, args) => {
    const document: OpenApi = (await test.service.app.inject({ path: '/openapi.json' })).json();
    const { tools } = await client.sdk.listTools();
    const validator = validatorOf(document, tools.find(({ name }) => name === tool)!.inputSchema);
    expect(validator.safeParse(args).success).toBe(true);
    expect(validator.safeParse({ ...args, extra: 1 }).success).toBe(false);
  });
});

interface Documented {
  readonly parameters?: readonly {
    readonly in: string;
    readonly name: string;
    readonly required?: boolean;
    readonly schema: object;
  }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: { readonly $ref: string } }>> };
}
interface Fields {
  readonly properties: Readonly<Record<string, object>>;
  readonly required: readonly string[];
}

describe('a call answers what the route answers:', () => {
  it.each([
    ['getBalance', '/economic/balance'],
    ['getHistory', '/economic/history'],
    ['getMarketState', '/market/state'],
    ['listBids', '/market/bids'],
    ['listPrompts', '/human/prompts'],
    ['listInbox', '/social/inbox'],
    ['listAgents', '/social/agents'],
  ])('%s', async (name, path) => {
    expect(await call(name)).toEqual({ isError: false, answer: (await ann.get(path)).body, _meta: undefined });
  });

  it('getExecution, of which each call is one request', async () => {
    const requestsOf = ({ answer }: Awaited<ReturnType<typeof call>>) =>
      (answer['used'] as { readonly requests: number }).requests;
    const first = await call('getExecution');
    expect(first.answer).toMatchObject({ execution_id: 'exe_2' });
    expect(requestsOf(first)).toBe(test.service.requestsOf(ann.executionId));
    expect(requestsOf(await call('getExecution'))).toBe(requestsOf(first) + 1);
  });

  it('a bid is placed, listed page by page, and withdrawn', async () => {
    const placed = await call('placeBid', { ...BID, payload: { a: 1 }, execution_id: 'exe_2' });
    expect(placed).toMatchObject({ isError: false, answer: { status: 'pending', reserve: 8.25 } });
    const id = placed.answer['bid_id'];
    const page = await call('listBids', { limit: 1, status: 'pending' });
    expect(page.answer).toMatchObject({ bids: [{ id, agent_id: 'ann', amount: 20 }], next_before: null });
    expect((await call('listBids', { before: id, limit: '1' })).answer['bids']).toHaveLength(1);
    expect((await call('withdrawBid', { id })).answer).toMatchObject({ bid_id: id, status: 'withdrawn' });
    expect((await call('withdrawBid', { id })).answer).toMatchObject({ code: 'bid_not_pending' });
  });

  it('a message, a transfer, a child and a prompt are made', async () => {
    expect((await call('sendMessage', { to: 'bob', content: 'hello 👋' })).answer).toMatchObject({ fee: 1 });
    expect(test.economy.store.messages.unhanded('bob', 10)).toEqual([
      expect.objectContaining({ fromId: 'ann', content: 'hello 👋' }),
    ]);
    expect((await call('transferCredits', { to: 'bob', amount: 2 })).isError).toBe(false);
    const child = { id: 'kid', initial_credits: 200, first_bid: { ...BID, amount: 9 }, files: { 'main.py': '' } };
    expect((await call('spawnAgent', child)).answer).toMatchObject({ agent_id: 'kid', fee: 100 });
    expect((await call('submitPrompt', { content: '# Hello' })).answer).toEqual({
      prompt_id: 'prompt_1',
      status: 'open',
    });
    expect(client.errors).toEqual([]);
  });
});

describe('a refusal', () => {
  it.each<[string, Record<string, unknown>, object]>([
    ['placeBid', { ...BID, amount: 1 }, { code: 'below_reserve', status: 422, limit: 8.25 }],
    ['placeBid', { ...BID, amount: '20' }, { code: 'wrong_type', field: 'amount' }],
    ['placeBid', { ...BID, extra: 1 }, { code: 'unknown_field', field: 'extra' }],
    ['placeBid', { ...BID, execution_id: 'exe_1' }, { code: 'wrong_execution', field: 'execution_id' }],
    ['placeBid', {}, { code: 'missing_field' }],
    ['placeBid', { ...BID, idempotency_key: '' }, { code: 'invalid_idempotency_key', field: 'idempotency_key' }],
    ['placeBid', { ...BID, idempotency_key: 7 }, { code: 'invalid_idempotency_key', limit: 200 }],
    ['sendMessage', { to: 'nobody', content: 'x' }, { code: 'agent_not_found', status: 404 }],
    ['withdrawBid', {}, { code: 'missing_field', field: 'id' }],
    ['withdrawBid', { id: 'bid_99' }, { code: 'bid_not_found' }],
    ['withdrawBid', { id: 'bid_1', idempotency_key: 'k' }, { code: 'unknown_field', field: 'idempotency_key' }],
    ['listBids', { limit: 0 }, { code: 'too_small', field: 'limit', limit: 1 }],
    ['listBids', { limit: 1e9 }, { code: 'too_large', field: 'limit' }],
    ['listBids', { limit: 1.5 }, { code: 'not_integer', field: 'limit' }],
    ['listBids', { status: ['won'] }, { code: 'wrong_type', field: 'status' }],
    ['listBids', { page: 2 }, { code: 'unknown_field', field: 'page' }],
    ['getBalance', { agent_id: 'bob' }, { code: 'unknown_field', field: 'agent_id' }],
    ['infer', { prompt: 'x' }, { code: 'no_llm_provider', status: 503 }],
    ['infer', { prompt: 'x', idempotency_key: 'k' }, { code: 'unknown_field', field: 'idempotency_key' }],
  ])('of %s is the problem itself, and changes nothing: %j', async (name, args, problem) => {
    const before = economyState(test.economy);
    const { isError, answer } = await call(name, args);
    expect(isError).toBe(true);
    expect(answer).toMatchObject({ ...problem, detail: expect.stringMatching(/./) as string });
    expect(economyState(test.economy)).toEqual(before);
  });

  it('is of the same size as that of the route', async () => {
    const { body_bytes_max: limit } = test.economy.config.service;
    const content = 'x'.repeat(limit - JSON.stringify({ to: 'bob', content: '' }).length);
    for (const [body, code] of [
      [{ to: 'bob', content: `${content}x` }, 'body_too_large'],
      [{ to: 'bob', content }, 'too_large'],
    ] as const) {
      expect((await ann.post('/social/message', body)).body).toMatchObject({ code });
      expect((await call('sendMessage', body)).answer).toMatchObject({ code });
    }
    expect((await call('listBids', { before: 'x'.repeat(limit) })).answer).toMatchObject({
      code: 'body_too_large',
      limit,
    });
  });

  it('is of the same depth as that of the route', async () => {
    for (const [levels, isTaken] of [
      [63, true],
      [64, false],
    ] as const) {
      const payload = JSON.parse('['.repeat(levels) + ']'.repeat(levels)) as unknown;
      expect((await ann.post('/market/bid', { ...BID, payload })).status).toBe(isTaken ? 201 : 400);
      const called = client.sdk.callTool({ name: 'placeBid', arguments: { ...BID, payload } });
      if (isTaken) expect((await called).isError).toBeUndefined();
      else
        await expect(called).rejects.toMatchObject({
          code: 400,
          message: expect.stringContaining('too_deep') as string,
        });
    }
  });

  it('of a tool that is not there is an error of the protocol', async () => {
    for (const name of ['bid', '', '__proto__', 'constructor', 'createMessage'])
      await expect(client.sdk.callTool({ name })).rejects.toMatchObject({
        code: ErrorCode.InvalidParams,
        data: { code: 'invalid_value', field: 'params.name' },
      });
  });

  it('of what the service is to blame for is opaque, and stands in the log', async () => {
    Object.assign(test.economy.store.bids, {
      countPendingOfPayer: () => {
        throw new Error('a secret of the disk');
      },
    });
    const { isError, answer } = await call('placeBid', BID);
    const instance = `exe_2/${test.service.requestsOf(ann.executionId)}`;
    expect({ isError, answer }).toMatchObject({ isError: true, answer: { code: 'internal_error', instance } });
    expect(JSON.stringify(answer)).not.toContain('secret');
    expect(test.failures).toEqual([expect.objectContaining({ request: instance, route: '/mcp' })]);
  });
});

describe('a key', () => {
  it('is used once, by a call or by a request', async () => {
    const first = await call('placeBid', { idempotency_key: 'k', ...BID });
    const state = economyState(test.economy);
    const again = await call('placeBid', { ...BID, idempotency_key: 'k' });
    expect(first._meta).toBeUndefined();
    expect(again).toEqual({ ...first, _meta: REPLAYED });
    const asked = await ann.post('/market/bid', BID, { 'idempotency-key': 'k' });
    expect(asked).toMatchObject({ status: 201, body: first.answer, headers: { 'idempotency-replayed': 'true' } });
    expect((await call('placeBid', { ...BID, amount: 21, idempotency_key: 'k' })).answer).toMatchObject({
      code: 'idempotency_key_reused',
    });
    expect(economyState(test.economy)).toEqual(state);
  });

  it('is not taken from the header, which is of the message', async () => {
    const params = { name: 'placeBid', arguments: BID };
    const message = { jsonrpc: '2.0', id: 1, method: 'tools/call', params };
    for (let time = 0; time < 2; time++) await ann.post('/mcp', message, { 'idempotency-key': 'k' });
    expect(test.economy.store.bids.countPendingOfPayer('ann')).toBe(2);
  });
});

describe('who calls', () => {
  const message = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'placeBid', arguments: BID } };

  it.each([
    ['', 401, 'missing_token'],
    ['Bearer x', 401, 'invalid_token'],
  ])('is nobody with "%s"', async (authorization, status, code) => {
    const before = economyState(test.economy);
    const answer = await ann.post('/mcp', message, { authorization });
    expect(answer).toMatchObject({ status, body: { code }, headers: { 'content-type': 'application/problem+json' } });
    expect(economyState(test.economy)).toEqual(before);
  });

  it('is no other execution, and none that has ended', async () => {
    const carl = await test.agent('carl');
    const before = economyState(test.economy);
    const answer = await ann.post('/mcp', message, { authorization: `Bearer ${carl.token}` });
    expect(answer).toMatchObject({ status: 403, body: { code: 'wrong_connection' } });
    expect(economyState(test.economy)).toEqual(before);
    // Its token is known by now, and a tool that only reads asks for nothing else.
    const reading = { ...message, params: { name: 'getBalance' } };
    expect((await carl.post('/mcp', reading)).body).toHaveProperty('result');
    settle(test.economy, carl.executionId);
    for (const one of [message, reading])
      expect((await carl.post('/mcp', one)).body).toMatchObject({ status: 401, code: 'execution_ended' });
    expect(test.economy.store.bids.countPendingOfPayer('carl')).toBe(0);
  });
});

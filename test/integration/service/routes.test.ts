import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closeRequest } from '../../../src/economy/requests/close-request.ts';
import { publishRequest } from '../../../src/economy/requests/publish-request.ts';
import { scorePrompt } from '../../../src/economy/attention/end-prompt.ts';
import { makeAgent, runWinners, WITH_ATTENTION } from '../../helpers/economy.ts';
import { successOf, type OpenApi } from '../../helpers/open-api.ts';
import {
  BUNDLE,
  openTestService,
  type Answer,
  type TestAgent,
  type TestService,
} from '../../helpers/service-client.ts';

let test: TestService;
let ann: TestAgent;
let document: OpenApi;

beforeAll(async () => {
  test = await openTestService({ overrides: ['market.supply.attention=1'] });
  makeAgent(test.economy, 'bob');
  makeAgent(test.economy, 'ann', { bundle: WITH_ATTENTION, credits: 5000 });
  const started = runWinners(test.economy);
  ann = await test.connect(started.get('ann')!);
  document = (await ann.get('/openapi.json')).body as unknown as OpenApi;
});
afterAll(() => test.close());

/** The answer is of the documented status and shape. */
function expectAsDocumented(answer: Answer, method: string, path: string): void {
  const documented = successOf(document, method, path);
  expect(answer.body).toSatisfy((body: unknown) => {
    const read = documented.answer.safeParse(body);
    if (!read.success) throw new Error(read.error.message);
    return true;
  });
  expect(answer.status).toBe(documented.status);
  expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
}

describe('GET routes answer as OpenAPI says', () => {
  it.each([
    '/economic/balance',
    '/economic/history',
    '/market/state',
    '/market/advice',
    '/market/bids',
    '/human/prompts',
    '/human/requests',
    '/social/inbox',
    '/social/agents',
    '/execution',
  ])('%s', async (path) => {
    expectAsDocumented(await ann.get(path), 'GET', path);
  });
});

describe('money', () => {
  it('is shown as decimals that add up', async () => {
    const { body } = await ann.get('/economic/balance');
    expect(body).toMatchObject({ agent_id: 'ann', available: 4941.75, pending: 0, posted: 4941.75 });
  });

  it('goes to another agent with a memo that both can read', async () => {
    const answer = await ann.post('/economic/transfer', { to: 'bob', amount: 0.000001, memo: 'a crumb' });
    expectAsDocumented(answer, 'POST', '/economic/transfer');
    expect(answer.body['available']).toBe(4941.749999);
    const history = await ann.get('/economic/history?limit=1');
    expect(history.body['transfers']).toEqual([
      expect.objectContaining({ kind: 'transfer', debit: 'ann', credit: 'bob', amount: 0.000001, memo: 'a crumb' }),
    ]);
  });

  it('is listed page by page', async () => {
    const first = await ann.get('/economic/history?limit=2');
    const second = await ann.get(`/economic/history?limit=100&before=${String(first.body['next_before'])}`);
    const whole = await ann.get('/economic/history');
    expect(second.body['next_before']).toBeNull();
    expect([...(first.body['transfers'] as object[]), ...(second.body['transfers'] as object[])]).toEqual(
      whole.body['transfers'],
    );
  });
});

describe('a bid', () => {
  it('is placed with everything that it may name, listed, and withdrawn', async () => {
    const options = { earliest_cycle: 9, payload: { note: ['any', 'JSON'] }, for_agent_id: 'bob' };
    const placed = await ann.post('/market/bid', { bundle: BUNDLE, amount: 12.5, ...options, execution_id: 'exe_2' });
    expectAsDocumented(placed, 'POST', '/market/bid');
    expect(placed.body).toMatchObject({ status: 'pending', reserve: 8.25 });

    const listed = await ann.get('/market/bids?status=pending');
    expect(listed.body['bids']).toEqual([
      expect.objectContaining({ agent_id: 'bob', payer: 'ann', bundle: BUNDLE, amount: 12.5, earliest_cycle: 9 }),
    ]);
    expect((await ann.get('/market/bids?status=won')).body['bids']).toHaveLength(1);

    const id = String(placed.body['bid_id']);
    const withdrawn = await ann.delete(`/market/bid/${id}`);
    expectAsDocumented(withdrawn, 'DELETE', '/market/bid/{id}');
    expect(withdrawn.body).toMatchObject({ bid_id: id, status: 'withdrawn' });
    expect((await ann.get('/market/bids?status=pending')).body['bids']).toEqual([]);
    expect((await ann.delete(`/market/bid/${id}`)).body).toMatchObject({ status: 409, code: 'bid_not_pending' });
    expect((await ann.delete('/market/bid/bid_99')).body).toMatchObject({ status: 404, code: 'bid_not_found' });
  });
});

describe('GET /market/state', () => {
  it("tells what a child would cost the caller's lineage now", async () => {
    expect((await ann.get('/market/state')).body).toMatchObject({
      cycle: 1,
      next_cycle_at: '2030-01-01T00:00:20.000Z',
      mechanism: 'density',
      spawn_fee: 100,
      message_fee: 1,
      bare_execution_cost: 8.25,
    });
  });
});

describe('GET /execution', () => {
  it('tells what is left, and null where the counter cannot be read', async () => {
    test.cpuMs = undefined;
    expect((await ann.get('/execution')).body).toMatchObject({
      execution_id: 'exe_2',
      bought: { ...BUNDLE, attention: 1 },
      used: { cpu_seconds: null, tokens: 0 },
      remaining: { cpu_seconds: null, tokens: 0, attention: 1 },
      deadline: '2030-01-01T00:01:00.000Z',
      attention: { held: true, prompt_id: null },
    });
    test.cpuMs = 250.5;
    expect((await ann.get('/execution')).body).toMatchObject({
      used: { cpu_seconds: 0.2505 },
      remaining: { cpu_seconds: 0.7495 },
    });
  });

  it('counts the requests of this execution, itself included', async () => {
    const { used } = (await ann.get('/execution')).body as { used: { requests: number } };
    expect(used.requests).toBe(test.service.requestsOf(ann.executionId));
    await ann.get('/nowhere');
    expect(test.service.requestsOf(ann.executionId)).toBe(used.requests + 1);
  });
});

describe('a message', () => {
  it("reaches the other's inbox for a fee", async () => {
    const answer = await ann.post('/social/message', { to: 'bob', content: 'hello 👋' });
    expectAsDocumented(answer, 'POST', '/social/message');
    expect(answer.body).toMatchObject({ message_id: 'msg_1', fee: 1 });
    const unread = test.economy.store.messages.unhanded('bob', 10);
    expect(unread).toEqual([expect.objectContaining({ fromId: 'ann', content: 'hello 👋' })]);
  });
});

describe('a child', () => {
  it('is born with its files and its first bid', async () => {
    const answer = await ann.post('/social/spawn', {
      id: 'kid',
      initial_credits: 200,
      first_bid: { bundle: BUNDLE, amount: 10, payload: 'go' },
      files: { 'main.py': 'print(1)\n', 'lib/__init__.py': '' },
    });
    expectAsDocumented(answer, 'POST', '/social/spawn');
    expect(answer.body).toMatchObject({ agent_id: 'kid', fee: 100 });
    expect(test.economy.store.agentFiles.waiting('kid')?.files.map(({ path }) => path)).toEqual([
      'lib/__init__.py',
      'main.py',
    ]);
    expect(test.economy.store.accounts.balance('kid')).toMatchObject({ posted: 200_000_000, pending: 10_000_000 });
  });

  it('may have binary and executable files, and a name that the system makes', async () => {
    const answer = await ann.post('/social/spawn', {
      initial_credits: 200,
      first_bid: { bundle: BUNDLE, amount: 10 },
      files: [
        { path: 'main', content: '#!/bin/sh\n', executable: true },
        { path: 'data.bin', content: 'AP/+', encoding: 'base64' },
      ],
    });
    expect(answer.status).toBe(201);
    const id = String(answer.body['agent_id']);
    expect(id).toMatch(/^agent-[0-9a-f]{12}$/);
    expect(test.economy.store.agentFiles.waiting(id)?.files).toEqual([
      { path: 'data.bin', content: Buffer.from([0, 255, 254]), executable: false },
      { path: 'main', content: Buffer.from('#!/bin/sh\n'), executable: true },
    ]);
  });

  it('stands in the directory, which is paged from the oldest', async () => {
    const first = await ann.get('/social/agents?limit=2');
    expect(first.body).toMatchObject({ agents: [{ id: 'bob' }, { id: 'ann', children: 2 }], next_after: 'ann' });
    const second = await ann.get('/social/agents?limit=2&after=ann');
    expect(second.body).toMatchObject({
      agents: [{ id: 'kid', parent: 'ann', lineage: ['ann'] }, {}],
      next_after: null,
    });
  });
});

describe('requests of the operator', () => {
  it('are told open, the newest first, in pages', async () => {
    for (const text of ['first', 'second', 'third'])
      publishRequest(test.economy, { text, files: [{ name: 'a.pdf', bytes: 1 }], until: null });
    closeRequest(test.economy, 2);
    const page = await ann.get('/human/requests?limit=1');
    expectAsDocumented(page, 'GET', '/human/requests');
    expect(page.body).toEqual({
      requests: [{ id: 'request_3', text: 'third', files: ['/materials/requests/3/a.pdf'], until: null }],
      next_before: 'request_3',
    });
    expect((await ann.get('/human/requests?before=request_3')).body).toMatchObject({
      requests: [{ id: 'request_1' }],
      next_before: null,
    });
    expect((await ann.get('/human/requests?before=prompt_3')).body).toMatchObject({ code: 'invalid_id' });
  });

  it.each([
    ['request_not_found', 404, 'request_9'],
    ['request_not_found', 404, 9],
    ['request_closed', 409, 'request_2'],
    ['invalid_id', 400, 'prompt_1'],
    ['invalid_id', 400, ''],
    ['invalid_id', 400, 0],
    ['invalid_id', 400, 1.5],
    ['wrong_type', 400, null],
    ['wrong_type', 400, ['request_1']],
  ])('refuse a prompt with %s, %i, for %j', async (code, status, requestId) => {
    const answer = await ann.post('/human/prompt', { content: 'x', request_id: requestId });
    expect(answer).toMatchObject({ status, body: { code, field: 'request_id' } });
  });
});

describe('a prompt', () => {
  it('takes the slot and shows how the human answered it', async () => {
    const next = { bundle: BUNDLE, amount: 9 };
    const answer = await ann.post('/human/prompt', {
      content: '# Hello',
      title: 'A letter',
      request_id: 'request_1',
      next_bid: next,
    });
    expectAsDocumented(answer, 'POST', '/human/prompt');
    expect(answer.body).toEqual({ prompt_id: 'prompt_1', status: 'open' });
    expect((await ann.get('/execution')).body).toMatchObject({
      remaining: { attention: 0 },
      attention: { held: false, prompt_id: 'prompt_1' },
    });
    scorePrompt(test.economy, 1, { interesting: 7, useful: 8, understandable: 9 }, 'good');
    const prompts = await ann.get('/human/prompts');
    expectAsDocumented(prompts, 'GET', '/human/prompts');
    expect(prompts.body['prompts']).toEqual([
      expect.objectContaining({
        request_id: 'request_1',
        status: 'scored',
        scores: { interesting: 7, useful: 8, understandable: 9 },
        reason: 'good',
        reward: 600,
        next_bid: expect.objectContaining({ status: 'placed' }) as object,
      }),
    ]);
  });
});

describe('intelligence', () => {
  it.each([
    ['POST', '/v1/chat/completions'],
    ['POST', '/v1/responses'],
    ['POST', '/v1/embeddings'],
    ['POST', '/v1/messages'],
    ['POST', '/v1/messages/count_tokens'],
    ['GET', '/v1/models'],
  ])('%s %s says that there is no provider, in the words of an SDK that will not try again', async (method, path) => {
    const body = method === 'POST' ? { body: { model: 'any' } } : {};
    const answer = await ann.request({ method, path, ...body });
    const error = { code: 'no_llm_provider', message: expect.stringContaining('market.supply.tokens') as string };
    expect(answer).toMatchObject({ status: 503, headers: { 'x-should-retry': 'false' }, body: { error } });
    expect(answer.body['type']).toBe(path.startsWith('/v1/messages') ? 'error' : undefined);
  });

  it.each([
    ['POST', '/v1beta/models/gemini:generateContent'],
    ['POST', '/v1beta/models/gemini:streamGenerateContent?alt=sse'],
    ['POST', '/v1beta/models/gemini:countTokens'],
    ['POST', '/v1/models/gemini:generateContent'],
    ['POST', '/v1/models/gemini:streamGenerateContent'],
    ['POST', '/v1/models/gemini:countTokens'],
    ['GET', '/v1beta/models'],
    ['GET', '/v1beta/models/gemini'],
  ])('%s %s says it in the words of Google', async (method, path) => {
    const answer = await ann.request({ method, path, ...(method === 'POST' && { body: { contents: [] } }) });
    const details = [{ reason: 'no_llm_provider', domain: 'bp-agents' }];
    expect(answer).toMatchObject({ status: 503, body: { error: { code: 503, status: 'UNAVAILABLE', details } } });
  });

  it('says it also where a model is asked in no format', async () => {
    const answer = await ann.post('/intelligence/inference', { prompt: 'x' });
    expect(answer.body).toMatchObject({ status: 503, code: 'no_llm_provider' });
  });

  it('takes the token as the SDKs send it', async () => {
    for (const name of ['x-api-key', 'x-goog-api-key']) {
      const headers = { authorization: '', [name]: ann.token };
      expect((await ann.request({ path: '/v1/models', headers })).status).toBe(503);
      expect((await ann.request({ path: '/economic/balance', headers })).body).toMatchObject({ code: 'missing_token' });
    }
  });
});

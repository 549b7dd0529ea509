import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bidFor, makeAgent, nextCycle, runWinners, settle, start, WITH_ATTENTION } from '../../helpers/economy.ts';
import { economyState } from '../../helpers/money.ts';
import { BUNDLE, call, openTestService, type TestAgent, type TestService } from '../../helpers/service-client.ts';

let test: TestService;
let ann: TestAgent;
let bob: TestAgent;

beforeEach(async () => {
  test = await openTestService();
  makeAgent(test.economy, 'ann');
  makeAgent(test.economy, 'bob');
  const started = runWinners(test.economy);
  ann = await test.connect(started.get('ann')!);
  bob = await test.connect(started.get('bob')!);
});
afterEach(() => test.close());

const BID = { bundle: BUNDLE, amount: 20 };

async function expectRefused(request: Promise<{ body: object }>, status: number, code: string): Promise<void> {
  const before = economyState(test.economy);
  expect((await request).body).toMatchObject({ status, code });
  expect(economyState(test.economy)).toEqual(before);
}

describe('a token', () => {
  it('is needed', async () => {
    const answer = await call(ann.socketPath, { path: '/economic/balance' });
    expect(answer.body).toMatchObject({ status: 401, code: 'missing_token' });
    expect(answer.headers).toMatchObject({ 'www-authenticate': 'Bearer', 'content-type': 'application/problem+json' });
  });

  it.each([
    ['', 'missing_token'],
    ['Bearer', 'missing_token'],
    ['Bearer  ', 'missing_token'],
    ['Basic YTpi', 'missing_token'],
    ['Bearer nobody', 'invalid_token'],
    ['Bearer two words', 'missing_token'],
    [`Bearer ${'x'.repeat(5000)}`, 'invalid_token'],
  ])('is not "%s"', async (authorization, code) => {
    await expectRefused(ann.request({ path: '/economic/balance', headers: { authorization } }), 401, code);
  });

  it('may be announced in any case', async () => {
    const headers = { authorization: `bearer ${ann.token}` };
    expect((await ann.request({ path: '/economic/balance', headers })).body).toMatchObject({ agent_id: 'ann' });
  });

  it('is worth nothing on the connections of another execution', async () => {
    const headers = { authorization: `Bearer ${ann.token}` };
    await expectRefused(bob.post('/market/bid', BID, headers), 403, 'wrong_connection');
    await expectRefused(bob.request({ path: '/economic/balance', headers }), 403, 'wrong_connection');
  });

  it('is looked at each time, also after the right one was seen', async () => {
    expect((await ann.post('/market/bid', BID)).status).toBe(201);
    await expectRefused(ann.post('/market/bid', BID, { authorization: 'Bearer nobody' }), 401, 'invalid_token');
    await expectRefused(ann.post('/market/bid', BID, { authorization: '' }), 401, 'missing_token');
    await expectRefused(
      ann.post('/market/bid', BID, { authorization: `Bearer ${bob.token}` }),
      403,
      'wrong_connection',
    );
  });

  it('dies with its execution, on its own connections and on all others', async () => {
    settle(test.economy, ann.executionId);
    await expectRefused(ann.post('/market/bid', BID), 401, 'execution_ended');
    await expectRefused(ann.get('/execution'), 401, 'execution_ended');
    const headers = { authorization: `Bearer ${ann.token}` };
    await expectRefused(bob.post('/market/bid', BID, headers), 401, 'execution_ended');
  });

  it('does not outlive its execution in the next one of the same agent', async () => {
    settle(test.economy, ann.executionId);
    bidFor(test.economy, 'ann');
    const next = await test.connect(start(test.economy, nextCycle(test.economy).allocated[0]!));
    const headers = { authorization: `Bearer ${ann.token}` };
    await expectRefused(next.request({ path: '/economic/balance', headers }), 401, 'execution_ended');
    expect((await next.get('/economic/balance')).status).toBe(200);
  });

  it('is not taken where no execution stands behind the request', async () => {
    const headers = { authorization: `Bearer ${ann.token}` };
    const answer = await test.service.app.inject({ path: '/economic/balance', headers });
    expect(answer.json()).toMatchObject({ status: 403, code: 'wrong_connection' });
  });

  it('is asked for before the fields are looked at', async () => {
    await expectRefused(call(ann.socketPath, { method: 'POST', path: '/market/bid', body: {} }), 401, 'missing_token');
  });
});

describe('a body', () => {
  const bodies: [string, object][] = [
    ['/market/bid', BID],
    ['/economic/transfer', { to: 'bob', amount: 1 }],
    ['/human/prompt', { content: 'x' }],
    ['/social/message', { to: 'bob', content: 'x' }],
    ['/social/spawn', { initial_credits: 200, first_bid: { ...BID, amount: 9 }, files: { 'main.py': '' } }],
  ];

  it.each(bodies)('of %s is never believed about whose it is', async (path, body) => {
    const answer = await ann.post(path, { ...body, agent_id: 'ann' });
    expect(answer.body).toMatchObject({ status: 400, code: 'unknown_field', field: 'agent_id' });
  });

  it.each(bodies)('of %s may name its own execution and no other', async (path, body) => {
    await expectRefused(ann.post(path, { ...body, execution_id: 'exe_2' }), 403, 'wrong_execution');
    await expectRefused(ann.post(path, { ...body, execution_id: 'exe_99' }), 403, 'wrong_execution');
    await expectRefused(ann.post(path, { ...body, execution_id: 'ann' }), 400, 'invalid_id');
    await expectRefused(ann.post(path, { ...body, execution_id: 1 }), 400, 'wrong_type');
    const own = await ann.post(path, { ...body, execution_id: 'exe_1' });
    expect(own.body['code'] ?? 'accepted').toBe(path === '/human/prompt' ? 'no_attention' : 'accepted');
  });
});

describe('attention', () => {
  it('is needed for a prompt, and one of another execution is none', async () => {
    settle(test.economy, bob.executionId);
    bidFor(test.economy, 'bob', { bundle: WITH_ATTENTION });
    await test.connect(start(test.economy, nextCycle(test.economy).allocated[0]!));
    await expectRefused(ann.post('/human/prompt', { content: 'Look!' }), 403, 'no_attention');
  });

  it('is used up by one prompt', async () => {
    settle(test.economy, bob.executionId);
    bidFor(test.economy, 'bob', { bundle: WITH_ATTENTION });
    const next = await test.connect(start(test.economy, nextCycle(test.economy).allocated[0]!));
    await expectRefused(next.post('/human/prompt', { content: ' \n' }), 400, 'empty');
    expect((await next.post('/human/prompt', { content: 'Look!' })).status).toBe(201);
    await expectRefused(next.post('/human/prompt', { content: 'Look!' }), 403, 'prompt_already_submitted');
  });
});

describe('another agent', () => {
  it("can't withdraw a bid or read what isn't its own", async () => {
    const placed = await ann.post('/market/bid', BID);
    await expectRefused(bob.delete(`/market/bid/${String(placed.body['bid_id'])}`), 404, 'bid_not_found');
    expect((await bob.get('/market/bids?status=pending')).body['bids']).toEqual([]);
    await bob.post('/social/message', { to: 'ann', content: 'secret' });
    expect((await bob.get('/social/inbox')).body['messages']).toEqual([]);
  });
});

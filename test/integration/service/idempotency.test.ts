import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bidFor, makeAgent, nextCycle, runWinners, settle, start } from '../../helpers/economy.ts';
import { economyState } from '../../helpers/money.ts';
import { BUNDLE, openTestService, type TestAgent, type TestService } from '../../helpers/service-client.ts';

let test: TestService;
let ann: TestAgent;
let bob: TestAgent;

beforeEach(async () => {
  test = await openTestService({ overrides: ['service.idempotency_keys_max=3'] });
  makeAgent(test.economy, 'ann');
  makeAgent(test.economy, 'bob');
  const started = runWinners(test.economy);
  ann = await test.connect(started.get('ann')!);
  bob = await test.connect(started.get('bob')!);
});
afterEach(() => test.close());

const BID = { bundle: BUNDLE, amount: 20 };
const key = (name: string) => ({ 'idempotency-key': name });

describe('the same key with the same body', () => {
  it.each([
    ['/market/bid', BID, 201],
    ['/economic/transfer', { to: 'bob', amount: 1 }, 200],
    ['/social/message', { to: 'bob', content: 'x' }, 201],
    ['/social/spawn', { initial_credits: 200, first_bid: { ...BID, amount: 9 }, files: { 'main.py': '' } }, 201],
  ])('of %s is answered alike and done once', async (path, body, status) => {
    const first = await ann.post(path, body, key('k'));
    const state = economyState(test.economy);
    const again = await ann.post(path, JSON.stringify(body, undefined, 2), key('k'));
    expect(first.status).toBe(status);
    expect(first.headers).not.toHaveProperty('idempotency-replayed');
    expect(again.status).toBe(status);
    expect(again.body).toEqual(first.body);
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect(economyState(test.economy)).toEqual(state);
  });

  it('is done once when it comes many times at once', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => ann.post('/market/bid', BID, key('k'))));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(test.economy.store.bids.countPendingOfPayer('ann')).toBe(1);
  });

  it("is the same in the agent's next execution", async () => {
    const first = await ann.post('/economic/transfer', { to: 'bob', amount: 1 }, key('k'));
    settle(test.economy, ann.executionId);
    bidFor(test.economy, 'ann');
    const next = await test.connect(start(test.economy, nextCycle(test.economy).allocated[0]!));
    const again = await next.post('/economic/transfer', { to: 'bob', amount: 1 }, key('k'));
    expect(again.body).toEqual(first.body);
  });
});

describe('the same key', () => {
  it('with another body is refused', async () => {
    await ann.post('/market/bid', BID, key('k'));
    const state = economyState(test.economy);
    const answer = await ann.post('/market/bid', { ...BID, amount: 21 }, key('k'));
    expect(answer.body).toMatchObject({ status: 422, code: 'idempotency_key_reused' });
    expect(economyState(test.economy)).toEqual(state);
  });

  it('is another one of another agent, and on another route', async () => {
    await ann.post('/market/bid', BID, key('k'));
    expect((await bob.post('/market/bid', BID, key('k'))).headers).not.toHaveProperty('idempotency-replayed');
    expect((await ann.post('/social/message', { to: 'bob', content: 'x' }, key('k'))).status).toBe(201);
  });

  it('can be used again after a refusal, which is not stored', async () => {
    expect((await ann.post('/market/bid', { ...BID, amount: 1 }, key('k'))).body).toMatchObject({
      code: 'below_reserve',
    });
    expect((await ann.post('/market/bid', BID, key('k'))).status).toBe(201);
  });

  it('is forgotten when more than the limit came after it', async () => {
    for (const name of ['a', 'b', 'c', 'd']) await ann.post('/market/bid', BID, key(name));
    expect((await ann.post('/market/bid', BID, key('b'))).headers['idempotency-replayed']).toBe('true');
    expect((await ann.post('/market/bid', BID, key('a'))).headers).not.toHaveProperty('idempotency-replayed');
    expect(test.economy.store.bids.countPendingOfPayer('ann')).toBe(5);
  });

  it('is not taken by calls of a model', async () => {
    const none = { error: { code: 'no_llm_provider' } };
    for (const body of [{ model: 'a' }, { model: 'b' }])
      expect((await ann.post('/v1/messages', body, key('k'))).body).toMatchObject(none);
    expect((await ann.post('/v1/messages', {}, key(''))).body).toMatchObject(none);
  });
});

describe('a key', () => {
  it.each(['', ' ', 'two words', 'x'.repeat(201), 'é', 'a\tb'])('is not "%s"', async (name) => {
    const state = economyState(test.economy);
    const answer = await ann.post('/market/bid', BID, key(name));
    expect(answer.body).toMatchObject({ status: 400, code: 'invalid_idempotency_key', field: 'Idempotency-Key' });
    expect(economyState(test.economy)).toEqual(state);
  });

  it('may be as long as the limit', async () => {
    expect((await ann.post('/market/bid', BID, key('~'.repeat(200)))).status).toBe(201);
  });
});

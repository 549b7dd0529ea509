import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeAgent, WITH_ATTENTION } from '../../helpers/economy.ts';
import { BUNDLE, openTestService, type TestAgent, type TestService } from '../../helpers/service-client.ts';

let test: TestService;
let ann: TestAgent;
beforeEach(async () => {
  test = await openTestService();
  ann = await test.agent('ann', { bundle: WITH_ATTENTION });
});
afterEach(() => test.close());

const noted = () => test.economy.store.executions.get(ann.executionId).refusedBid;
const BID = { bundle: BUNDLE, amount: 9 };

describe('what a bid was refused for is kept with its execution', () => {
  it.each<[string, unknown]>([
    ['below_reserve', { ...BID, amount: 0.000001 }],
    ['missing_field', { amount: 9 }],
    ['unknown_field', { ...BID, amuont: 9 }],
    ['wrong_type', []],
    ['invalid_json', '{"bundle": {'],
    ['wrong_execution', { ...BID, execution_id: 'exe_999' }],
  ])('%s', async (code, body) => {
    expect((await ann.post('/market/bid', body)).body['code']).toBe(code);
    expect(noted()).toBe(code);
  });

  it('also of a prompt that names a next_bid', async () => {
    await ann.post('/human/prompt', { content: 'x', next_bid: { amount: 9 } });
    expect(noted()).toBe('missing_field');
  });

  it.each([
    ['below_reserve', { ...BID, amount: 0.000001 }],
    ['missing_field', { amount: 9 }],
  ])('also where it is placed by a tool: %s', async (code, args) => {
    const call = (given: object) =>
      ann.post('/mcp', { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'placeBid', arguments: given } });
    expect((await call(args)).text).toContain(code);
    expect(noted()).toBe(code);
    await call(BID);
    expect(noted()).toBeNull();
  });

  it('until one is taken', async () => {
    await ann.post('/market/bid', { amount: 9 });
    await ann.post('/market/bid', { ...BID, amount: 0.000001 });
    expect(noted()).toBe('below_reserve');
    expect((await ann.post('/market/bid', BID)).status).toBe(201);
    expect(noted()).toBeNull();
  });
});

describe('nothing is kept', () => {
  it.each<[string, string, unknown]>([
    ['of a bid for another agent', '/market/bid', { ...BID, amount: 0.000001, for_agent_id: 'bob' }],
    ['of a prompt without next_bid', '/human/prompt', { content: '' }],
    ['of a message', '/social/message', { to: 'nobody', content: 'x' }],
  ])('%s', async (_, path, body) => {
    makeAgent(test.economy, 'bob');
    expect((await ann.post(path, body)).status).toBeGreaterThanOrEqual(400);
    expect(noted()).toBeNull();
  });
});

import { request } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { NO_USAGE } from '../../../src/domain/execution.ts';
import { spendingNow } from '../../../src/economy/executions/budget-check.ts';
import { settleCallsOfEarlierRun } from '../../../src/economy/executions/model-call.ts';
import { settleExecution } from '../../../src/economy/executions/settle-execution.ts';
import { openStore } from '../../../src/store/store.ts';
import type { ProviderCall } from '../../helpers/fake-provider.ts';
import type { TestAgent } from '../../helpers/service-client.ts';
import { startThinkingAgent, type ThinkingAgent, type ThinkingOptions } from '../../helpers/thinking-agent.ts';
import { withStore } from '../../helpers/economy.ts';

let mind: ThinkingAgent;
async function start(options: ThinkingOptions = {}): Promise<ThinkingAgent> {
  mind = await startThinkingAgent(options);
  return mind;
}
afterEach(async () => {
  expect(mind.test.failures).toEqual([]);
  await mind.close();
});

/**
 * Another budget from now on, as after a restart with another configuration: what was sold before it could not be sold
 * under it.
 */
function limit(key: string, value: number): void {
  const { derived } = mind.test.economy;
  const [span, unit] = key.split('.') as ['day' | 'total', 'money' | 'tokens'];
  const limits = { ...derived.budget.limits, [span]: { ...NO_LIMITS, [unit]: unit === 'money' ? value * 1e6 : value } };
  Object.assign(mind.test.economy, { derived: { ...derived, budget: { ...derived.budget, limits } } });
}

const NO_LIMITS = { money: null, tokens: null };

/** 1 and 4 for a million tokens. */
const PRICES = 'intelligence.prices={gpt: {input: 1, cached_input: 0.5, output: 4}}';
const DAY_MS = 86_400_000;
const ask = { model: 'gpt', messages: [{ role: 'user' as const, content: 'x' }] };
const calls = () => mind.test.economy.store.modelCalls.page(Number.MAX_SAFE_INTEGER, 1000);
const spending = () => spendingNow(mind.test.economy);

describe('what a call has cost', () => {
  it('is reckoned by its price, and counted by day, agent and model', async () => {
    await start({ overrides: [PRICES, 'intelligence.budget.day.money=1'] });
    mind.provider.behave({ usage: { input: 1000, cached: 400, output: 50 } });
    await mind.openai.chat.completions.create(ask);
    // 600 fresh ones, 400 cached ones and 50 of output: 600 + 200 + 200 millionths.
    const call = calls()[0];
    expect(call).toMatchObject({ input: 600, cached: 400, output: 50, outcome: 'completed' });
    expect(call?.money).toBe(Math.min(1000, call?.reservedMoney ?? 0));
    expect(spending().day).toMatchObject({ money: call?.money, tokens: call?.billed });
    const { store } = mind.test.economy;
    const sum = { calls: 1, input: 600, cached: 400, output: 50, billed: call?.billed, money: call?.money };
    expect(store.spending.sums('agent', -1, 10)).toEqual([{ name: 'thinker', ...sum }]);
    expect(store.spending.sums('model', -1, 10)).toEqual([{ name: 'gpt', ...sum }]);
  });

  it.each([false, true])('has its own price for input that is written to a cache (streamed: %s)', async (stream) => {
    const prices = '{claude: {input: 1, cached_input: 0.5, cache_write: 2, output: 4}}';
    await start({ overrides: [`intelligence.prices=${prices}`], model: { tokenizer: 'bytes' } });
    const input = { input_tokens: 100, cache_creation_input_tokens: 60, cache_read_input_tokens: 20 };
    mind.provider.behave({ rawUsage: { ...input, output_tokens: 5 } });
    const body = {
      ...ask,
      model: 'claude',
      max_tokens: 50,
      messages: [{ role: 'user' as const, content: 'x'.repeat(200) }],
    };
    if (stream) await mind.anthropic.messages.stream(body).finalMessage();
    else await mind.anthropic.messages.create(body);
    expect(calls()[0]).toMatchObject({ input: 160, cached: 20, output: 5, billed: 185, isReported: 1 });
    expect(calls()[0]?.money).toBe(100 + 60 * 2 + 20 / 2 + 5 * 4);
  });

  it('is never more than was reserved, whatever the provider reports, and its figures are kept', async () => {
    await start({ overrides: [PRICES] });
    mind.provider.behave({ usage: { input: 90_000, output: 90_000 } });
    await mind.openai.chat.completions.create({ ...ask, max_completion_tokens: 10 });
    const [call] = calls();
    expect(call).toMatchObject({ input: 90_000, output: 90_000, billed: call?.reserved, money: call?.reservedMoney });
    expect(call?.reserved).toBeLessThan(200);
    expect(call?.reservedMoney).toBe((call?.reserved ?? 0) - 10 + 10 * 4);
    expect(mind.spent()).toEqual({ used: call?.reserved, reserved: 0 });
  });

  it('is nothing where the provider failed, and all that was reserved where its end was not seen', async () => {
    await start({ overrides: [PRICES, 'intelligence.retries=0'] });
    const { economy } = mind.test;
    mind.provider.behave({ status: 500 });
    await mind.openai.chat.completions.create(ask).catch(() => undefined);
    expect(calls()[0]).toMatchObject({ billed: 0, money: 0 });
    insertOpenCall(mind.agent, { reserved: 70, reservedMoney: 90 });
    expect(spending().day.reserved).toEqual({ tokens: 70, money: 90 });
    settleExecution(economy, {
      ...{ executionId: mind.agent.executionId, outcome: 'completed', detail: '', exitCode: 0 },
      ...{ usage: NO_USAGE, requests: 1 },
    });
    expect(spending().total).toEqual({ tokens: 70, money: 90, reserved: { tokens: 0, money: 0 } });
  });

  it('is not known without a price', async () => {
    await start({ overrides: [PRICES] });
    await mind.anthropic.messages.create({ ...ask, model: 'claude', max_tokens: 5 });
    expect(calls()[0]).toMatchObject({ reservedMoney: null, money: null, billed: 15 });
    expect(spending().day).toMatchObject({ money: 0, tokens: 15 });
  });
});

function insertOpenCall(
  { executionId }: TestAgent,
  reserved: { reserved: number; reservedMoney: number | null },
): void {
  const { store, clock } = mind.test.economy;
  store.modelCalls.insert({
    ...{ executionId, cycle: store.state.get().cycle, provider: 'one', model: 'gpt', route: '', ...reserved },
    beganAt: clock.now(),
  });
}

const LIMITS = [
  ['day.tokens', 1000, 'the operator lets models cost 1000 tokens a day'],
  ['total.tokens', 1000, 'the operator lets models cost 1000 tokens in all'],
  // What 1000 tokens cost at 1 for a million.
  ['day.money', 0.001, 'the operator lets models cost 0.001 USD a day'],
  ['total.money', 0.001, 'the operator lets models cost 0.001 USD in all'],
] as const;

describe.each(LIMITS)('the limit %s', (key, value, told) => {
  const [span, unit] = key.split('.') as ['day' | 'total', 'money' | 'tokens'];
  const most = unit === 'money' ? value * 1e6 : value;
  const overrides = [PRICES];

  it('caps the output of a call, and refuses the next one with 402, what is left and when it renews', async () => {
    await start({ overrides });
    limit(key, value);
    // It is dishonest about how little it was allowed.
    mind.provider.behave({ usage: { input: 90_000, output: 90_000 } });
    await mind.openai.chat.completions.create(ask);
    const cap = Number(
      mind.provider.calls[0]?.body['max_completion_tokens'] ?? mind.provider.calls[0]?.body['max_tokens'],
    );
    const [first] = calls();
    const input = (first?.reserved ?? 0) - cap;
    expect(cap).toBe(unit === 'money' ? Math.floor((1000 - input) / 4) : 1000 - input);
    expect(spending()[span][unit]).toBeGreaterThan(most - 4);
    expect(spending()[span][unit]).toBeLessThanOrEqual(most);

    const refusal = await mind.openai.chat.completions.create(ask).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ status: 402, code: 'llm_budget_exhausted', type: 'insufficient_quota' });
    expect(String(refusal)).toContain(told);
    expect(String(refusal)).toContain(span === 'day' ? 'renews at 2030-01-02T00:00:00.000Z' : 'it does not renew');
    const anthropic = mind.anthropic.messages.create({ ...ask, model: 'claude', max_tokens: 5 });
    if (unit === 'money') await expect(anthropic).rejects.toMatchObject({ status: 403 });
    else await expect(anthropic).rejects.toMatchObject({ status: 402, error: { error: { type: 'billing_error' } } });
    expect(mind.provider.calls).toHaveLength(1);
    expect(calls()).toHaveLength(1);
  });

  it('is not overspent by 64 connections that race for the last of it', async () => {
    await start({ overrides: [...overrides, ...ROOM], provider: { concurrency: 64 } });
    const agents = await Promise.all(
      Array.from({ length: 8 }, (_, number) =>
        mind.test.agent(`racer-${number}`, { bundle: { cpuMs: 1000, memoryMb: 64, tokens: 5000, attention: 0 } }),
      ),
    );
    limit(key, value);
    let highest = 0;
    const look = () => {
      const { reserved, ...spent } = spending()[span];
      highest = Math.max(highest, spent[unit] + reserved[unit]);
    };
    mind.provider.behave((call, number) => {
      look();
      // Some report more than they were allowed, some less, some nothing, some fail.
      if (number % 7 === 6) return { delayMs: number % 5, status: 500 };
      return { delayMs: number % 5, usage: number % 5 === 4 ? null : { input: 20, output: reported(call, number) } };
    });
    const statuses = new Set<number | undefined>();
    let goesOn = true;
    const connections = Array.from({ length: 64 }, async (_, place) => {
      const agent = agents[place % agents.length]!;
      for (let turn = 0; goesOn; turn++) {
        const body = { ...ask, max_completion_tokens: 1 + ((place + turn) % 9), stream: place % 2 === 1 };
        const answer = await send(agent, body);
        look();
        statuses.add(answer.status);
        if (answer.status === 402) {
          expect(answer.text).toContain('llm_budget_exhausted');
          // Others may still give back what they reserved and did not use.
          goesOn = mind.test.economy.store.modelCalls.open().length > 0;
        }
      }
    });
    await Promise.all(connections);
    look();

    expect(highest).toBeLessThanOrEqual(most);
    const { reserved, ...spent } = spending()[span];
    expect(reserved).toEqual({ tokens: 0, money: 0 });
    // Not even the least of these calls fits any more: nothing of the budget was lost.
    expect(most - spent[unit]).toBeLessThan(90);
    expect(statuses).toContain(200);
    expect(statuses).toContain(402);
    const billed = calls().reduce((sum, call) => sum + (call[unit === 'money' ? 'money' : 'billed'] ?? 0), 0);
    expect(spent[unit]).toBe(billed);
  });

  it('holds across restarts, with what was reserved when the program was killed', async () => {
    await start({ overrides });
    limit(key, value);
    insertOpenCall(mind.agent, { reserved: 950, reservedMoney: 950 });
    const { economy } = mind.test;
    const store = openStore({ path: economy.databasePath, create: false, now: economy.clock.now() });
    try {
      const restarted = withStore(economy, store);
      expect(spendingNow(restarted)[span]).toMatchObject({ [unit]: 0, reserved: { [unit]: 950 } });
      settleCallsOfEarlierRun(restarted);
      expect(spendingNow(restarted)[span]).toMatchObject({ [unit]: 950, reserved: { [unit]: 0 } });
    } finally {
      store.close();
    }
    const refusal = await mind.openai.chat.completions.create(ask).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ status: 402, code: 'llm_budget_exhausted' });
  });

  it(span === 'day' ? 'renews at midnight by UTC' : 'never renews', async () => {
    await start({ overrides });
    limit(key, value);
    await mind.openai.chat.completions.create(ask);
    mind.provider.behave({ usage: { input: 90_000, output: 90_000 } });
    await mind.openai.chat.completions.create(ask);
    const { clock } = mind.test.economy;
    clock.advance(Date.UTC(2030, 0, 2) - clock.now() - 1);
    await expect(mind.openai.chat.completions.create(ask)).rejects.toMatchObject({ status: 402 });
    clock.advance(1);
    const next = mind.openai.chat.completions.create(ask);
    if (span === 'day') await expect(next).resolves.toBeDefined();
    else await expect(next).rejects.toMatchObject({ status: 402, code: 'llm_budget_exhausted' });
  });
});

/** Enough for several agents at once. */
const ROOM = [
  ...['market.supply.memory_mb=10000', 'market.supply.cpu_seconds=100', 'service.concurrent_requests_max=100'],
  ...['intelligence.retries=0', 'intelligence.breaker_failures=1000'],
];

function reported({ body }: ProviderCall, number: number): number {
  const allowed = Number(body['max_completion_tokens'] ?? body['max_tokens']);
  return number % 3 === 0 ? allowed + 100 : Math.ceil(allowed / 2);
}

/** One call by a connection of its own; what was answered as text, streamed or not. */
function send({ socketPath, token }: TestAgent, body: object): Promise<{ status: number | undefined; text: string }> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  return new Promise((resolve, reject) => {
    const to = { socketPath, method: 'POST', path: '/v1/chat/completions', headers, agent: false } as const;
    const outgoing = request(to, (incoming) => {
      let text = '';
      incoming.on('data', (bytes: Buffer) => (text += bytes.toString()));
      incoming.on('close', () => resolve({ status: incoming.statusCode, text })).on('error', () => undefined);
    });
    outgoing.on('error', reject).end(JSON.stringify(body));
  });
}

describe('a clock', () => {
  it('that is set back frees nothing that was spent, and set forward again neither', async () => {
    await start();
    limit('day.tokens', 1000);
    mind.provider.behave({ usage: { input: 90_000, output: 90_000 } });
    await mind.openai.chat.completions.create(ask);
    const { clock } = mind.test.economy;
    for (const jump of [-DAY_MS, -3 * DAY_MS, 4 * DAY_MS]) {
      clock.jump(jump);
      const refusal = await mind.openai.chat.completions.create(ask).catch((error: unknown) => error);
      expect(refusal).toMatchObject({ status: 402, code: 'llm_budget_exhausted' });
      expect(String(refusal)).toContain('renews at 2030-01-02T00:00:00.000Z');
    }
    clock.jump(DAY_MS);
    await expect(mind.openai.chat.completions.create(ask)).resolves.toBeDefined();
  });

  it('that passes midnight while a call goes on counts it on the day on which it began', async () => {
    await start();
    limit('day.tokens', 1000);
    const { economy } = mind.test;
    insertOpenCall(mind.agent, { reserved: 1000, reservedMoney: null });
    economy.clock.advance(DAY_MS);
    // Today nothing of it is reserved; what it comes to is yesterday's.
    await mind.openai.chat.completions.create(ask);
    settleCallsOfEarlierRun(economy);
    expect(spending().day.tokens).toBe(15);
    expect(spending().total.tokens).toBe(1015);
  });
});

describe('a model without a price', () => {
  it('is refused where the budget is in money, and nothing is asked', async () => {
    await start({ overrides: [PRICES, 'intelligence.budget.total.money=5'] });
    const refused = mind.anthropic.messages.create({ ...ask, model: 'claude', max_tokens: 5 });
    await expect(refused).rejects.toMatchObject({ status: 403, error: { error: { code: 'model_unpriced' } } });
    const counted = mind.anthropic.messages.countTokens({ model: 'claude', messages: ask.messages });
    await expect(counted).rejects.toMatchObject({ status: 403 });
    expect(mind.provider.calls).toEqual([]);
    await mind.openai.chat.completions.create({ ...ask, model: 'small' });
  });

  it('can be asked where the budget is in tokens', async () => {
    await start();
    limit('day.tokens', 1000);
    await mind.anthropic.messages.create({ ...ask, model: 'claude', max_tokens: 5 });
    expect(mind.provider.calls).toHaveLength(1);
  });
});

it('a model that costs no money is asked when no money is left', async () => {
  const prices = 'intelligence.prices={gpt: {input: 1, output: 4}, claude: {input: 0, output: 0}}';
  await start({ overrides: [prices] });
  limit('day.money', 0);
  await expect(mind.openai.chat.completions.create(ask)).rejects.toMatchObject({ status: 402 });
  await mind.anthropic.messages.create({ ...ask, model: 'claude', max_tokens: 5 });
  expect(calls()[0]).toMatchObject({ money: 0, billed: 15 });
});

import { afterEach, describe, expect, it } from 'vitest';
import { settleExecution } from '../../../src/economy/executions/settle-execution.ts';
import { settleCallsOfEarlierRun } from '../../../src/economy/executions/model-call.ts';
import { NO_USAGE } from '../../../src/domain/execution.ts';
import { startThinkingAgent, type ThinkingAgent, type ThinkingOptions } from '../../helpers/thinking-agent.ts';

let mind: ThinkingAgent;
async function start(options: ThinkingOptions = {}): Promise<ThinkingAgent> {
  mind = await startThinkingAgent(options);
  return mind;
}
afterEach(async () => {
  expect(mind.test.failures).toEqual([]);
  await mind.close();
});

const ask = { model: 'gpt', messages: [{ role: 'user' as const, content: 'x' }] };
const calls = () => mind.test.economy.store.modelCalls.page(Number.MAX_SAFE_INTEGER, 100);

/** Waits for what is true in the end. */
async function until(isTrue: () => boolean): Promise<void> {
  for (let tries = 0; !isTrue(); tries++) {
    if (tries > 500) throw new Error('it never became true');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe('before a call', () => {
  it('its output is capped to what is left, to what the model may, and to what was asked for', async () => {
    await start({ tokens: 200, model: { output_max: 60 } });
    await mind.openai.chat.completions.create(ask);
    await mind.openai.chat.completions.create({ ...ask, max_completion_tokens: 7 });
    mind.provider.behave({ usage: { input: 10, output: 100 } });
    await mind.openai.chat.completions.create({ ...ask, max_completion_tokens: 1_000_000 });
    const caps = mind.provider.calls.map(({ body }) => body['max_tokens'] ?? body['max_completion_tokens']);
    expect(caps).toEqual([60, 7, 60]);
    // 60 are left: fewer than its input counts.
    await expect(mind.openai.chat.completions.create(ask)).rejects.toMatchObject({ status: 402 });
  });

  it('what does not fit is refused with 402, what is left and what was needed, and nothing is asked', async () => {
    await start({ tokens: 50 });
    const refusal = await mind.openai.chat.completions.create(ask).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ status: 402, code: 'insufficient_tokens', error: { limit: 50 } });
    expect(String(refusal)).toMatch(/needs at least \d+ tokens .* 50 are left/);
    const other = mind.anthropic.messages.create({ ...ask, model: 'claude', max_tokens: 1 });
    await expect(other).rejects.toMatchObject({ status: 402, error: { error: { type: 'billing_error' } } });
    expect(mind.provider.calls).toEqual([]);
    expect(mind.spent()).toEqual({ used: 0, reserved: 0 });
  });

  it('not even a count is made for who has no tokens', async () => {
    await start({ tokens: 0 });
    const counted = mind.anthropic.messages.countTokens({ model: 'claude', messages: ask.messages });
    await expect(counted).rejects.toMatchObject({ status: 402 });
    expect(mind.provider.calls).toEqual([]);
  });

  it('several answers each have their own output', async () => {
    await start({ tokens: 1000 });
    await mind.openai.chat.completions.create({ ...ask, n: 4 });
    const cap = Number(mind.provider.calls[0]?.body['max_tokens']);
    expect(cap).toBeGreaterThan(200);
    expect(4 * cap).toBeLessThanOrEqual(1000);
  });

  it('weights say what a token costs', async () => {
    await start({ tokens: 1000, model: { input_weight: 2, cached_weight: 0.5, output_weight: 10 } });
    mind.provider.behave({ usage: { input: 11, cached: 5, output: 4 } });
    await mind.openai.chat.completions.create(ask);
    expect(Number(mind.provider.calls[0]?.body['max_tokens'])).toBeLessThanOrEqual(100);
    expect(mind.spent().used).toBe(Math.ceil(2 * 6 + 0.5 * 5 + 10 * 4));
  });

  it('calls at the same time have a reservation each', async () => {
    await start({ tokens: 1000, provider: { concurrency: 100 } });
    const output = (most: unknown) => Math.min(90, Number(most));
    mind.provider.behave(({ body }) => ({
      // Long enough for all to have asked before the first is answered.
      ...{ delayMs: 3000, usage: { input: 10, output: output(body['max_completion_tokens']) } },
    }));
    const results = await Promise.allSettled(
      Array.from({ length: 30 }, () => mind.openai.chat.completions.create({ ...ask, max_completion_tokens: 100 })),
    );
    const done = results.filter(({ status }) => status === 'fulfilled').length;
    // Each reserves its 100 of output and its counted input, and gives back what it did not use.
    expect(done).toBeGreaterThanOrEqual(4);
    expect(done).toBeLessThan(30);
    expect(calls()).toHaveLength(done);
    const reported = calls().reduce((sum, { input, output: said }) => sum + (input ?? 0) + (said ?? 0), 0);
    expect(reported).toBeLessThanOrEqual(1000);
    expect(mind.spent()).toEqual({ used: reported, reserved: 0 });
  });
});

/** A hundred tokens and more, by every tokenizer. */
const LONG = 'What is scarce has a price, and a ledger remembers who paid it. '.repeat(12);
const long = { ...ask, messages: [{ role: 'user' as const, content: LONG }] };

/** The same call in each format, whole and streamed. */
const FORMS = ['chat', 'responses', 'messages'].flatMap((form) => [`${form}, whole`, `${form}, streamed`]);
async function askBy(form: string): Promise<void> {
  const stream = form.endsWith('streamed');
  const [asked] = form.split(',');
  const messages = [{ role: 'user', content: LONG }];
  const bodies: Record<string, object> = {
    chat: { model: 'gpt', messages, stream },
    responses: { model: 'gpt', input: messages, stream },
    messages: { model: 'claude', messages, max_tokens: 500, stream },
  };
  const paths: Record<string, string> = {
    chat: '/v1/chat/completions',
    responses: '/v1/responses',
    messages: '/v1/messages',
  };
  const { text } = await mind.agent.post(paths[asked!]!, bodies[asked!]!);
  expect(text).toContain(stream ? 'Hello' : 'Hello, world!');
  await until(() => calls()[0]?.outcome === 'completed');
}

describe('a call is settled', () => {
  it('only as far as the budget reaches, whatever a provider reports', async () => {
    await start({ tokens: 300 });
    mind.provider.behave({ usage: { input: 5000, output: 5000 } });
    await mind.openai.chat.completions.create(ask);
    expect(mind.spent()).toEqual({ used: 300, reserved: 0 });
    expect(calls()[0]).toMatchObject({ input: 5000, output: 5000, billed: 300 });
  });

  it.each(FORMS)('by what was counted where the provider reports what can not be right (%s)', async (form) => {
    await start();
    const words = ['Hello', ', ', 'world', '!', ...Array.from({ length: 60 }, () => ' again')];
    const behave = (input: number, output: number, cached = 0) =>
      mind.provider.behave({ words, usage: { input, output, cached } });
    behave(180, 90);
    await askBy(form);
    expect(calls()[0]).toMatchObject({ input: 180, output: 90, isReported: 1, detail: null });
    for (const [input, output] of [
      [0, 90],
      [20, 90],
    ] as const) {
      behave(input, output);
      await askBy(form);
      expect(calls()[0]).toMatchObject({
        output: 90,
        isReported: 0,
        detail: expect.stringContaining("can't be right") as string,
      });
      expect(calls()[0]?.input).toBeGreaterThan(150);
    }
    // Hardly anything has to be read again where it lies in a cache.
    behave(200, 90, 190);
    await askBy(form);
    expect(calls()[0]).toMatchObject({ input: 10, cached: 190, isReported: 1 });
    behave(180, 3);
    await askBy(form);
    expect(calls()[0]).toMatchObject({ input: 180, isReported: 0 });
    // What is seen is 64 tokens; where the model's own are not known, its bytes are counted.
    expect(calls()[0]?.output).toBeGreaterThanOrEqual(64);
    // Thoughts are seen by nobody: more is believed.
    behave(400, 450);
    await askBy(form);
    expect(calls()[0]).toMatchObject({ input: 400, output: 450, isReported: 1, billed: 850 });
    behave(180_000, 450);
    await askBy(form);
    expect(calls()[0]).toMatchObject({ input: 180_000, isReported: 1, billed: calls()[0]?.reserved });
    expect(calls()[0]?.detail).toContain('more than was reserved');
    mind.provider.behave({ words, usage: null });
    await askBy(form);
    expect(calls()[0]).toMatchObject({ isReported: 0, outcome: 'completed' });
    expect(calls()[0]?.detail).toContain('no figures that can be right');
  });

  it.each([
    ['nothing', { usage: null }],
    ['negative figures', { rawUsage: { prompt_tokens: -5, completion_tokens: 3 } }],
    ['words', { rawUsage: { prompt_tokens: 'many', completion_tokens: 'some' } }],
    ['more than can be', { rawUsage: { prompt_tokens: 1e12, completion_tokens: 1 } }],
    [
      'more cached than there was',
      { rawUsage: { prompt_tokens: 5, completion_tokens: 1, prompt_tokens_details: { cached_tokens: 6 } } },
    ],
  ])('by what was counted where the provider reports %s', async (_, behaviour) => {
    await start();
    mind.provider.behave({ ...behaviour, words: ['Hello', ', ', 'world', '!'] });
    await mind.openai.chat.completions.create(ask);
    const stream = await mind.openai.chat.completions.create({ ...ask, stream: true });
    for await (const _chunk of stream);
    const [second, first] = calls();
    for (const call of [first, second]) {
      expect(call).toMatchObject({ outcome: 'completed', isReported: 0, output: 4, cached: 0 });
      expect(call?.billed).toBe((call?.input ?? 0) + 4);
      expect(call?.input).toBeGreaterThan(60);
    }
  });

  it('by its report where the provider may leave out what is too long', async () => {
    await start();
    mind.provider.behave({ usage: { input: 20, output: 4 } });
    await mind.agent.post('/v1/responses', { model: 'gpt', input: LONG, truncation: 'auto' });
    expect(calls()[0]).toMatchObject({ input: 20, isReported: 1 });
    await mind.agent.post('/v1/responses', { model: 'gpt', input: LONG });
    expect(calls()[0]).toMatchObject({ isReported: 0 });
  });

  it('for what was produced where the agent leaves a stream', async () => {
    await start();
    mind.provider.behave({ words: ['Hello', ', ', 'world', '!'], hangAfter: 3 });
    const stream = await mind.openai.chat.completions.create({ ...ask, stream: true });
    let words = 0;
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content && ++words === 3) break;
    await until(() => calls()[0]?.outcome === 'hung_up');
    expect(calls()[0]).toMatchObject({ output: 3, isReported: 0 });
    await until(() => mind.provider.calls[0]?.left === true);
  });

  it('for what was produced where the provider breaks off, and the SDK is told', async () => {
    await start();
    mind.provider.behave({ words: ['Hello', ', ', 'world', '!'], cutAfter: 2 });
    const stream = await mind.openai.chat.completions.create({ ...ask, stream: true });
    await expect(
      (async () => {
        for await (const _chunk of stream);
      })(),
    ).rejects.toThrow(/one failed in the midst of its answer/);
    expect(calls()[0]).toMatchObject({ outcome: 'broken_off', output: 3, isReported: 0 });
    mind.provider.behave({ words: ['Hello', ', ', 'world', '!'], cutAfter: 2, usage: { input: 20, output: 9 } });
    const messages = mind.anthropic.messages.stream({ ...ask, model: 'claude', max_tokens: 50 });
    await expect(messages.finalMessage()).rejects.toThrow(/two failed in the midst/);
    // Its first event reported the input.
    expect(calls()[0]).toMatchObject({ outcome: 'broken_off', input: 20, isReported: 0 });
  });

  it('by the report of its end where the agent leaves a call that is not streamed', async () => {
    await start();
    mind.provider.behave({ delayMs: 100, usage: { input: 30, output: 12 } });
    const leaving = new AbortController();
    const left = mind.openai.chat.completions.create(ask, { signal: leaving.signal });
    await until(() => mind.provider.calls.length === 1);
    leaving.abort();
    await expect(left).rejects.toThrow();
    await until(() => calls()[0]?.outcome === 'hung_up');
    expect(calls()[0]).toMatchObject({ billed: 42, isReported: 1 });
    expect(mind.provider.calls[0]?.left).toBe(false);
  });

  it.each([
    ['chat', () => mind.openai.chat.completions.create(long)],
    ['responses', () => mind.openai.responses.create({ model: 'gpt', input: LONG })],
    ['messages', () => mind.anthropic.messages.create({ ...long, model: 'claude', max_tokens: 500 })],
  ])('by the report of its end where its execution ends before (%s)', async (_, call) => {
    await start();
    mind.provider.behave({ delayMs: 100, usage: { input: 180, output: 12 } });
    const waiting = call().catch((error: unknown) => error);
    await until(() => mind.provider.calls.length === 1);
    await mind.test.gateway.end(mind.agent.executionId);
    expect(calls()[0]).toMatchObject({ outcome: 'completed', billed: 192, isReported: 1 });
    await waiting;
  });

  it('when its execution ends and its answer does not come within the limit: the receipt knows it', async () => {
    await start({ overrides: ['intelligence.answer_wait_ms=50'] });
    mind.provider.behave({ hangAfter: 0 });
    const waiting = mind.openai.chat.completions
      .create({ ...ask, max_completion_tokens: 40 })
      .catch((error: unknown) => error);
    mind.provider.behave((call) => (call.body['stream'] === true ? { hangAfter: 2 } : { hangAfter: 0 }));
    const stream = await mind.openai.chat.completions.create({ ...ask, stream: true });
    await until(() => mind.provider.calls.length === 2);
    const { executionId } = mind.agent;
    await mind.test.gateway.end(executionId);
    expect(mind.spent().reserved).toBe(0);
    settleExecution(mind.test.economy, {
      ...{ executionId, outcome: 'completed', detail: '', exitCode: 0, usage: NO_USAGE, requests: 2 },
    });
    const [streamed, whole] = calls();
    // What the provider made of the one nobody knows; of the other it is known.
    expect(whole).toMatchObject({ outcome: 'lost', billed: whole?.reserved });
    expect(streamed).toMatchObject({ outcome: 'hung_up', isReported: 0 });
    expect(mind.test.economy.store.executions.get(executionId).tokensUsed).toBe(
      (whole?.billed ?? 0) + (streamed?.billed ?? 0),
    );
    stream.controller.abort();
    await waiting;
  });

  it('with its execution, where nobody ended it before: to what was reserved', async () => {
    await start();
    const { executionId } = mind.agent;
    const { store } = mind.test.economy;
    const call = { executionId, cycle: 1, provider: 'one', model: 'gpt', route: '', reserved: 77, beganAt: 0 };
    store.modelCalls.insert({ ...call, reservedMoney: null });
    settleExecution(mind.test.economy, {
      ...{ executionId, outcome: 'completed', detail: '', exitCode: 0, usage: NO_USAGE, requests: 1 },
    });
    expect(mind.spent()).toEqual({ used: 77, reserved: 0 });
    expect(store.executions.get(executionId).tokensUsed).toBe(77);
  });

  it('for nothing where the agent leaves between two attempts', async () => {
    await start({ overrides: ['intelligence.retry_base_ms=60000', 'intelligence.retry_wait_max_ms=60000'] });
    mind.provider.behave({ status: 503 });
    const leaving = new AbortController();
    const left = mind.openai.chat.completions.create({ ...ask, stream: true }, { signal: leaving.signal });
    await until(() => mind.provider.load.now === 0 && mind.provider.calls.length === 1);
    // The answer is on its way to the gateway.
    await new Promise((resolve) => setTimeout(resolve, 500));
    leaving.abort();
    await expect(left).rejects.toThrow();
    await until(() => calls()[0]?.outcome === 'hung_up');
    expect(calls()[0]).toMatchObject({ billed: 0, input: null });
  });

  it('after a crash: at the next start, to what was reserved', async () => {
    await start();
    const { economy } = mind.test;
    const cycle = economy.store.state.get().cycle;
    const { executionId } = mind.agent;
    economy.store.modelCalls.insert({
      ...{ executionId, cycle, provider: 'one', model: 'gpt', route: '/v1/chat/completions', reserved: 77, beganAt: 0 },
      reservedMoney: null,
    });
    settleCallsOfEarlierRun(economy);
    expect(mind.spent()).toEqual({ used: 77, reserved: 0 });
    settleCallsOfEarlierRun(economy);
    expect(mind.spent()).toEqual({ used: 77, reserved: 0 });
  });
});

it('content is kept only where the operator wants it', async () => {
  await start();
  await mind.openai.chat.completions.create(ask);
  expect(calls()[0]?.content).toBeNull();
  await mind.close();
  await start({ overrides: ['intelligence.log_content=true', 'intelligence.content_chars_max=60'] });
  await mind.openai.chat.completions.create(ask);
  const stream = await mind.openai.chat.completions.create({ ...ask, stream: true });
  for await (const _chunk of stream);
  const [streamed, whole] = calls().map(
    ({ content }) => JSON.parse(content ?? '{}') as { asked: string; answered: string },
  );
  expect(whole?.asked).toContain('"content":"x"');
  expect(whole?.answered).toHaveLength(60);
  expect(streamed?.answered).toBe('Hello, world!');
});

import { afterEach, describe, expect, it } from 'vitest';
import { KEY } from '../../helpers/provider-settings.ts';
import { startThinkingAgent, type ThinkingAgent, type ThinkingOptions } from '../../helpers/thinking-agent.ts';
import type { Behaviour } from '../../helpers/fake-provider.ts';

let mind: ThinkingAgent;
async function start(options: ThinkingOptions = {}): Promise<ThinkingAgent> {
  mind = await startThinkingAgent(options);
  return mind;
}
afterEach(async () => {
  expect(mind.test.failures).toEqual([]);
  expect(mind.spent().reserved).toBe(0);
  await mind.close();
});

const ask = { model: 'gpt', messages: [{ role: 'user' as const, content: 'x' }] };
const create = () => mind.openai.chat.completions.create(ask);

describe("a provider's failure is the provider's", () => {
  it.each<[string, Behaviour, number, string, number]>([
    ['an error of its own', { status: 500 }, 502, 'provider_failed', 3],
    ['a wrong key', { status: 401, message: `bad key ${KEY}` }, 502, 'provider_failed', 1],
    ['a model that it lacks', { status: 404 }, 502, 'provider_failed', 1],
    ['a limit of its own', { status: 429 }, 503, 'provider_busy', 3],
    ['being overloaded', { status: 529 }, 503, 'provider_busy', 3],
    ['a redirection', { status: 302, headers: { location: '/elsewhere' } }, 502, 'provider_failed', 1],
    ['no answer', { cutAfter: 0 }, 502, 'provider_failed', 3],
    ['garbage', { garbage: '<html>' }, 502, 'provider_failed', 1],
    ['JSON that is none of its own', { garbage: '[1, 2]' }, 502, 'provider_failed', 1],
    ['an empty answer', { garbage: '' }, 502, 'provider_failed', 1],
    ['compression', { headers: { 'content-encoding': 'gzip' } }, 502, 'provider_failed', 1],
    ['silence', { hangAfter: 0 }, 504, 'provider_timeout', 1],
  ])('%s', async (_, behaviour, status, code, attempts) => {
    const isSilent = behaviour.hangAfter === 0;
    await start({ provider: { idle_timeout_ms: isSilent ? 200 : 30_000, answer_bytes_max: 4096 } });
    mind.provider.behave(behaviour);
    const error = await create().catch((refusal: unknown) => refusal);
    expect(error).toMatchObject({ status, code, type: 'server_error' });
    expect(String(error)).not.toContain(KEY);
    expect(mind.provider.calls).toHaveLength(attempts);
    expect(mind.spent()).toEqual({ used: 0, reserved: 0 });
    const [call] = mind.test.economy.store.modelCalls.page(Number.MAX_SAFE_INTEGER, 1);
    expect(call).toMatchObject({ outcome: 'failed', billed: 0 });
  });

  it('but what is wrong with the call is told in its own words, without its key', async () => {
    await start();
    mind.provider.behave({ status: 400, message: `tools.0 is wrong for ${KEY}` });
    await expect(create()).rejects.toMatchObject({
      ...{
        status: 400,
        code: 'refused_by_provider',
        message: expect.stringContaining('tools.0 is wrong for …') as string,
      },
    });
    expect(mind.provider.calls).toHaveLength(1);
    expect(mind.spent().used).toBe(0);
  });

  it('also a wrong key of which Google says that the call is wrong', async () => {
    await start();
    const details = [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID' }];
    mind.provider.behave({ status: 400, message: 'API key not valid.', details });
    const body = { contents: [{ parts: [{ text: 'x' }] }] };
    const answer = await mind.agent.post('/v1beta/models/gemini:generateContent', body);
    expect(answer).toMatchObject({ status: 502, body: { error: { details: [{ reason: 'provider_failed' }] } } });
    expect(JSON.stringify(answer.body)).not.toContain('API key');
    expect(mind.provider.calls).toHaveLength(1);
  });

  it('one that is not there', async () => {
    await start();
    await mind.provider.close();
    await expect(create()).rejects.toMatchObject({ status: 502, code: 'provider_unreachable' });
  });

  it('a stream that is silent for too long, or ends without its last event', async () => {
    await start({ provider: { idle_timeout_ms: 1000 } });
    mind.provider.behave({ hangAfter: 1 });
    const stream = await mind.openai.chat.completions.create({ ...ask, stream: true });
    await expect(
      (async () => {
        for await (const _chunk of stream);
      })(),
    ).rejects.toThrow(/failed in the midst/);
    expect(mind.spent().used).toBeGreaterThan(0);
  });

  it.each([
    'data: {"choices": [\n\n',
    'nonsense',
    'data: {"error": {"message": "overloaded"}}\n\n',
    `data: ${'x'.repeat(5_000_000)}`,
  ])('a stream of garbage (%.24s)', async (garbage) => {
    await start();
    mind.provider.behave({ garbage });
    const stream = await mind.openai.chat.completions.create({ ...ask, stream: true });
    await expect(
      (async () => {
        for await (const _chunk of stream);
      })(),
    ).rejects.toThrow(/failed in the midst/);
    expect(mind.spent().used).toBe(0);
  });
});

describe('another attempt', () => {
  it('is made where the first produced nothing', async () => {
    await start();
    mind.provider.behave((_, number) => (number < 2 ? { status: 503 } : {}));
    expect((await create()).choices[0]?.message.content).toBe('Hello, world!');
    expect(mind.spent().used).toBe(15);
  });

  it('waits as long as Google asks for in the body of its error', async () => {
    await start({ overrides: ['intelligence.retry_base_ms=60000', 'intelligence.retry_wait_max_ms=60000'] });
    const asks = (retryDelay: string) => ({ status: 429, details: [{ '@type': 'RetryInfo', retryDelay }] });
    mind.provider.behave((_, number) => (number === 0 ? asks('0.005s') : {}));
    const body = { contents: [{ parts: [{ text: 'x' }] }] };
    const ask = () => mind.agent.post('/v1beta/models/gemini:generateContent', body);
    expect(await ask()).toMatchObject({ status: 200 });
    expect(mind.provider.calls).toHaveLength(2);
    mind.provider.behave(asks('3600s'));
    expect(await ask()).toMatchObject({
      ...{ status: 503, headers: { 'retry-after': '3600' } },
      body: { error: { details: [{ reason: 'provider_busy', metadata: { limit: '3600' } }] } },
    });
    expect(mind.provider.calls).toHaveLength(3);
  });

  it('waits as long as the provider asks for, and is not made where that is too long', async () => {
    await start({ overrides: ['intelligence.retry_base_ms=60000', 'intelligence.retry_wait_max_ms=60000'] });
    mind.provider.behave((_, number) => (number === 0 ? { status: 429, headers: { 'retry-after-ms': '5' } } : {}));
    await create();
    expect(mind.provider.calls).toHaveLength(2);
    mind.provider.behave({ status: 429, headers: { 'retry-after': '3600' } });
    const error = await create().catch((refusal: unknown) => refusal);
    expect(error).toMatchObject({ status: 503, code: 'provider_busy', error: { limit: 3600 } });
    expect(mind.provider.calls).toHaveLength(3);
  });
});

it('a provider that keeps failing is left alone for a while, then tried with one call', async () => {
  await start({
    overrides: ['intelligence.retries=0', 'intelligence.breaker_failures=2', 'intelligence.breaker_ms=3600000'],
  });
  mind.provider.behave({ status: 500 });
  for (const status of [502, 502, 503, 503]) await expect(create()).rejects.toMatchObject({ status });
  expect(mind.provider.calls).toHaveLength(2);
  mind.skip(3_600_000);
  mind.provider.behave({});
  await create();
  expect((await create()).choices).toHaveLength(1);
  // One that refuses a wrong call is there: nobody can keep the others from it.
  mind.provider.behave({ status: 500 });
  for (const status of [502, 502]) await expect(create()).rejects.toMatchObject({ status });
  mind.skip(3_600_000);
  mind.provider.behave({ status: 400 });
  for (const status of [400, 400]) await expect(create()).rejects.toMatchObject({ status });
  mind.provider.behave({});
  // The other provider was never to blame.
  await mind.anthropic.messages.create({ ...ask, model: 'claude', max_tokens: 9 });
});

it.each([302, 401, 402, 403, 404, 409, 415, 429, 451])(
  'a provider that refuses calls with %i is asked again: no agent can keep it from others',
  async (status) => {
    await start({ overrides: ['intelligence.retries=0', 'intelligence.breaker_failures=1'] });
    mind.provider.behave({ status });
    for (const _ of [1, 2]) await create().catch((refusal: unknown) => refusal);
    mind.provider.behave({});
    expect((await create()).choices).toHaveLength(1);
    expect(mind.provider.calls).toHaveLength(3);
  },
);

it('no more calls go on at a provider than it takes', async () => {
  await start({ tokens: 1_000_000, provider: { concurrency: 3 } });
  mind.provider.behave({ delayMs: 30 });
  await Promise.all(Array.from({ length: 20 }, create));
  expect(mind.provider.load.most).toBeLessThanOrEqual(3);
  expect(mind.provider.load.most).toBeGreaterThan(1);
});

it('a call that waits too long for its turn is refused, and costs nothing', async () => {
  await start({ provider: { concurrency: 1 }, overrides: ['intelligence.queue_timeout_ms=50'] });
  mind.provider.behave({ delayMs: 300 });
  const [first, second] = await Promise.allSettled([create(), create()]);
  expect(first.status).toBe('fulfilled');
  expect(second).toMatchObject({ reason: { status: 503, code: 'provider_busy' } });
  expect(mind.spent().used).toBe(15);
});

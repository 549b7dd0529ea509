import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startThinkingAgent, type ThinkingAgent } from '../../helpers/thinking-agent.ts';

let mind: ThinkingAgent;
beforeAll(async () => {
  mind = await startThinkingAgent();
});
beforeEach(() => {
  mind.provider.calls.length = 0;
});
afterAll(() => mind.close());

const said = [{ role: 'user', content: 'x' }];
const contents = [{ role: 'user', parts: [{ text: 'x' }] }];
const GEMMA = ['google/gemma-3:free', 'google%2Fgemma-3:free', 'google%2Fgemma-3%3Afree', 'google/gemma-3%3afree'];

describe("a model's name may hold slashes and colons", () => {
  it.each<[string, object]>([
    ['/v1/chat/completions', { model: 'meta/llama-3:free', messages: said }],
    ['/v1/responses', { model: 'meta/llama-3:free', input: 'x' }],
    ['/v1/messages', { model: 'anthropic/claude:beta', messages: said, max_tokens: 5 }],
    ['/v1/messages/count_tokens', { model: 'anthropic/claude:beta', messages: said }],
    ['/intelligence/inference', { model: 'google/gemma-3:free', prompt: 'x' }],
  ])('in the body of POST %s', async (path, body) => {
    expect(await mind.agent.post(path, body)).toMatchObject({ status: 200 });
  });

  it.each(GEMMA)('in the address of a call: %s', async (name) => {
    for (const version of ['v1beta', 'v1'])
      for (const method of ['generateContent', 'streamGenerateContent', 'countTokens'])
        expect(await mind.agent.post(`/${version}/models/${name}:${method}`, { contents })).toMatchObject({
          status: 200,
        });
    const paths = new Set(mind.provider.calls.map(({ path }) => path.replace(/(\?.*)$/, '')));
    expect([...paths]).toEqual([
      '/v1beta/models/google/gemma-3:free:generateContent',
      '/v1beta/models/google/gemma-3:free:streamGenerateContent',
      '/v1beta/models/google/gemma-3:free:countTokens',
    ]);
  });

  it.each(GEMMA)('in the address of what is known of it: %s', async (name) => {
    for (const version of ['v1', 'v1beta'])
      expect(await mind.agent.get(`/${version}/models/${name}`)).toMatchObject({
        ...{ status: 200, body: { id: 'google/gemma-3:free', name: 'models/google/gemma-3:free' } },
      });
  });

  it('and the SDKs write it as they do', async () => {
    const { id } = await mind.openai.models.retrieve('meta/llama-3:free');
    expect(id).toBe('meta/llama-3:free');
    const model = await mind.anthropic.models.retrieve('anthropic/claude:beta');
    expect(model.id).toBe('anthropic/claude:beta');
    const answer = await mind.google.models.generateContent({ model: 'google/gemma-3:free', contents: 'x' });
    expect(answer.text).toBe('Hello, world!');
  });
});

it('a call by an alias is booked under the name of its model', async () => {
  const { modelCalls } = mind.test.economy.store;
  for (const model of ['small', 'gpt', 'meta/llama-3:free'])
    await mind.agent.post('/v1/chat/completions', { model, messages: said });
  expect(modelCalls.page(Number.MAX_SAFE_INTEGER, 3).map(({ model }) => model)).toEqual(['gpt', 'gpt', 'gpt']);
});

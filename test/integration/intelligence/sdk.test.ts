import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KEY } from '../../helpers/provider-settings.ts';
import { startThinkingAgent, type ThinkingAgent } from '../../helpers/thinking-agent.ts';

let mind: ThinkingAgent;
beforeEach(async () => {
  mind = await startThinkingAgent();
});
afterEach(async () => {
  expect(mind.test.failures).toEqual([]);
  expect(mind.spent().reserved).toBe(0);
  await mind.close();
});

const hello = [{ role: 'user' as const, content: 'Say hello.' }];
const tool = { name: 'weather', description: 'Of a place.', input_schema: { type: 'object' as const, properties: {} } };

describe('the OpenAI SDK', () => {
  it('completes a chat', async () => {
    const answer = await mind.openai.chat.completions.create({ model: 'gpt', messages: hello });
    expect(answer.choices[0]?.message.content).toBe('Hello, world!');
    expect(mind.spent().used).toBe(15);
    const [call] = mind.provider.calls;
    expect(call?.headers.authorization).toBe(`Bearer ${KEY}`);
    expect(call?.body).toMatchObject({ model: 'gpt-4o-mini', max_tokens: 4096 });
  });

  it('streams a chat, without the usage that it did not ask for', async () => {
    const stream = await mind.openai.chat.completions.create({ model: 'small', messages: hello, stream: true });
    const words: string[] = [];
    for await (const chunk of stream) {
      expect(chunk.choices).toHaveLength(1);
      words.push(chunk.choices[0]?.delta.content ?? '');
    }
    expect(words.join('')).toBe('Hello, world!');
    expect(mind.spent().used).toBe(15);
  });

  it('streams a chat with the usage that it asked for', async () => {
    const stream = await mind.openai.chat.completions.create({
      ...{ model: 'gpt', messages: hello, stream: true, stream_options: { include_usage: true } },
    });
    const usages = [];
    for await (const chunk of stream) if (chunk.usage) usages.push(chunk.usage.total_tokens);
    expect(usages).toEqual([15]);
  });

  it.each([false, true])('is given a tool call (streamed: %s)', async (stream) => {
    mind.provider.behave({ tool: { name: 'weather', input: { city: 'Oslo' } } });
    const { description, input_schema: parameters, name } = tool;
    const runner = mind.openai.chat.completions.stream({
      ...{ model: 'gpt', messages: hello, tools: [{ type: 'function', function: { name, description, parameters } }] },
    });
    const answer = stream
      ? await runner.finalChatCompletion()
      : await mind.openai.chat.completions.create({
          ...{
            model: 'gpt',
            messages: hello,
            tools: [{ type: 'function', function: { name, description, parameters } }],
          },
        });
    await runner.done();
    const [called] = answer.choices[0]?.message.tool_calls ?? [];
    expect(called).toMatchObject({ function: { name: 'weather', arguments: '{"city":"Oslo"}' } });
  });

  it('creates a response, whole and streamed, which the provider may not keep', async () => {
    const answer = await mind.openai.responses.create({ model: 'gpt', input: 'Say hello.', store: true });
    expect(answer.output_text).toBe('Hello, world!');
    const stream = await mind.openai.responses.create({ model: 'gpt', input: hello, stream: true });
    const words: string[] = [];
    for await (const event of stream) if (event.type === 'response.output_text.delta') words.push(event.delta);
    expect(words.join('')).toBe('Hello, world!');
    expect(mind.spent().used).toBe(30);
    expect(mind.provider.calls.map(({ body }) => body['store'])).toEqual([false, false]);
  });

  it('embeds, for its input alone', async () => {
    mind.provider.behave({ usage: { input: 7, output: 0 } });
    const answer = await mind.openai.embeddings.create({ model: 'embed', input: ['a', 'b'], encoding_format: 'float' });
    expect(answer.data[0]?.embedding).toEqual([0.5, 0.25]);
    expect(mind.spent().used).toBe(7);
  });

  it('lists the models', async () => {
    const names = [];
    for await (const model of mind.openai.models.list()) names.push(model.id);
    expect(names).toEqual([
      ...[
        'gpt',
        'small',
        'meta/llama-3:free',
        'embed',
        'claude',
        'anthropic/claude:beta',
        'gemini',
        'google/gemma-3:free',
      ],
    ]);
    expect(await mind.openai.models.retrieve('gpt')).toMatchObject({ id: 'gpt', owned_by: 'one' });
    await expect(mind.openai.models.retrieve('no/such')).rejects.toMatchObject({ status: 404, code: 'unknown_model' });
  });
});

describe('the Anthropic SDK', () => {
  it('creates a message', async () => {
    mind.provider.behave({ usage: { input: 11, cached: 6, output: 4 } });
    const answer = await mind.anthropic.messages.create({ model: 'claude', max_tokens: 100, messages: hello });
    expect(answer.content).toEqual([{ type: 'text', text: 'Hello, world!' }]);
    expect(mind.spent().used).toBe(15);
    const [call] = mind.provider.calls;
    expect(call?.headers).toMatchObject({ 'x-api-key': KEY, 'anthropic-version': '2023-06-01' });
    expect(call?.body).toMatchObject({ model: 'claude', max_tokens: 100 });
  });

  it.each([false, true])('streams a message (with a tool: %s)', async (withTool) => {
    if (withTool) mind.provider.behave({ tool: { name: 'weather', input: { city: 'Oslo' } } });
    const stream = mind.anthropic.messages.stream({ model: 'claude', max_tokens: 100, messages: hello, tools: [tool] });
    const answer = await stream.finalMessage();
    expect(answer.content).toMatchObject([
      withTool ? { type: 'tool_use', input: { city: 'Oslo' } } : { type: 'text', text: 'Hello, world!' },
    ]);
    expect(mind.spent().used).toBe(15);
  });

  it('is told that betas are not passed on', async () => {
    const { response } = await mind.anthropic.messages
      .create({ model: 'claude', max_tokens: 100, messages: hello }, { headers: { 'anthropic-beta': 'x-2099' } })
      .withResponse();
    expect(response.headers.get('x-bp-removed')).toBe('anthropic-beta');
    expect(mind.provider.calls[0]?.headers).not.toHaveProperty('anthropic-beta');
  });

  it('counts tokens without paying', async () => {
    const counted = await mind.anthropic.messages.countTokens({ model: 'claude', messages: hello });
    expect(counted.input_tokens).toBe(11);
    expect(mind.spent().used).toBe(0);
  });

  it('lists the models', async () => {
    const names = [];
    for await (const model of mind.anthropic.models.list()) names.push(model.id);
    expect(names).toContain('claude');
  });
});

describe('an agent with nothing but HTTP', () => {
  it.each(['gpt', 'claude', undefined])('asks %s', async (model) => {
    const answer = await mind.agent.post('/intelligence/inference', { prompt: 'Say hello.', ...(model && { model }) });
    expect(answer.body).toEqual({
      ...{ model: model ?? 'gpt', text: 'Hello, world!', tokens_left: 9985 },
      stop_reason: model === 'claude' ? 'end_turn' : 'stop',
      usage: { input_tokens: 11, cached_tokens: 0, output_tokens: 4 },
    });
  });

  it('sends a conversation', async () => {
    const messages = [{ role: 'system', content: 'Be brief.' }, ...hello];
    await mind.agent.post('/intelligence/inference', { messages, model: 'claude', max_tokens: 9 });
    expect(mind.provider.calls[0]?.body).toEqual({
      model: 'claude',
      max_tokens: 9,
      system: 'Be brief.',
      messages: hello,
    });
  });
});

it('what is left is told with each answer and by GET /execution', async () => {
  const answer = await mind.agent.post('/v1/chat/completions', {
    model: 'gpt',
    messages: hello,
    user: 'me',
    metadata: {},
  });
  expect(answer.headers).toMatchObject({ 'x-bp-tokens-left': '9985', 'x-bp-removed': 'user, metadata' });
  const { body } = await mind.agent.get('/execution');
  expect(body).toMatchObject({ used: { tokens: 15 }, remaining: { tokens: 9985 } });
});

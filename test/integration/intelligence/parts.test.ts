import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startThinkingAgent, type ThinkingAgent } from '../../helpers/thinking-agent.ts';

let mind: ThinkingAgent;
beforeAll(async () => {
  mind = await startThinkingAgent({ tokens: 10_000_000 });
});
beforeEach(() => {
  mind.provider.behave({});
  mind.provider.calls.length = 0;
});
afterAll(async () => {
  expect(mind.test.failures).toEqual([]);
  expect(mind.spent().reserved).toBe(0);
  await mind.close();
});

const DATA = 'data:image/png;base64,AAAA';
const chatWith = (...content: unknown[]) => ({ model: 'gpt', messages: [{ role: 'user', content }] });
const responseWith = (...content: unknown[]) => ({ model: 'gpt', input: [{ role: 'user', content }] });
const messageWith = (...content: unknown[]) => ({
  model: 'claude',
  max_tokens: 5,
  messages: [{ role: 'user', content }],
});
const CHAT = '/v1/chat/completions';
const RESPONSES = '/v1/responses';
const MESSAGES = '/v1/messages';

const chatImage = { type: 'image_url', image_url: { url: DATA } };
const responseImage = { type: 'input_image', image_url: DATA };
const source = { type: 'base64', media_type: 'image/png', data: 'AAAA' };
const messageImage = { type: 'image', source };

/** What the provider was asked last, as text. */
const passed = () => JSON.stringify(mind.provider.calls.at(-1)?.body ?? null);

describe('beside an image nothing is passed on', () => {
  it.each<[string, string, object]>([
    ['a file', CHAT, chatWith({ ...chatImage, file_id: 'f' })],
    ['a file in the image', CHAT, chatWith({ type: 'image_url', image_url: { url: DATA, file_id: 'f' } })],
    ['an address', CHAT, chatWith({ ...chatImage, url: 'https://x' })],
    ['a file', RESPONSES, responseWith({ ...responseImage, file_id: 'f' })],
    ['an address', RESPONSES, responseWith({ ...responseImage, file_url: 'https://x' })],
    ['a file', MESSAGES, messageWith({ ...messageImage, file_id: 'f' })],
    ['an address in the source', MESSAGES, messageWith({ type: 'image', source: { ...source, url: 'https://x' } })],
    ['a file in the source', MESSAGES, messageWith({ type: 'image', source: { ...source, file_id: 'f' } })],
    ['a file beside words', CHAT, chatWith({ type: 'text', text: 'x', file_id: 'f' })],
    ['a file beside words', RESPONSES, responseWith({ type: 'input_text', text: 'x', file_data: 'f' })],
    ['a file beside words', MESSAGES, messageWith({ type: 'text', text: 'x', file_id: 'f' })],
  ])('that names a place elsewhere: %s (%s)', async (_, path, body) => {
    expect(await mind.agent.post(path, body)).toMatchObject({ status: 400, body: { error: { code: 'not_allowed' } } });
    expect(mind.provider.calls).toEqual([]);
  });

  it.each<[string, string, object, string]>([
    ['words', CHAT, chatWith({ ...chatImage, text: 'uncounted' }), 'messages.0.content.0.text'],
    ['words', RESPONSES, responseWith({ ...responseImage, text: 'uncounted' }), 'input.0.content.0.text'],
    ['words', MESSAGES, messageWith({ ...messageImage, text: 'uncounted' }), 'messages.0.content.0.text'],
    [
      'words in the source',
      MESSAGES,
      messageWith({ type: 'image', source: { ...source, text: 'uncounted' } }),
      'messages.0.content.0.source.text',
    ],
    [
      'what nobody knows',
      CHAT,
      chatWith({ type: 'text', text: 'x', new_field: 'uncounted' }),
      'messages.0.content.0.new_field',
    ],
    [
      'what nobody knows',
      RESPONSES,
      { model: 'gpt', input: [{ role: 'user', content: 'x', new_field: 'uncounted' }] },
      'input.0.new_field',
    ],
    [
      'what nobody knows',
      MESSAGES,
      { ...messageWith('x'), messages: [{ role: 'user', content: 'x', new_field: 'uncounted' }] },
      'messages.0.new_field',
    ],
    [
      'in a tool',
      CHAT,
      {
        ...chatWith({ type: 'text', text: 'x' }),
        tools: [{ type: 'function', function: { name: 'f' }, new_field: 'uncounted' }],
      },
      'tools.0.new_field',
    ],
  ])('that is unknown: %s (%s)', async (_, path, body, removed) => {
    const answer = await mind.agent.post(path, body);
    expect(answer.status, answer.text).toBe(200);
    expect(answer.headers['x-bp-removed']).toBe(removed);
    expect(passed()).not.toContain('uncounted');
  });
});

describe('items of the wrong type are refused', () => {
  it.each<[string, object]>([
    [CHAT, { model: 'gpt', messages: 'words' }],
    [CHAT, { model: 'gpt', messages: { role: 'user', content: 'x' } }],
    [CHAT, { model: 'gpt', messages: ['x'] }],
    [CHAT, { model: 'gpt', messages: [null] }],
    [CHAT, { model: 'gpt', messages: [[{ role: 'user', content: 'x' }]] }],
    [CHAT, { model: 'gpt', messages: [{ role: 'user', content: 5 }] }],
    [CHAT, { model: 'gpt', messages: [{ role: 'user', content: { type: 'text', text: 'x' } }] }],
    [CHAT, chatWith('x')],
    [CHAT, chatWith({ type: 'text', text: 5 })],
    [CHAT, chatWith({ type: 'text', text: ['x'] })],
    [CHAT, { model: 'gpt', messages: [{ role: ['user'], content: 'x' }] }],
    [CHAT, { model: 'gpt', messages: [{ role: 5, content: 'x' }] }],
    [RESPONSES, { model: 'gpt', input: [{ role: 5, content: 'x' }] }],
    [MESSAGES, { model: 'claude', max_tokens: 5, messages: [{ role: 5, content: 'x' }] }],
    [CHAT, { model: 'gpt', messages: [{ role: 'assistant', tool_calls: [5] }] }],
    [RESPONSES, { model: 'gpt', input: 5 }],
    [RESPONSES, { model: 'gpt', input: {} }],
    [RESPONSES, { model: 'gpt', input: ['x'] }],
    [RESPONSES, { model: 'gpt', input: [5] }],
    [RESPONSES, responseWith(5)],
    [RESPONSES, responseWith({ type: 'input_text', text: {} })],
    [RESPONSES, { model: 'gpt', input: 'x', instructions: 5 }],
    [RESPONSES, { model: 'gpt', input: [{ type: 'function_call_output', call_id: 'c', output: 5 }] }],
    [MESSAGES, { model: 'claude', max_tokens: 5, messages: 'x' }],
    [MESSAGES, { model: 'claude', max_tokens: 5, messages: [true] }],
    [MESSAGES, { model: 'claude', max_tokens: 5, messages: [{ role: 'user', content: 5 }] }],
    [MESSAGES, messageWith('x')],
    [MESSAGES, messageWith({ type: 'text', text: 5 })],
    [MESSAGES, messageWith({ type: 'tool_result', tool_use_id: 't', content: [5] })],
    [MESSAGES, { ...messageWith({ type: 'text', text: 'x' }), system: 5 }],
    [MESSAGES, { ...messageWith({ type: 'text', text: 'x' }), system: ['x'] }],
  ])('%s %j', async (path, body) => {
    expect(await mind.agent.post(path, body)).toMatchObject({ status: 400, body: { error: { code: 'wrong_type' } } });
    expect(mind.provider.calls).toEqual([]);
  });

  it.each<[string, object]>([
    [CHAT, chatWith({ text: 'x' })],
    [CHAT, chatWith({ type: 'video_url', video_url: { url: 'https://x' } })],
    [RESPONSES, { model: 'gpt', input: [{ type: 'web_search_call', id: 'w' }] }],
    [MESSAGES, messageWith({ type: 'server_tool_use', id: 's', name: 'web_search', input: {} })],
    [MESSAGES, messageWith({ type: 'document', source: { type: 'text', media_type: 'text/html', data: 'x' } })],
    [CHAT, chatWith({ type: 'image_url', image_url: { url: 'data:image/svg+xml,<svg/>' } })],
  ])('and kinds that are not known (%s %j)', async (path, body) => {
    expect(await mind.agent.post(path, body)).toMatchObject({ status: 400, body: { error: { code: 'not_allowed' } } });
    expect(mind.provider.calls).toEqual([]);
  });
});

describe('what agents and their SDKs send is passed on as it is', () => {
  const text = { type: 'text', text: 'x' };
  const cache_control = { type: 'ephemeral', ttl: '1h' };
  it.each<[string, string, object]>([
    [
      'results of a search of its own',
      MESSAGES,
      {
        ...messageWith(
          { type: 'search_result', source: 'a page', title: 'A page', content: [text], citations: { enabled: true } },
          {
            type: 'tool_result',
            tool_use_id: 't',
            content: [{ type: 'search_result', source: 's', title: 't', content: [text] }],
          },
        ),
      },
    ],
    ['a mark for the cache, for all of it', MESSAGES, { ...messageWith(text), cache_control }],
    [
      'marks for the cache in its parts',
      MESSAGES,
      {
        ...messageWith({ ...text, cache_control }),
        system: [{ ...text, cache_control }],
        tools: [{ name: 'f', input_schema: { type: 'object' }, cache_control }],
      },
    ],
    [
      'thoughts and calls of earlier turns',
      MESSAGES,
      {
        ...messageWith(text),
        messages: [
          { role: 'user', content: 'x' },
          {
            role: 'assistant',
            content: [
              { type: 'thinking', thinking: 'hm', signature: 'abc' },
              { type: 'redacted_thinking', data: 'abc' },
              { type: 'tool_use', id: 't', name: 'f', input: { url: 'https://x', file_id: 'f' } },
            ],
          },
          { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: 'done', is_error: false }] },
        ],
      },
    ],
    [
      'tools under a name',
      RESPONSES,
      {
        model: 'gpt',
        input: 'x',
        tools: [
          {
            type: 'namespace',
            name: 'n',
            description: 'd',
            tools: [{ type: 'function', name: 'f', parameters: {}, strict: false }],
          },
          {
            type: 'custom',
            name: 'apply_patch',
            description: 'd',
            format: { type: 'grammar', syntax: 'lark', definition: 'x' },
          },
          { type: 'local_shell' },
        ],
      },
    ],
    [
      'calls and thoughts of earlier turns',
      RESPONSES,
      {
        model: 'gpt',
        input: [
          { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'x' }] },
          { type: 'reasoning', id: 'r', summary: [{ type: 'summary_text', text: 's' }], encrypted_content: 'abc' },
          { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}', namespace: 'n' },
          { type: 'function_call_output', call_id: 'c', output: [{ type: 'input_text', text: 'done' }] },
          { type: 'custom_tool_call', call_id: 'd', name: 'apply_patch', input: 'x', status: 'completed' },
          { type: 'custom_tool_call_output', call_id: 'd', output: 'done' },
        ],
      },
    ],
    [
      'calls and thoughts of earlier turns',
      CHAT,
      {
        model: 'gpt',
        messages: [
          { role: 'developer', content: 'x' },
          {
            role: 'assistant',
            content: null,
            reasoning_content: 'hm',
            tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } }],
          },
          { role: 'tool', tool_call_id: 'c', content: [text] },
        ],
      },
    ],
  ])('%s (%s)', async (_, path, body) => {
    const answer = await mind.agent.post(path, body);
    expect(answer.status, answer.text).toBe(200);
    expect(answer.headers['x-bp-removed']).toBeUndefined();
    const { model: _model, max_tokens: _limit, ...rest } = body as Record<string, unknown>;
    expect(mind.provider.calls[0]?.body).toMatchObject(rest);
  });
});

describe('a search of the web', () => {
  const [f, g] = [
    { type: 'function', function: { name: 'f' } },
    { type: 'function', name: 'f' },
  ];
  const h = { name: 'f', input_schema: { type: 'object' } };
  it.each<[string, object, string]>([
    [CHAT, { ...chatWith({ type: 'text', text: 'x' }), tools: [f, { type: 'web_search' }] }, 'web_search'],
    [
      RESPONSES,
      { model: 'gpt', input: 'x', tools: [{ type: 'web_search', external_web_access: false }, g] },
      'web_search',
    ],
    [RESPONSES, { model: 'gpt', input: 'x', tools: [g, { type: 'web_search_preview' }] }, 'web_search_preview'],
    [
      MESSAGES,
      { ...messageWith({ type: 'text', text: 'x' }), tools: [{ type: 'web_search_20250305', name: 'web_search' }, h] },
      'web_search_20250305',
    ],
  ])('among other tools is taken out and named (%s)', async (path, body, name) => {
    const answer = await mind.agent.post(path, body);
    expect(answer.status, answer.text).toBe(200);
    expect(answer.headers['x-bp-removed']).toBe(name);
    expect(mind.provider.calls[0]?.body['tools']).toHaveLength(1);
    expect(passed()).not.toContain('web_search');
  });

  it.each<[string, object]>([
    [RESPONSES, { model: 'gpt', input: 'x', tools: [{ type: 'web_search' }] }],
    [RESPONSES, { model: 'gpt', input: 'x', tools: [g, { type: 'web_search' }], tool_choice: { type: 'web_search' } }],
    [
      MESSAGES,
      {
        ...messageWith({ type: 'text', text: 'x' }),
        tools: [h, { type: 'web_search_20250305', name: 'web_search' }],
        tool_choice: { type: 'tool', name: 'web_search' },
      },
    ],
    [
      RESPONSES,
      { model: 'gpt', input: 'x', tools: [{ type: 'namespace', name: 'n', tools: [{ type: 'web_search' }] }] },
    ],
  ])('alone, or where the model has to, is refused (%s %j)', async (path, body) => {
    expect(await mind.agent.post(path, body)).toMatchObject({ status: 400, body: { error: { code: 'not_allowed' } } });
    expect(mind.provider.calls).toEqual([]);
  });
});

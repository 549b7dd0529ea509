import { request } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startThinkingAgent, type ThinkingAgent } from '../../helpers/thinking-agent.ts';

let mind: ThinkingAgent;
beforeAll(async () => {
  mind = await startThinkingAgent({
    tokens: 1_000_000,
    overrides: ['intelligence.images_max=2', 'intelligence.stalled_timeout_ms=300'],
  });
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

const CHAT = '/v1/chat/completions';
const said = [{ role: 'user', content: 'x' }];
const chat = { model: 'gpt', messages: said };
const message = { model: 'claude', messages: said, max_tokens: 5 };
const part = (content: unknown) => ({ messages: [{ role: 'user', content: [content] }] });
const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } };

describe('a call is refused before anything is asked or reserved', () => {
  it.each<[string, string, object, number, string]>([
    ['an unknown model', CHAT, { ...chat, model: 'none' }, 404, 'unknown_model'],
    ['no model', CHAT, { messages: said }, 400, 'missing_field'],
    ['a model that is no text', CHAT, { ...chat, model: 5 }, 400, 'wrong_type'],
    ['a model of the other format', CHAT, { ...chat, model: 'claude' }, 400, 'wrong_format'],
    ['a model of the other format', '/v1/messages', { ...message, model: 'gpt' }, 400, 'wrong_format'],
    ['a model for embeddings', CHAT, { ...chat, model: 'embed' }, 400, 'wrong_format'],
    ['a model that does not embed', '/v1/embeddings', { model: 'gpt', input: 'x' }, 400, 'wrong_format'],
    ['no messages', CHAT, { model: 'gpt' }, 400, 'missing_field'],
    ['empty messages', CHAT, { model: 'gpt', messages: [] }, 400, 'empty'],
    ['negative max_tokens', CHAT, { ...chat, max_tokens: -1 }, 400, 'not_positive'],
    ['max_tokens of nothing', CHAT, { ...chat, max_completion_tokens: 0 }, 400, 'not_positive'],
    ['half a token', CHAT, { ...chat, max_tokens: 0.5 }, 400, 'not_integer'],
    ['max_tokens in words', '/v1/messages', { ...message, max_tokens: 'many' }, 400, 'wrong_type'],
    ['no max_tokens', '/v1/messages', { model: 'claude', messages: said }, 400, 'missing_field'],
    ['too many answers', CHAT, { ...chat, n: 9 }, 400, 'too_large'],
    ['a list', CHAT, [], 400, 'wrong_type'],
    ['search on the web', CHAT, { ...chat, web_search_options: {} }, 400, 'not_allowed'],
    ['sound', CHAT, { ...chat, modalities: ['text', 'audio'] }, 400, 'not_allowed'],
    ['a tool of the provider', CHAT, { ...chat, tools: [{ type: 'web_search' }] }, 400, 'not_allowed'],
    ['tools that are none', CHAT, { ...chat, tools: ['web_search'] }, 400, 'wrong_type'],
    [
      'an image by address',
      CHAT,
      { ...chat, ...part({ ...image, image_url: { url: 'https://x' } }) },
      400,
      'not_allowed',
    ],
    [
      'a file for an image',
      CHAT,
      { ...chat, ...part({ ...image, image_url: { url: 'data:application/pdf,A' } }) },
      400,
      'not_allowed',
    ],
    ['an address without a type', CHAT, { ...chat, ...part({ image_url: { url: 'https://x' } }) }, 400, 'not_allowed'],
    [
      'too many images',
      CHAT,
      { ...chat, messages: [{ role: 'user', content: [image, image, image] }] },
      400,
      'too_many_images',
    ],
    [
      'a file at the provider',
      CHAT,
      { ...chat, ...part({ type: 'file', file: { file_id: 'f' } }) },
      400,
      'not_allowed',
    ],
    [
      'a stored conversation',
      '/v1/responses',
      { model: 'gpt', input: 'x', previous_response_id: 'r' },
      400,
      'not_allowed',
    ],
    ['a background answer', '/v1/responses', { model: 'gpt', input: 'x', background: true }, 400, 'not_allowed'],
    [
      'a tool that runs code',
      '/v1/responses',
      { model: 'gpt', input: 'x', tools: [{ type: 'code_interpreter' }] },
      400,
      'not_allowed',
    ],
    [
      'a stored item',
      '/v1/responses',
      { model: 'gpt', input: [{ type: 'item_reference', id: 'i' }] },
      400,
      'not_allowed',
    ],
    ['a server of tools', '/v1/messages', { ...message, mcp_servers: [{}] }, 400, 'not_allowed'],
    [
      'a search of the provider',
      '/v1/messages',
      { ...message, tools: [{ type: 'web_search_20250305' }] },
      400,
      'not_allowed',
    ],
    [
      'an image by address',
      '/v1/messages',
      { ...message, ...part({ type: 'image', source: { type: 'url', url: 'https://x' } }) },
      400,
      'not_allowed',
    ],
    [
      'a document that is no text',
      '/v1/messages',
      { ...message, ...part({ type: 'document', source: { type: 'base64', data: '' } }) },
      400,
      'not_allowed',
    ],
    ['embeddings of numbers', '/v1/embeddings', { model: 'embed', input: [0.5] }, 400, 'wrong_type'],
  ])('%s (%s)', async (_, path, body, status, code) => {
    const before = mind.spent();
    const answer = await mind.agent.post(path, body);
    expect(answer).toMatchObject({ status, body: { error: { code } } });
    expect(answer.body['type']).toBe(path.startsWith('/v1/messages') ? 'error' : undefined);
    expect(mind.provider.calls).toEqual([]);
    expect(mind.spent()).toEqual(before);
  });

  it.each([
    ['malformed JSON', '{"model": ', {}, 400, 'invalid_json'],
    ['another content type', '{}', { 'content-type': 'text/plain' }, 415, 'unsupported_media_type'],
    ['nothing', '', {}, 400, 'invalid_json'],
    ['a depth without end', `${'['.repeat(9000)}${']'.repeat(9000)}`, {}, 400, 'too_deep'],
  ])('%s', async (_, body, headers, status, code) => {
    const answer = await mind.agent.request({ method: 'POST', path: CHAT, body, headers });
    expect(answer).toMatchObject({ status, body: { error: { code, type: 'invalid_request_error' } } });
  });

  it('a body of 100 MB, of which hardly anything is read', async () => {
    const { socketPath, token } = mind.agent;
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
    const status = await new Promise<number>((resolve, reject) => {
      const outgoing = request({ socketPath, method: 'POST', path: '/v1/messages', headers }, (incoming) => {
        resolve(incoming.statusCode ?? 0);
        outgoing.destroy();
      });
      outgoing.on('error', (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EPIPE' && error.code !== 'ECONNRESET') reject(error);
      });
      const chunk = Buffer.alloc(1_048_576, ' ');
      const write = (left: number): void => {
        if (left === 0) outgoing.end();
        else outgoing.write(chunk, () => write(left - 1));
      };
      write(100);
    });
    expect(status).toBe(413);
    expect(mind.provider.calls).toEqual([]);
  });

  it('without a token or with a wrong one, in the words of the SDK', async () => {
    const headers = { authorization: 'Bearer wrong' };
    const answer = await mind.agent.post(CHAT, chat, headers);
    expect(answer).toMatchObject({
      status: 401,
      body: { error: { type: 'authentication_error', code: 'invalid_token' } },
    });
    const none = await mind.agent.post('/v1/messages', message, { authorization: '' });
    expect(none).toMatchObject({ status: 401, body: { type: 'error', error: { type: 'authentication_error' } } });
  });
});

describe('what an agent may ask for', () => {
  it('is passed on, and what it may not is taken out and named', async () => {
    const answer = await mind.agent.post(CHAT, {
      ...{
        ...chat,
        user: 'u',
        metadata: { a: 1 },
        store: true,
        service_tier: 'priority',
        'x\r\ny': 1,
        temperature: 0.5,
      },
      ...{
        tools: [{ type: 'function', function: { name: 'f', parameters: {} } }],
        messages: [{ role: 'user', content: [image] }],
      },
    });
    expect(answer.status).toBe(200);
    expect(answer.headers['x-bp-removed']).toBe('user, metadata, store, service_tier, x??y');
    const [call] = mind.provider.calls;
    expect(Object.keys(call?.body ?? {}).sort()).toEqual(['max_tokens', 'messages', 'model', 'temperature', 'tools']);
  });

  it('client-side tools, text documents and images of Anthropic are passed on', async () => {
    const content = [
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } },
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'words' } },
      { type: 'tool_result', tool_use_id: 't', content: [{ type: 'text', text: 'https://an.address/in/words' }] },
    ];
    const turns = [
      {
        role: 'assistant',
        content: [{ type: 'tool_use', id: 't', name: 'f', input: { type: 'anything', url: 'https://x' } }],
      },
      { role: 'user', content },
    ];
    const tools = [
      { type: 'bash_20250124', name: 'bash' },
      { name: 'f', input_schema: { type: 'object' } },
    ];
    const answer = await mind.agent.post('/v1/messages', { ...message, messages: turns, tools });
    expect(answer.status).toBe(200);
    expect(mind.provider.calls[0]?.body).toMatchObject({ messages: turns, tools });
  });
});

it('a stream that is never read is cut off, billed, and holds up nobody', async () => {
  mind.provider.behave({ words: Array.from({ length: 14_000 }, () => 'word '.repeat(200)), usage: null });
  const { socketPath, token } = mind.agent;
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const outgoing = request({ socketPath, method: 'POST', path: CHAT, headers }, (incoming) => void incoming.pause());
  outgoing.on('error', () => undefined);
  outgoing.end(JSON.stringify({ ...chat, stream: true }));
  const { modelCalls } = mind.test.economy.store;
  for (let tries = 0; modelCalls.page(1e9, 1)[0]?.outcome !== 'hung_up' || !mind.provider.calls[0]?.left; tries++) {
    expect(tries).toBeLessThan(500);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  expect(modelCalls.page(1e9, 1)[0]).toMatchObject({ isReported: 0, output: 4096 });
  outgoing.destroy();
});

it('a thousand calls at once: those that are too many are refused, and nobody else waits for them', async () => {
  mind.provider.behave({ delayMs: 5 });
  const other = await mind.test.agent('other', { bundle: { cpuMs: 1000, memoryMb: 64, tokens: 10_000, attention: 0 } });
  const flood = Array.from({ length: 1000 }, () => mind.agent.post(CHAT, chat).catch(() => ({ status: 0 })));
  const { status } = await other.post(CHAT, chat);
  expect(status).toBe(200);
  const statuses = new Set((await Promise.all(flood)).map((answer) => answer.status));
  for (const found of statuses) expect([0, 200, 429]).toContain(found);
  expect(statuses).toContain(200);
  expect(mind.provider.load.most).toBeLessThanOrEqual(16);
});

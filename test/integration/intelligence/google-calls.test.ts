import { request } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startThinkingAgent, type ThinkingAgent } from '../../helpers/thinking-agent.ts';

let mind: ThinkingAgent;
beforeAll(async () => {
  mind = await startThinkingAgent({ tokens: 1_000_000 });
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

const GENERATE = '/v1beta/models/gemini:generateContent';
const STREAM = '/v1beta/models/gemini:streamGenerateContent';
const COUNT = '/v1beta/models/gemini:countTokens';
const contents = [{ role: 'user', parts: [{ text: 'x' }] }];
const config = (given: object) => ({ contents, generationConfig: given });

describe('what an agent may ask for', () => {
  it('is passed on in one spelling, and all else is taken out and named', async () => {
    const answer = await mind.agent.post(GENERATE, {
      contents: {
        role: 'user',
        parts: [
          { text: 'x', part_metadata: { a: 1 }, invented: { url: 'https://x' } },
          {
            inline_data: { mime_type: 'image/png', data: 'AAAA', display_name: 'y' },
            media_resolution: { level: 'L' },
          },
          { function_response: { id: '1', name: 'f', response: { any_thing: 1 }, will_continue: true } },
        ],
      },
      system_instruction: { parts: { text: 'Be brief.' } },
      generation_config: {
        ...{
          max_output_tokens: 50,
          top_p: 0.5,
          candidate_count: 2,
          stop_sequences: ['.'],
          response_modalities: ['Text'],
        },
        ...{ response_schema: { type: 'OBJECT', properties: { a_b: {} } }, audio_timestamp: true },
        response_format: { text: { mime_type: 'application/json', schema: { a_b: {} }, delivery: 'URI' } },
        thinking_config: { thinking_budget: -1, include_thoughts: true },
      },
      tools: { function_declarations: [{ name: 'f', parameters: { properties: { a_b: { type: 'STRING' } } }, x: 1 }] },
      tool_config: { function_calling_config: { mode: 'ANY', allowed_function_names: ['f'] }, retrieval_config: {} },
      safety_settings: [{ category: 'C', threshold: 'T', method: 'M' }],
      labels: { a: 'b' },
      service_tier: 'flex',
      store: true,
      stream: true,
    });
    expect(answer.status).toBe(200);
    const removed = String(answer.headers['x-bp-removed']).split(', ').sort();
    expect(removed).toEqual([
      ...[
        'contents.0.parts.0.invented',
        'contents.0.parts.0.partMetadata',
        'contents.0.parts.1.inlineData.displayName',
      ],
      ...['contents.0.parts.2.functionResponse.willContinue', 'generationConfig.audioTimestamp'],
      ...['generationConfig.responseFormat.0.text.delivery', 'labels'],
      ...['safetySettings.0.method', 'serviceTier', 'store', 'stream', 'toolConfig.retrievalConfig'],
      'tools.0.functionDeclarations.0.x',
    ]);
    expect(mind.provider.calls[0]?.body).toEqual({
      contents: [
        {
          role: 'user',
          parts: [
            { text: 'x' },
            { inlineData: { mimeType: 'image/png', data: 'AAAA' }, mediaResolution: { level: 'L' } },
            { functionResponse: { id: '1', name: 'f', response: { any_thing: 1 } } },
          ],
        },
      ],
      systemInstruction: { parts: [{ text: 'Be brief.' }] },
      generationConfig: {
        ...{ maxOutputTokens: 50, topP: 0.5, candidateCount: 2, stopSequences: ['.'], responseModalities: ['Text'] },
        responseSchema: { type: 'OBJECT', properties: { a_b: {} } },
        responseFormat: [{ text: { mimeType: 'application/json', schema: { a_b: {} } } }],
        thinkingConfig: { thinkingBudget: -1, includeThoughts: true },
      },
      tools: [{ functionDeclarations: [{ name: 'f', parameters: { properties: { a_b: { type: 'STRING' } } } }] }],
      toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['f'] } },
      safetySettings: [{ category: 'C', threshold: 'T' }],
      store: false,
    });
  });

  it('names the model of a count as the provider does', async () => {
    const whole = { model: 'models/gemini', contents, systemInstruction: { parts: [{ text: 'y' }] } };
    expect(await mind.agent.post(COUNT, { generateContentRequest: whole })).toMatchObject({
      body: { totalTokens: 11 },
    });
    expect(mind.provider.calls[0]?.body).toEqual({
      generateContentRequest: { ...whole, model: 'models/gemini-2.5-flash' },
    });
  });

  it.each([
    [20, 4096, 20],
    [undefined, 4096, undefined],
    [5000, 1024, 512],
    [1024, 1024, 512],
    [1023, 1024, 1023],
    [-1, 100, -1],
  ])('thoughts have a budget of %j within %i: %j', async (thinkingBudget, maxOutputTokens, passed) => {
    await mind.agent.post(GENERATE, config({ maxOutputTokens, thinkingConfig: { thinkingBudget } }));
    const { generationConfig } = mind.provider.calls[0]?.body as { generationConfig: Record<string, unknown> };
    expect(generationConfig).toEqual({
      maxOutputTokens,
      thinkingConfig: passed === undefined ? {} : { thinkingBudget: passed },
    });
  });

  it('thoughts have no budget where the rest of it is too little for one', async () => {
    const answer = await mind.agent.post(
      GENERATE,
      config({ max_output_tokens: 100, thinking_config: { thinking_budget: 200, thinking_level: 'LOW' } }),
    );
    expect(answer.headers['x-bp-removed']).toBe('generationConfig.thinkingConfig.thinkingBudget');
    expect(mind.provider.calls[0]?.body['generationConfig']).toEqual({
      maxOutputTokens: 100,
      thinkingConfig: { thinkingLevel: 'LOW' },
    });
  });
});

it('an image is reserved for the finest resolution, however small it is', async () => {
  const png = Buffer.alloc(33);
  png.write('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'latin1');
  png.writeUInt32BE(32, 16);
  png.writeUInt32BE(32, 20);
  const reserved = async (...parts: object[]) => {
    const body = { contents: [{ parts }], generationConfig: { maxOutputTokens: 1 } };
    expect((await mind.agent.post(GENERATE, body)).status).toBe(200);
    return mind.test.economy.store.modelCalls.page(Number.MAX_SAFE_INTEGER, 1)[0]!.reserved;
  };
  const image = { inlineData: { mimeType: 'image/png', data: png.toString('base64') } };
  const more = (await reserved({ text: 'x' }, image)) - (await reserved({ text: 'x' }));
  expect(more).toBeGreaterThanOrEqual(2240);
  expect(more).toBeLessThan(2300);
});

describe('a stream', () => {
  /** The raw answer. */
  function read(path: string): Promise<{ readonly type: string | undefined; readonly text: string }> {
    const { socketPath, token } = mind.agent;
    const headers = { 'content-type': 'application/json', 'x-goog-api-key': token };
    return new Promise((resolve, reject) => {
      const outgoing = request({ socketPath, method: 'POST', path, headers, agent: false }, (incoming) => {
        let text = '';
        incoming.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        incoming.on('end', () => resolve({ type: incoming.headers['content-type'], text }));
      });
      outgoing.on('error', reject);
      outgoing.end(JSON.stringify({ contents }));
    });
  }
  const wordsOf = (chunks: readonly { candidates?: { content: { parts: { text: string }[] } }[] }[]) =>
    chunks.map(({ candidates }) => candidates?.[0]?.content.parts[0]?.text ?? '').join('');

  it('comes as events where they are asked for', async () => {
    const { type, text } = await read(`${STREAM}?alt=sse`);
    expect(type).toBe('text/event-stream');
    const events = text.split('\n\n').filter((event) => event !== '');
    expect(wordsOf(events.map((event) => JSON.parse(event.replace('data: ', '')) as object))).toBe('Hello, world!');
  });

  it.each([STREAM, `${STREAM}?alt=json`])('comes as one list where not (%s)', async (path) => {
    const { type, text } = await read(path);
    expect(type).toBe('application/json');
    expect(wordsOf(JSON.parse(text) as object[])).toBe('Hello, world!');
    expect(mind.provider.calls[0]?.path).toContain('alt=sse');
  });

  it('that fails in its midst is a list that ends with the error', async () => {
    mind.provider.behave({ cutAfter: 2 });
    const { text } = await read(STREAM);
    const chunks = JSON.parse(text) as { error?: object }[];
    expect(chunks).toHaveLength(3);
    expect(chunks.at(-1)).toMatchObject({ error: { code: 502, status: 'UNAVAILABLE' } });
  });
});

it('a search of the web among functions is taken out and named', async () => {
  const functionDeclarations = [{ name: 'f' }];
  for (const tools of [
    [{ functionDeclarations }, { googleSearch: {} }],
    [{ google_search: {}, functionDeclarations }],
  ]) {
    const answer = await mind.agent.post('/v1beta/models/gemini:generateContent', { contents, tools });
    expect(answer.headers['x-bp-removed'], answer.text).toBe('googleSearch');
    expect(mind.provider.calls.at(-1)?.body['tools']).toEqual([{ functionDeclarations }]);
  }
});

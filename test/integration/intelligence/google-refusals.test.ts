import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startThinkingAgent, type ThinkingAgent } from '../../helpers/thinking-agent.ts';

let mind: ThinkingAgent;
beforeAll(async () => {
  mind = await startThinkingAgent({ tokens: 1_000_000, overrides: ['intelligence.images_max=2'] });
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
const image = { inlineData: { mimeType: 'image/png', data: 'AAAA' } };
const part = (given: object) => ({ contents: [{ role: 'user', parts: [given] }] });
const config = (given: object) => ({ contents, generationConfig: given });
const tool = (given: object) => ({ contents, tools: [given] });

type Refused = [what: string, body: object, code: string, field?: string | undefined];

const WRONG: readonly Refused[] = [
  ['no contents', {}, 'missing_field', 'contents'],
  ['empty contents', { contents: [] }, 'empty', 'contents'],
  ['contents in words', { contents: 'x' }, 'wrong_type', 'contents'],
  ['a number for a content', { contents: [1] }, 'wrong_type', 'contents.0'],
  ['nothing for a content', { contents: [null] }, 'wrong_type', 'contents.0'],
  ['parts in words', { contents: [{ parts: 'x' }] }, 'wrong_type', 'contents.0.parts'],
  ['a text for a part', { contents: [{ parts: ['x'] }] }, 'wrong_type', 'contents.0.parts.0'],
  ['a list for a text', part({ text: ['x'] }), 'wrong_type', 'contents.0.parts.0.text'],
  ['a role of a kind', { contents: [{ role: {}, parts: [] }] }, 'wrong_type', 'contents.0.role'],
  ['words for the system', { contents, systemInstruction: 'x' }, 'wrong_type', 'systemInstruction'],
  ['settings in a list', config([]), 'wrong_type', 'generationConfig'],
  ['half a token', config({ maxOutputTokens: 0.5 }), 'not_integer', 'generationConfig.maxOutputTokens'],
  ['no token', config({ max_output_tokens: 0 }), 'not_positive', 'generationConfig.maxOutputTokens'],
  ['tokens in words', config({ maxOutputTokens: '9' }), 'wrong_type', 'generationConfig.maxOutputTokens'],
  ['too many answers', config({ candidateCount: 9 }), 'too_large', 'generationConfig.candidateCount'],
  ['a temperature in words', config({ temperature: 'hot' }), 'wrong_type', 'generationConfig.temperature'],
  [
    'half a thought',
    config({ thinkingConfig: { thinkingBudget: 0.5 } }),
    'invalid_value',
    'generationConfig.thinkingConfig.thinkingBudget',
  ],
  ['too many images', { contents: [{ parts: [image, image, image] }] }, 'too_many_images'],
  ['two limits', config({ maxOutputTokens: 9, max_output_tokens: 9 }), 'invalid_value'],
  ['settings twice', { contents, generationConfig: {}, generation_config: {} }, 'invalid_value', 'generationConfig'],
];

const NOT_ALLOWED: readonly (readonly [what: string, body: object, field?: string])[] = [
  ['what is kept there', { contents, cachedContent: 'cachedContents/1' }, 'cachedContent'],
  ['what is kept there', { contents, cached_content: 'cachedContents/1' }, 'cachedContent'],
  ['a file', part({ fileData: { fileUri: 'https://x/files/1' } }), 'contents.0.parts.0.fileData'],
  ['a file', part({ file_data: { file_uri: 'https://x/files/1' } }), 'contents.0.parts.0.fileData'],
  ['a file beside a text', part({ text: 'x', file_data: { file_uri: 'f' } }), 'contents.0.parts.0.fileData'],
  ['a file beside an image', part({ ...image, fileData: { fileUri: 'f' } }), 'contents.0.parts.0.fileData'],
  [
    'a file that a tool gave',
    part({ functionResponse: { name: 'f', response: {}, parts: [{ file_data: { file_uri: 'f' } }] } }),
    'contents.0.parts.0.functionResponse.parts.0.fileData',
  ],
  ['sound', part({ inlineData: { mimeType: 'audio/wav', data: 'AAAA' } }), 'contents.0.parts.0.inlineData'],
  ['a document', part({ inline_data: { mime_type: 'application/pdf', data: 'AA' } }), 'contents.0.parts.0.inlineData'],
  ['data of no type', part({ inlineData: { data: 'AAAA' } }), 'contents.0.parts.0.inlineData'],
  ['a film', part({ ...image, videoMetadata: { fps: 1 } }), 'contents.0.parts.0.videoMetadata'],
  ['code that ran there', part({ executableCode: { code: 'x' } }), 'contents.0.parts.0.executableCode'],
  ['what it gave', part({ code_execution_result: { output: 'x' } }), 'contents.0.parts.0.codeExecutionResult'],
  ['a tool that ran there', part({ toolCall: { toolType: 'x' } }), 'contents.0.parts.0.toolCall'],
  [
    'the system in a file',
    { contents, systemInstruction: { parts: [{ fileData: {} }] } },
    'systemInstruction.parts.0.fileData',
  ],
  ['a voice', config({ speechConfig: {} }), 'generationConfig.speechConfig'],
  ['pictures', config({ response_modalities: ['TEXT', 'IMAGE'] }), 'generationConfig.responseModalities.1'],
  ['a picture', config({ image_config: { aspectRatio: '1:1' } }), 'generationConfig.imageConfig'],
  [
    'sound that is kept there',
    config({ response_format: [{ text: {} }, { audio: { delivery: 'URI' } }] }),
    'generationConfig.responseFormat.1.audio',
  ],
  ...['googleSearch', 'google_search', 'googleSearchRetrieval', 'codeExecution', 'code_execution', 'urlContext'].map(
    (name): [string, object, string?] => [name, tool({ [name]: {} })],
  ),
  ...['computerUse', 'fileSearch', 'googleMaps', 'mcpServers', 'retrieval', 'newerSearch'].map(
    (name): [string, object, string] => [
      `${name} beside functions`,
      tool({ functionDeclarations: [], [name]: {} }),
      `tools.0.${name}`,
    ],
  ),
];

const REFUSED: readonly Refused[] = [
  ...WRONG,
  ...NOT_ALLOWED.map(([what, body, field]): Refused => [what, body, 'not_allowed', field]),
];

describe('a call in the format of Google is refused before anything is asked or reserved', () => {
  it.each(REFUSED)('%s (%j)', async (_, body, code, field) => {
    const before = mind.spent();
    for (const [path, asked] of [
      [GENERATE, body],
      [`${STREAM}?alt=sse`, body],
      [COUNT, { generateContentRequest: body }],
    ] as const) {
      const answer = await mind.agent.post(path, asked);
      const inside = path === COUNT ? 'generateContentRequest.' : '';
      expect(answer).toMatchObject({
        status: 400,
        body: { error: { code: 400, status: 'INVALID_ARGUMENT', details: [{ reason: code }] } },
      });
      const [{ metadata } = {}] = (answer.body['error'] as { details: { metadata?: { field?: string } }[] }).details;
      // What must be there at all is told as what it is.
      if (field !== undefined && field !== 'contents') expect(metadata).toMatchObject({ field: inside + field });
    }
    expect(mind.provider.calls).toEqual([]);
    expect(mind.spent()).toEqual(before);
  });

  it.each<[string, string, unknown, number, string, string]>([
    ['an unknown model', '/v1beta/models/none:generateContent', { contents }, 404, 'NOT_FOUND', 'unknown_model'],
    [
      'a model of another format',
      '/v1beta/models/gpt:countTokens',
      { contents },
      400,
      'INVALID_ARGUMENT',
      'wrong_format',
    ],
    ['a list', GENERATE, [], 400, 'INVALID_ARGUMENT', 'wrong_type'],
    ['another form of a stream', `${STREAM}?alt=proto`, { contents }, 400, 'INVALID_ARGUMENT', 'invalid_value'],
    [
      'another method',
      '/v1beta/models/gemini:embedContent',
      { contents },
      405,
      'INVALID_ARGUMENT',
      'method_not_allowed',
    ],
    ['no method', '/v1beta/tunedModels/gemini:generateContent', {}, 404, 'NOT_FOUND', 'route_not_found'],
    ['no JSON', GENERATE, '{', 400, 'INVALID_ARGUMENT', 'invalid_json'],
  ])('%s', async (_, path, body, code, status, reason) => {
    expect(await mind.agent.post(path, body)).toMatchObject({
      status: code,
      body: { error: { code, status, details: [{ reason }] } },
    });
    expect(mind.provider.calls).toEqual([]);
  });

  it('and a model of Google in the format of another', async () => {
    const answer = await mind.agent.post('/v1/chat/completions', {
      ...{ model: 'gemini', messages: [{ role: 'user', content: 'x' }] },
    });
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'wrong_format' } } });
    expect(JSON.stringify(answer.body)).toContain('/v1beta/models/{model}:generateContent');
  });
});

describe('the token', () => {
  const body = { contents };

  it('is taken from the header that the SDKs of Google send', async () => {
    const { token } = mind.agent;
    const sent = { method: 'POST', path: GENERATE, body };
    expect(
      await mind.agent.request({ ...sent, headers: { authorization: '', 'x-goog-api-key': token } }),
    ).toMatchObject({
      status: 200,
    });
    expect(
      await mind.agent.request({ ...sent, headers: { authorization: '', 'x-goog-api-key': 'wrong' } }),
    ).toMatchObject({ status: 401, body: { error: { code: 401, status: 'UNAUTHENTICATED' } } });
  });

  it('tells on a route of two SDKs which of them asks', async () => {
    const headers = { authorization: '', 'x-goog-api-key': mind.agent.token };
    expect(await mind.agent.request({ path: '/v1/models/none', headers })).toMatchObject({
      ...{ status: 404, body: { error: { code: 404, status: 'NOT_FOUND', details: [{ reason: 'unknown_model' }] } } },
    });
    expect(await mind.agent.get('/v1/models/none')).toMatchObject({ body: { error: { code: 'unknown_model' } } });
  });

  it('is not taken from the address, and what to do is told', async () => {
    const { token } = mind.agent;
    for (const path of [`${GENERATE}?key=${token}`, `${STREAM}?alt=sse&key=${token}`])
      expect(await mind.agent.request({ method: 'POST', path, body, headers: { authorization: '' } })).toMatchObject({
        status: 401,
        body: {
          error: {
            message: expect.stringContaining('in the header x-goog-api-key') as string,
            details: [{ reason: 'missing_token' }],
          },
        },
      });
    expect(mind.provider.calls).toEqual([]);
  });
});

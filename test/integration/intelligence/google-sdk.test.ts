import { ApiError, FunctionCallingConfigMode, Type } from '@google/genai';
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

const hello = { model: 'gemini', contents: 'Say hello.' };
const weather = {
  name: 'weather',
  description: 'Of a place.',
  parameters: { type: Type.OBJECT, properties: { city_name: { type: Type.STRING } } },
};
const textsOf = async (stream: AsyncIterable<{ readonly text: string | undefined }>): Promise<string> => {
  let words = '';
  for await (const { text } of stream) words += text ?? '';
  return words;
};

describe("Google's SDK", () => {
  it('generates content', async () => {
    mind.provider.behave({ usage: { input: 11, cached: 6, output: 4 } });
    const answer = await mind.google.models.generateContent(hello);
    expect(answer.text).toBe('Hello, world!');
    expect(mind.spent().used).toBe(15);
    const [call] = mind.provider.calls;
    expect(call?.path).toBe('/v1beta/models/gemini-2.5-flash:generateContent');
    expect(call?.headers).toMatchObject({ 'x-goog-api-key': KEY });
    expect(call?.headers).not.toHaveProperty('authorization');
    expect(call?.body).toEqual({
      contents: [{ role: 'user', parts: [{ text: 'Say hello.' }] }],
      generationConfig: { maxOutputTokens: 4096 },
      store: false,
    });
  });

  it('streams content', async () => {
    expect(await textsOf(await mind.google.models.generateContentStream(hello))).toBe('Hello, world!');
    expect(mind.spent().used).toBe(15);
    expect(mind.provider.calls[0]?.path).toBe('/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse');
    const [call] = mind.test.economy.store.modelCalls.page(Number.MAX_SAFE_INTEGER, 1);
    expect(call).toMatchObject({ outcome: 'completed', isReported: 1, input: 11, output: 4 });
  });

  it.each([false, true])('is given a tool call and hands back its result (streamed: %s)', async (isStream) => {
    mind.provider.behave(({ body }) =>
      JSON.stringify(body).includes('functionResponse') ? {} : { tool: { name: 'weather', input: { city: 'Oslo' } } },
    );
    const config = {
      tools: [{ functionDeclarations: [weather] }],
      toolConfig: { functionCallingConfig: { mode: FunctionCallingConfigMode.ANY, allowedFunctionNames: ['weather'] } },
    };
    const chat = mind.google.chats.create({ model: 'gemini', config });
    let called;
    if (isStream)
      for await (const { functionCalls } of await chat.sendMessageStream({ message: 'How is it?' }))
        called ??= functionCalls;
    else called = (await chat.sendMessage({ message: 'How is it?' })).functionCalls;
    expect(called).toEqual([{ name: 'weather', args: { city: 'Oslo' } }]);
    const result = { functionResponse: { name: 'weather', response: { celsius: 4 } } };
    expect((await chat.sendMessage({ message: result })).text).toBe('Hello, world!');
    const [first, second] = mind.provider.calls;
    expect(first?.body).toMatchObject(config);
    // Its history has the call with the signature that came with it.
    const contents = second?.body['contents'] as readonly object[];
    expect(contents[1]).toMatchObject({
      ...{ role: 'model', parts: [{ functionCall: { name: 'weather' }, thoughtSignature: 'c2lnbmVk' }] },
    });
    expect(contents.at(-1)).toEqual({ role: 'user', parts: [result] });
    expect(mind.spent().used).toBe(30);
  });

  it('is given thoughts, which are output beside the rest', async () => {
    const rawUsage = { promptTokenCount: 20, candidatesTokenCount: 4, thoughtsTokenCount: 30, totalTokenCount: 54 };
    mind.provider.behave({ thoughts: ['Hm. '], rawUsage });
    const config = { thinkingConfig: { includeThoughts: true, thinkingBudget: 100 } };
    const answer = await mind.google.models.generateContent({ ...hello, config });
    expect(answer.candidates?.[0]?.content?.parts?.[0]).toEqual({ text: 'Hm. ', thought: true });
    expect(answer.text).toBe('Hello, world!');
    expect(mind.spent().used).toBe(54);
    expect(await textsOf(await mind.google.models.generateContentStream({ ...hello, config }))).toBe('Hello, world!');
    expect(mind.spent().used).toBe(108);
  });

  it('counts tokens without paying', async () => {
    expect(await mind.google.models.countTokens(hello)).toMatchObject({ totalTokens: 11 });
    expect(mind.spent().used).toBe(0);
    expect(mind.provider.calls[0]?.path).toBe('/v1beta/models/gemini-2.5-flash:countTokens');
  });

  it('lists the models, and tells by their methods which it can ask', async () => {
    const methods: Record<string, readonly string[] | undefined> = {};
    for await (const { name = '', supportedActions } of await mind.google.models.list())
      methods[name] = supportedActions;
    expect(methods).toMatchObject({
      'models/gemini': ['generateContent', 'streamGenerateContent', 'countTokens'],
      'models/gpt': [],
    });
    expect(await mind.google.models.get({ model: 'gemini' })).toMatchObject({
      ...{ name: 'models/gemini', displayName: 'gemini', outputTokenLimit: 4096 },
    });
    await expect(mind.google.models.get({ model: 'none' })).rejects.toMatchObject({ status: 404 });
  });

  it('reads refusals and failures as errors of its own', async () => {
    const refused = mind.google.models.generateContent({ ...hello, config: { cachedContent: 'cachedContents/1' } });
    const error = await refused.catch((reason: unknown) => reason as ApiError);
    expect(error).toBeInstanceOf(ApiError);
    expect(JSON.parse((error as ApiError).message)).toMatchObject({
      error: {
        ...{ code: 400, status: 'INVALID_ARGUMENT', message: expect.stringContaining('cachedContent') as string },
        details: [{ reason: 'not_allowed', domain: 'bp-agents', metadata: { field: 'cachedContent' } }],
      },
    });
    mind.provider.behave({ status: 500 });
    await expect(mind.google.models.generateContent(hello)).rejects.toMatchObject({ status: 502 });
    mind.provider.behave({ cutAfter: 2 });
    const stream = await mind.google.models.generateContentStream(hello);
    await expect(textsOf(stream)).rejects.toThrow(/three failed in the midst/);
    expect(mind.spent().used).toBeGreaterThan(0);
  });
});

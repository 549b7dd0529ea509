import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startThinkingAgent, type ThinkingAgent } from '../../helpers/thinking-agent.ts';

let mind: ThinkingAgent;
beforeEach(async () => {
  mind = await startThinkingAgent({ overrides: ['intelligence.retries=0'] });
});
afterEach(async () => {
  expect(mind.test.failures).toEqual([]);
  expect(mind.spent().reserved).toBe(0);
  await mind.close();
});

const ask = { model: 'gemini', contents: 'Say hello.' };
const call = () => mind.test.economy.store.modelCalls.page(Number.MAX_SAFE_INTEGER, 1)[0];
const candidate = (text: string, finishReason?: string, index = 0) => ({
  ...{ content: { role: 'model', parts: [{ text }] }, index },
  ...(finishReason !== undefined && { finishReason }),
});
const events = (...chunks: readonly object[]) =>
  chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\r\n\r\n`).join('');

const whole = () => mind.google.models.generateContent(ask);
async function streamed(config: object = {}): Promise<string> {
  let words = '';
  for await (const { text } of await mind.google.models.generateContentStream({ ...ask, config })) words += text ?? '';
  return words;
}

describe('a call in the format of Google is billed', () => {
  it.each<[string, object, object, number]>([
    [
      'its prompt and its answer',
      { promptTokenCount: 20, candidatesTokenCount: 5 },
      { input: 20, cached: 0, output: 5 },
      25,
    ],
    [
      'less for what came from a cache, which is part of the prompt',
      { promptTokenCount: 20, cachedContentTokenCount: 15, candidatesTokenCount: 5 },
      { input: 5, cached: 15, output: 5 },
      25,
    ],
    [
      'for thoughts, which are no part of the answer',
      { promptTokenCount: 20, candidatesTokenCount: 5, thoughtsTokenCount: 100 },
      { input: 20, output: 105 },
      125,
    ],
    [
      'for what tools gave, which is no part of the prompt',
      { promptTokenCount: 20, candidatesTokenCount: 5, toolUsePromptTokenCount: 30 },
      { input: 50, output: 5 },
      55,
    ],
  ])('%s', async (_, rawUsage, figures, billed) => {
    mind.provider.behave({ rawUsage });
    await whole();
    expect(call()).toMatchObject({ outcome: 'completed', isReported: 1, billed, ...figures });
    await streamed();
    expect(call()).toMatchObject({ outcome: 'completed', isReported: 1, billed, ...figures });
    expect(mind.spent().used).toBe(2 * billed);
  });

  it.each<[string, object]>([
    ['nothing', { usage: null }],
    ['no prompt', { rawUsage: { candidatesTokenCount: 5, totalTokenCount: 5 } }],
    ['negative figures', { rawUsage: { promptTokenCount: 20, candidatesTokenCount: -5 } }],
    ['words', { rawUsage: { promptTokenCount: '20', candidatesTokenCount: '5' } }],
    ['thoughts without end', { rawUsage: { promptTokenCount: 20, candidatesTokenCount: 5, thoughtsTokenCount: 1e12 } }],
    ['more from a cache than there was', { rawUsage: { promptTokenCount: 20, cachedContentTokenCount: 21 } }],
    ['no output of an answer', { rawUsage: { promptTokenCount: 20, candidatesTokenCount: 0 } }],
  ])('by what was counted where the provider reports %s', async (_, behaviour) => {
    mind.provider.behave(behaviour);
    await whole();
    const counted = { outcome: 'completed', isReported: 0, cached: 0, output: 13 };
    expect(call()).toMatchObject(counted);
    expect(await streamed()).toBe('Hello, world!');
    expect(call()).toMatchObject(counted);
    expect(call()?.billed).toBe((call()?.input ?? 0) + 13);
  });

  it('by the last figures of a stream, which is whole where it ends after its reason', async () => {
    const figures = (candidatesTokenCount: number) => ({
      usageMetadata: { promptTokenCount: 20, candidatesTokenCount },
    });
    mind.provider.behave({
      garbage: events(
        { candidates: [candidate('a')], ...figures(1) },
        { candidates: [candidate('b')], ...figures(2) },
        { candidates: [candidate('', 'MAX_TOKENS')] },
        { usageMetadata: { promptTokenCount: 20, candidatesTokenCount: 7, thoughtsTokenCount: 3 } },
      ),
    });
    expect(await streamed()).toBe('ab');
    expect(call()).toMatchObject({ outcome: 'completed', isReported: 1, input: 20, output: 10 });
  });

  it('for what came where a stream ends without a reason, and the SDK is told', async () => {
    mind.provider.behave({ garbage: events({ candidates: [candidate('abc')] }) });
    await expect(streamed()).rejects.toThrow(/failed in the midst/);
    expect(call()).toMatchObject({ outcome: 'broken_off', isReported: 0, output: 3 });
  });

  it('where it was to give several answers: each must have its reason', async () => {
    const usageMetadata = { promptTokenCount: 20, candidatesTokenCount: 6 };
    const first = { candidates: [candidate('abc', 'STOP')], usageMetadata };
    mind.provider.behave({ garbage: events(first) });
    await expect(streamed({ candidateCount: 2 })).rejects.toThrow(/failed in the midst/);
    expect(call()).toMatchObject({ outcome: 'broken_off' });
    mind.provider.behave({ garbage: events(first, { candidates: [candidate('def', 'STOP', 1)], usageMetadata }) });
    await streamed({ candidateCount: 2 });
    expect(call()).toMatchObject({ outcome: 'completed', isReported: 1, billed: 26 });
    expect(call()?.reserved).toBeGreaterThan(2 * 4096);
  });

  it('for its prompt where Google blocks it: that is an answer', async () => {
    const blocked = { promptFeedback: { blockReason: 'SAFETY' }, usageMetadata: { promptTokenCount: 20 } };
    mind.provider.behave({ garbage: JSON.stringify(blocked) });
    expect((await whole()).promptFeedback).toEqual({ blockReason: 'SAFETY' });
    expect(call()).toMatchObject({ outcome: 'completed', isReported: 1, billed: 20 });
    mind.provider.behave({ garbage: events(blocked) });
    expect(await streamed()).toBe('');
    expect(call()).toMatchObject({ outcome: 'completed', isReported: 1, billed: 20 });
  });

  it('nothing for an error that comes with a status of success', async () => {
    const error = { error: { code: 503, message: 'The model is overloaded.', status: 'UNAVAILABLE' } };
    mind.provider.behave({ garbage: JSON.stringify(error) });
    await expect(whole()).rejects.toMatchObject({ status: 503 });
    await expect(streamed()).rejects.toThrow(/The model is overloaded/);
    mind.provider.behave({ garbage: events(error) });
    await expect(streamed()).rejects.toThrow(/The model is overloaded/);
    expect(mind.spent().used).toBe(0);
  });

  it('for what came before an error in the midst of a stream', async () => {
    const error = { error: { code: 500, message: 'An internal error.', status: 'INTERNAL' } };
    mind.provider.behave({ garbage: events({ candidates: [candidate('abc')] }, error) });
    await expect(streamed()).rejects.toThrow(/An internal error/);
    expect(call()).toMatchObject({ outcome: 'broken_off', output: 3 });
    expect(call()?.billed).toBeGreaterThan(3);
  });

  it('for what came where the agent leaves a stream', async () => {
    mind.provider.behave({ hangAfter: 2 });
    const leaving = new AbortController();
    const config = { abortSignal: leaving.signal };
    const stream = await mind.google.models.generateContentStream({ ...ask, config });
    const left = (async () => {
      for await (const { text } of stream) if (text === ', ') leaving.abort();
    })();
    await expect(left).rejects.toThrow(/abort/);
    for (let tries = 0; call()?.outcome !== 'hung_up'; tries++) {
      expect(tries).toBeLessThan(500);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(call()).toMatchObject({ isReported: 0, input: 11, output: 7 });
  });
});

it('an agent with nothing but HTTP asks a model of Google', async () => {
  mind.provider.behave({ thoughts: ['Hm.'] });
  const messages = [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'x' },
    { role: 'assistant', content: 'y' },
    { role: 'user', content: 'z' },
  ];
  const { body } = await mind.agent.post('/intelligence/inference', { model: 'gemini', messages, max_tokens: 9 });
  expect(body).toEqual({
    ...{ model: 'gemini', text: 'Hello, world!', stop_reason: 'STOP', tokens_left: 9985 },
    usage: { input_tokens: 11, cached_tokens: 0, output_tokens: 4 },
  });
  const turn = (role: string, text: string) => ({ role, parts: [{ text }] });
  expect(mind.provider.calls[0]?.body).toEqual({
    contents: [turn('user', 'x'), turn('model', 'y'), turn('user', 'z')],
    systemInstruction: { parts: [{ text: 'Be brief.' }] },
    generationConfig: { maxOutputTokens: 9 },
    store: false,
  });
  const blocked = { promptFeedback: { blockReason: 'SAFETY' }, usageMetadata: { promptTokenCount: 20 } };
  mind.provider.behave({ garbage: JSON.stringify(blocked) });
  expect((await mind.agent.post('/intelligence/inference', { model: 'gemini', prompt: 'x' })).body).toMatchObject({
    ...{ text: '', stop_reason: 'SAFETY' },
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Behaviour } from '../../helpers/fake-provider.ts';
import { startThinkingAgent, type ThinkingAgent } from '../../helpers/thinking-agent.ts';

let mind: ThinkingAgent;
beforeAll(async () => {
  mind = await startThinkingAgent({ tokens: 1_000_000, overrides: ['intelligence.retries=0'] });
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

const said = [{ role: 'user', content: 'x' }];
const CHAT = { path: '/v1/chat/completions', body: { model: 'gpt', messages: said } };
const RESPONSES = { path: '/v1/responses', body: { model: 'gpt', input: 'x' } };
const MESSAGES = { path: '/v1/messages', body: { model: 'claude', messages: said, max_tokens: 50 } };
const ask = ({ path, body }: { path: string; body: object }, stream: boolean) =>
  mind.agent.post(path, { ...body, stream });
const last = () => mind.test.economy.store.modelCalls.page(Number.MAX_SAFE_INTEGER, 1)[0];

describe('a stream that ends after its finish reason and usage', () => {
  it.each([
    ['chat', CHAT, 'data: [DONE]\n\n'],
    ['messages', MESSAGES, 'event: message_stop\ndata: {"type":"message_stop"}\n\n'],
  ])('is whole: the agent gets the last event too (%s)', async (_, call, end) => {
    mind.provider.behave({ withoutLast: true });
    const { text } = await ask(call, true);
    expect(text.endsWith(end)).toBe(true);
    expect(text.match(/world/g)).toHaveLength(1);
    expect(last()).toMatchObject({ outcome: 'completed', input: 11, output: 4, billed: 15, isReported: 1 });
  });

  it('is whole where its connection breaks then', async () => {
    // One chunk after the finish reason would be the usage.
    const finish = { index: 0, delta: {}, finish_reason: 'stop' };
    const usage = { prompt_tokens: 11, completion_tokens: 4 };
    const events = [
      { choices: [{ index: 0, delta: { content: 'Hello, world!' } }] },
      { choices: [finish] },
      { choices: [], usage },
    ];
    const text = events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('');
    mind.provider.behave({
      garbage: text,
      headers: { connection: 'close', 'content-length': String(text.length + 1) },
    });
    expect((await ask(CHAT, true)).text).toContain('[DONE]');
    expect(last()).toMatchObject({ outcome: 'completed', billed: 15 });
  });

  it('without figures is billed by our own count', async () => {
    mind.provider.behave({ withoutLast: true, usage: null });
    await ask(CHAT, true);
    expect(last()).toMatchObject({ outcome: 'completed', output: 4, isReported: 0 });
  });

  it('with fewer reasons than answers is none', async () => {
    mind.provider.behave({ withoutLast: true });
    const { text } = await mind.agent.post(CHAT.path, { ...CHAT.body, n: 2, stream: true });
    expect(text).toContain('failed in the midst');
    expect(last()).toMatchObject({ outcome: 'broken_off' });
  });
});

it('figures that come with the last event only are the figures: the first said 0', async () => {
  mind.provider.behave({ lateInput: true, usage: { input: 31, cached: 10, output: 4 } });
  await ask(MESSAGES, true);
  expect(last()).toMatchObject({ outcome: 'completed', input: 21, cached: 10, output: 4, billed: 35, isReported: 1 });
});

it('thoughts that only the total counts are output', async () => {
  const rawUsage = { prompt_tokens: 11, completion_tokens: 4, total_tokens: 115 };
  mind.provider.behave({ rawUsage });
  await ask(CHAT, false);
  expect(last()).toMatchObject({ input: 11, output: 104 });
  await ask(CHAT, true);
  expect(last()).toMatchObject({ input: 11, output: 104 });
});

describe('an error with a status of success', () => {
  const error = { message: 'the model is overloaded', type: 'overloaded_error', code: null };
  const cases: [string, typeof CHAT | typeof RESPONSES | typeof MESSAGES, object][] = [
    ['chat', CHAT, { error }],
    ['responses', RESPONSES, { error }],
    ['messages', MESSAGES, { type: 'error', error }],
    ['chat, as a text', CHAT, { error: 'the model is overloaded' }],
  ];
  it.each(cases)('is a failure, and costs nothing (%s)', async (_, call, body) => {
    mind.provider.behave({ garbage: JSON.stringify(body) });
    const answer = await ask(call, false);
    expect(answer).toMatchObject({ status: 502, body: { error: { code: 'provider_failed' } } });
    expect(answer.text).toContain('the model is overloaded');
    expect(last()).toMatchObject({ outcome: 'failed', billed: 0 });
    // The same in place of a stream.
    const { text } = await ask(call, true);
    expect(text).toMatch(/failed in the midst.*the model is overloaded/);
    expect(last()).toMatchObject({ outcome: 'broken_off', billed: 0 });
  });

  it('has the status that it names', async () => {
    mind.provider.behave({ garbage: JSON.stringify({ error: { ...error, code: 429 } }) });
    expect(await ask(CHAT, false)).toMatchObject({ status: 503, body: { error: { code: 'provider_busy' } } });
  });

  it('of a response that has failed is an answer, billed as it reports', async () => {
    const response = {
      id: 'r',
      object: 'response',
      status: 'failed',
      error,
      output: [],
      usage: { input_tokens: 9, output_tokens: 0 },
    };
    mind.provider.behave({ garbage: JSON.stringify(response) });
    expect(await ask(RESPONSES, false)).toMatchObject({ status: 200, body: { status: 'failed' } });
    expect(last()).toMatchObject({ outcome: 'completed', billed: 9 });
  });
});

describe('a provider that counts its calls', () => {
  it('is no faulty one: others are asked on, however many it refuses', async () => {
    mind.provider.behave({ status: 429 });
    for (let number = 0; number < 10; number++) expect((await ask(CHAT, false)).status).toBe(503);
    mind.provider.behave({});
    expect((await ask(CHAT, false)).status).toBe(200);
  });
});

it('the slow calls of one agent leave turns to the others', async () => {
  const other = await mind.test.agent('other', { bundle: { cpuMs: 1000, memoryMb: 64, tokens: 10_000, attention: 0 } });
  let free: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (free = resolve));
  const slow: Behaviour = { until: held };
  mind.provider.behave(({ body }) => (JSON.stringify(body).includes('slowly') ? slow : {}));
  const slowly = { ...CHAT.body, messages: [{ role: 'user', content: 'slowly' }] };
  const waiting = Array.from({ length: 40 }, () => mind.agent.post(CHAT.path, slowly));
  await expect.poll(() => mind.provider.load.now).toBe(8);
  expect((await other.post(CHAT.path, CHAT.body)).status).toBe(200);
  expect(mind.provider.load.now).toBe(8);
  free();
  await Promise.all(waiting);
});

it("comments of a stream are passed on, but to Google's SDKs, which can't read them", async () => {
  const chat = { choices: [{ index: 0, delta: { content: 'Hello' }, finish_reason: 'stop' }] };
  mind.provider.behave({ garbage: `: busy\n\ndata: ${JSON.stringify(chat)}\n\n` });
  expect((await ask(CHAT, true)).text).toContain(':busy');
  const contents = { candidates: [{ content: { parts: [{ text: 'Hello' }] }, finishReason: 'STOP' }] };
  mind.provider.behave({ garbage: `: busy\n\ndata: ${JSON.stringify(contents)}\n\n` });
  const path = '/v1beta/models/gemini:streamGenerateContent?alt=sse';
  const { text } = await mind.agent.post(path, { contents: [{ parts: [{ text: 'x' }] }] });
  expect(text).toBe(`data: ${JSON.stringify(contents)}\n\n`);
});

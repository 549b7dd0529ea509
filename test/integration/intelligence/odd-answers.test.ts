import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ANSWERS, CALLS, EVENTS, FORMATS, streamed, type FormatName } from '../../helpers/four-formats.ts';
import { KEY } from '../../helpers/provider-settings.ts';
import { startThinkingAgent, type ThinkingAgent } from '../../helpers/thinking-agent.ts';

const BYTES_MAX = 200_000;

let mind: ThinkingAgent;
beforeAll(async () => {
  mind = await startThinkingAgent({
    tokens: 1_000_000,
    provider: { answer_bytes_max: BYTES_MAX },
    overrides: ['intelligence.retries=0', 'intelligence.breaker_failures=1000', 'intelligence.log_content=true'],
  });
});
afterAll(async () => {
  expect(mind.test.failures).toEqual([]);
  expect(mind.spent().reserved).toBe(0);
  await mind.close();
});

const last = () => mind.test.economy.store.modelCalls.page(Number.MAX_SAFE_INTEGER, 1)[0];

/** What the agent gets where its provider answers with this body. */
function heard(name: FormatName, body: object) {
  mind.provider.behave({ garbage: JSON.stringify(body) });
  const { path, body: asked } = CALLS[name];
  return mind.agent.post(path, asked);
}

describe.each(FORMATS)('a body with nothing that an answer has is none, and costs nothing (%s)', (name) => {
  it.each([
    [{}, 'nothing that an answer has'],
    [{ detail: 'Not found' }, 'Not found'],
    [{ message: 'overloaded', status: 'error' }, 'overloaded'],
    [{ errors: [{ message: 'x' }] }, 'nothing that an answer has'],
    [{ choices: null, output: null, content: null, candidates: null }, 'nothing that an answer has'],
  ])('%j', async (body, words) => {
    const answer = await heard(name, body);
    expect(answer.status).toBe(502);
    expect(answer.text).toContain(words);
    expect(last()).toMatchObject({ outcome: 'failed', billed: 0 });
  });

  it('has the status that it names', async () => {
    expect((await heard(name, { message: 'too many', code: 429 })).status).toBe(503);
  });

  it.each(['', false, null])('an answer beside an error of %j is one', async (error) => {
    expect((await heard(name, { ...ANSWERS[name], error })).status).toBe(200);
    expect(last()).toMatchObject({ outcome: 'completed', billed: 15 });
  });
});

it('a count of tokens that is none is a failure', async () => {
  mind.provider.behave({ garbage: '{"detail":"Not found"}' });
  const { body } = CALLS.messages;
  expect((await mind.agent.post('/v1/messages/count_tokens', body)).status).toBe(502);
  expect((await mind.agent.post('/v1beta/models/gemini:countTokens', CALLS.google.body)).status).toBe(502);
});

it('a response that has failed and used nothing costs nothing', async () => {
  const failed = { ...ANSWERS.responses, status: 'failed', output: [], usage: null };
  const answer = await heard('responses', { ...failed, error: { code: 'server_error', message: 'overloaded' } });
  expect(answer.status).toBe(502);
  expect(answer.text).toContain('overloaded');
  expect(last()).toMatchObject({ outcome: 'failed', billed: 0 });
});

describe.each(FORMATS)('an answer that arrived is not lost (%s)', (name) => {
  it('where its connection breaks after the last of its bytes', async () => {
    const text = JSON.stringify(ANSWERS[name]);
    mind.provider.behave({ garbage: text, headers: { 'content-length': String(text.length + 1) } });
    const { path, body } = CALLS[name];
    mind.provider.calls.length = 0;
    const asked = mind.agent.post(path, body);
    await expect.poll(() => [mind.provider.calls.length, mind.provider.load.now]).toEqual([1, 0]);
    mind.provider.cut();
    expect(await asked).toMatchObject({ status: 200, body: ANSWERS[name] });
    expect(last()).toMatchObject({ outcome: 'completed', billed: 15, isReported: 1 });
  });

  it('but one that can not be written again is none', async () => {
    const deep = '['.repeat(50_000) + ']'.repeat(50_000);
    mind.provider.behave({ garbage: JSON.stringify({ ...ANSWERS[name], deep: null }).replace('null', deep) });
    const { path, body } = CALLS[name];
    expect(await mind.agent.post(path, body)).toMatchObject({ status: 502 });
    expect(last()).toMatchObject({ outcome: 'failed', billed: 0 });
  });
});

describe.each(FORMATS)('a key that a provider repeats stays outside of the sandbox and of the record (%s)', (name) => {
  it('in an answer', async () => {
    const { text } = await heard(name, { ...ANSWERS[name], debug: { headers: { authorization: `Bearer ${KEY}` } } });
    expect(text).toContain('Bearer …');
    expect(text).not.toContain(KEY);
    expect(last()?.content).toContain('Bearer …');
    expect(last()?.content).not.toContain(KEY);
  });

  it('in a stream', async () => {
    const { path, body } = streamed(name);
    const debug = `data: ${JSON.stringify({ debug: KEY, choices: [] })}\n\n`;
    mind.provider.behave({ garbage: `: ${KEY}\n\n${EVENTS[name][0]}${debug}${EVENTS[name].slice(1).join('')}` });
    const { text } = await mind.agent.post(path, body);
    expect(text).toContain('"debug":"…"');
    expect(text).not.toContain(KEY);
    expect(last()?.content).not.toContain(KEY);
  });
});

describe.each(FORMATS)('an answer of more than answer_bytes_max is no way to have one for nothing (%s)', (name) => {
  const pad = 'x'.repeat(BYTES_MAX);
  it('it is billed as reserved', async () => {
    const answer = await heard(name, { ...ANSWERS[name], pad });
    expect(answer.status).toBe(502);
    expect(answer.text).toContain('billed as it was reserved');
    const call = last();
    expect(call?.billed).toBe(call?.reserved);
  });

  it('a stream is billed for what came', async () => {
    const { path, body } = streamed(name);
    mind.provider.behave({ garbage: `data: ${JSON.stringify({ choices: [], pad })}\n\n` });
    await mind.agent.post(path, body);
    expect(last()).toMatchObject({ outcome: 'broken_off', output: 0 });
    expect(last()?.billed).toBeGreaterThan(50);
  });
});

it('an agent that asks for too much does not keep others from the provider', async () => {
  const greedy = await startThinkingAgent({
    provider: { answer_bytes_max: BYTES_MAX },
    overrides: ['intelligence.retries=0', 'intelligence.breaker_failures=1'],
  });
  const { path, body } = CALLS.chat;
  const pad = 'x'.repeat(BYTES_MAX);
  greedy.provider.behave({ garbage: JSON.stringify({ ...ANSWERS.chat, pad }) });
  await greedy.agent.post(path, body);
  greedy.provider.behave({ garbage: `data: ${JSON.stringify({ choices: [], pad })}\n\n` });
  await greedy.agent.post(path, { ...body, stream: true });
  greedy.provider.behave({});
  expect((await greedy.agent.post(path, body)).status).toBe(200);
  await greedy.close();
});

it.each(FORMATS)('no provider is told that a stream is taken where none is asked for (%s)', async (name) => {
  mind.provider.behave({});
  await mind.agent.post(CALLS[name].path, CALLS[name].body);
  expect(mind.provider.calls.at(-1)?.headers.accept).toBe('application/json');
  await mind.agent.post(streamed(name).path, streamed(name).body);
  expect(mind.provider.calls.at(-1)?.headers.accept).toContain('text/event-stream');
});

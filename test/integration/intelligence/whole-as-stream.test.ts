import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ANSWERS, FORMATS, streamed, type FormatName } from '../../helpers/four-formats.ts';
import { startThinkingAgent, type ThinkingAgent } from '../../helpers/thinking-agent.ts';

let mind: ThinkingAgent;
beforeAll(async () => {
  mind = await startThinkingAgent({ tokens: 1_000_000, overrides: ['intelligence.retries=0'] });
});
afterAll(async () => {
  expect(mind.test.failures).toEqual([]);
  expect(mind.spent().reserved).toBe(0);
  await mind.close();
});

const last = () => mind.test.economy.store.modelCalls.page(Number.MAX_SAFE_INTEGER, 1)[0];
const says = (answer: unknown) => mind.provider.behave({ garbage: JSON.stringify(answer) });
const messages = [{ role: 'user' as const, content: 'x' }];

describe('a whole answer in place of a stream is one to the SDK, and billed by its figures', () => {
  it('of OpenAI, as a chat with a tool', async () => {
    const [choice] = ANSWERS.chat['choices'] as [{ message: object }];
    const tool_calls = [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }];
    const usage = { prompt_tokens: 11, completion_tokens: 40 };
    says({ ...ANSWERS.chat, usage, choices: [{ ...choice, message: { ...choice.message, tool_calls } }] });
    const stream = mind.openai.chat.completions.stream({ model: 'gpt', messages });
    expect((await stream.finalChatCompletion()).choices[0]?.message).toMatchObject({
      ...{ content: 'Hello, world!', tool_calls: [{ function: { name: 'f', arguments: '{"a":1}' } }] },
    });
    expect(last()).toMatchObject({ outcome: 'completed', billed: 51, isReported: 1 });
  });

  it('of OpenAI, as a response', async () => {
    says(ANSWERS.responses);
    const stream = mind.openai.responses.stream({ model: 'gpt', input: 'x' });
    let text = '';
    stream.on('response.output_text.delta', ({ delta }) => (text += delta));
    expect((await stream.finalResponse()).output_text).toBe('Hello, world!');
    expect(text).toBe('Hello, world!');
    expect(last()).toMatchObject({ outcome: 'completed', billed: 15, isReported: 1 });
  });

  it('of Anthropic, with thoughts and a tool', async () => {
    const content = [
      { type: 'thinking', thinking: 'Hm', signature: 's' },
      { type: 'text', text: 'Hello, world!' },
      { type: 'tool_use', id: 't', name: 'f', input: { a: 1 } },
    ];
    says({ ...ANSWERS.messages, content, usage: { input_tokens: 11, output_tokens: 40 } });
    const stream = mind.anthropic.messages.stream({ model: 'claude', max_tokens: 50, messages });
    expect(await stream.finalMessage()).toMatchObject({ content, stop_reason: 'end_turn' });
    expect(last()).toMatchObject({ outcome: 'completed', billed: 51, isReported: 1 });
  });

  it.each([1, 2])('of Google, also as a list (%i)', async (answers) => {
    const [candidate] = ANSWERS.google['candidates'] as [object];
    const begun = { candidates: [{ ...candidate, finishReason: undefined }] };
    says(answers === 1 ? ANSWERS.google : [begun, ANSWERS.google]);
    let text = '';
    for await (const chunk of await mind.google.models.generateContentStream({ model: 'gemini', contents: 'x' }))
      text += chunk.text ?? '';
    expect(text).toBe('Hello, world!'.repeat(answers));
    expect(last()).toMatchObject({ outcome: 'completed', input: 11 });
  });
});

it.each(FORMATS)('half of one is a failure, and costs nothing (%s)', async (name: FormatName) => {
  const { path, body } = streamed(name);
  mind.provider.behave({ garbage: JSON.stringify(ANSWERS[name]).slice(0, -1) });
  expect((await mind.agent.post(path, body)).text).toContain('failed in the midst');
  expect(last()).toMatchObject({ outcome: 'broken_off', billed: 0 });
});

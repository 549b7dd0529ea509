import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ANSWERS, streamed, type FormatName } from '../../helpers/four-formats.ts';
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
const WORDS = 'one two three four five six seven eight nine ten';

const chat = (choice: object) => ({ choices: [{ index: 0, ...choice }] });
const delta = (fields: object) => chat({ delta: fields });
const parts = (...given: object[]) => delta({ content: given });
const text = { type: 'text', text: WORDS };
const item = { type: 'function_call', name: 'f', arguments: WORDS };
const begun = (block: object) => ({ type: 'content_block_start', index: 0, content_block: block });

describe('what an agent has read it pays for, in whatever shape it came, though its stream has no figures', () => {
  it.each<[string, FormatName, object]>([
    ['words as parts', 'chat', parts(text)],
    ['thoughts as parts of parts', 'chat', parts({ type: 'thinking', thinking: [text] })],
    ['thoughts as a list', 'chat', delta({ reasoning_details: [{ type: 'reasoning.text', text: WORDS }] })],
    ['a message in the place of a delta', 'chat', chat({ message: { role: 'assistant', content: WORDS } })],
    ['a block that begins with its words', 'messages', begun(text)],
    ['a block that begins with its thoughts', 'messages', begun({ type: 'thinking', thinking: WORDS })],
    ['a block that begins with its input', 'messages', begun({ type: 'tool_use', name: 'f', input: { a: WORDS } })],
    ['an item without pieces', 'responses', { type: 'response.output_item.done', item }],
    [
      'a message without pieces',
      'responses',
      { type: 'response.output_item.done', item: { type: 'message', content: [{ type: 'output_text', text: WORDS }] } },
    ],
    [
      'an answer without pieces',
      'responses',
      { type: 'response.completed', response: { ...ANSWERS.responses, output: [item], usage: null } },
    ],
  ])('%s (%s)', async (_, name, event) => {
    mind.provider.behave({ garbage: `data: ${JSON.stringify(event)}\n\n` });
    const { path, body } = streamed(name);
    expect((await mind.agent.post(path, body)).text).toContain(WORDS);
    expect(last()?.output).toBeGreaterThanOrEqual(10);
  });
});

it('what is said in pieces and once more as a whole is paid for once', async () => {
  const message = { type: 'message', content: [{ type: 'output_text', text: WORDS }] };
  const events = [
    { type: 'response.output_text.delta', delta: WORDS.slice(0, 18) },
    { type: 'response.output_text.delta', delta: WORDS.slice(18) },
    { type: 'response.output_item.done', item: message },
    { type: 'response.completed', response: { ...ANSWERS.responses, output: [message], usage: null } },
  ];
  mind.provider.behave({ garbage: events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('') });
  const { path, body } = streamed('responses');
  await mind.agent.post(path, body);
  expect(last()).toMatchObject({ outcome: 'completed', output: 10 });
});

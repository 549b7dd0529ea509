import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CALLS, FORMATS, type FormatName } from '../../helpers/four-formats.ts';
import { startThinkingAgent, type ThinkingAgent } from '../../helpers/thinking-agent.ts';

let mind: ThinkingAgent;
beforeAll(async () => {
  mind = await startThinkingAgent({ tokens: 1_000_000 });
});
beforeEach(() => {
  mind.provider.calls.length = 0;
});
afterAll(async () => {
  expect(mind.test.failures).toEqual([]);
  await mind.close();
});

const ask = (name: FormatName | 'embeddings', fields: object) =>
  name === 'embeddings'
    ? mind.agent.post('/v1/embeddings', { model: 'embed', input: 'x', ...fields })
    : mind.agent.post(CALLS[name].path, { ...CALLS[name].body, ...fields });
const passed = () => mind.provider.calls.at(-1)?.body;

const PLACE = { url: 'https://elsewhere' };
const LONG = 'uncounted '.repeat(1000);

describe('what says how to answer can not bring anything else along', () => {
  it.each<[FormatName | 'embeddings', object]>([
    ...['temperature', 'seed', 'stop', 'logit_bias', 'reasoning_effort', 'prompt_cache_key', 'top_logprobs'].map(
      (field): [FormatName, object] => ['chat', { [field]: PLACE }],
    ),
    ...['stop', 'tool_choice', 'prompt_cache_key'].map((field): [FormatName, object] => ['chat', { [field]: LONG }]),
    ['chat', { stop: [PLACE] }],
    ['chat', { tool_choice: { type: 'function', function: { name: LONG } } }],
    ['chat', { tool_choice: { type: 'function', ...PLACE } }],
    ['chat', { tool_choice: { type: 'allowed_tools', allowed_tools: { mode: 'auto', tools: [PLACE] } } }],
    ['chat', { function_call: PLACE }],
    ...['temperature', 'truncation', 'top_logprobs', 'prompt_cache_key', 'reasoning', 'tool_choice', 'text'].map(
      (field): [FormatName, object] => ['responses', { [field]: PLACE }],
    ),
    ['responses', { reasoning: { effort: LONG } }],
    ['responses', { include: [['reasoning.encrypted_content']] }],
    ...['temperature', 'top_k', 'stop_sequences', 'thinking', 'tool_choice'].map((field): [FormatName, object] => [
      'messages',
      { [field]: PLACE },
    ]),
    ['messages', { stop_sequences: [LONG] }],
    ['embeddings', { dimensions: PLACE }],
    ['embeddings', { encoding_format: LONG }],
  ])('%s %j', async (name, fields) => {
    expect((await ask(name, fields)).status).toBe(400);
    expect(mind.provider.calls).toEqual([]);
  });

  it.each<[FormatName, object, string]>([
    ['chat', { tool_choice: { type: 'function', function: { name: 'f', hint: LONG } } }, 'tool_choice.function.hint'],
    ['responses', { reasoning: { effort: 'low', hint: LONG } }, 'reasoning.hint'],
    ['responses', { tool_choice: { type: 'mcp', server_label: LONG } }, 'tool_choice.server_label'],
    ['messages', { thinking: { type: 'disabled', hint: LONG } }, 'thinking.hint'],
  ])('unknown fields of it are taken out and named (%s)', async (name, fields, removed) => {
    const answer = await ask(name, fields);
    expect(answer.headers['x-bp-removed']).toBe(removed);
    expect(JSON.stringify(passed())).not.toContain('uncounted');
  });
});

describe('what SDKs send is passed on as it is', () => {
  it.each<[FormatName | 'embeddings', object]>([
    ['chat', { stop: 'END', temperature: 0.5, logit_bias: { 50256: -100 }, seed: 7, parallel_tool_calls: false }],
    ['chat', { stop: ['a', 'b'], logprobs: true, top_logprobs: 2, reasoning_effort: 'low', tool_choice: 'auto' }],
    ['chat', { tool_choice: { type: 'function', function: { name: 'f' } }, function_call: { name: 'f' } }],
    ['chat', { tool_choice: { type: 'custom', custom: { name: 'f' } }, function_call: 'none' }],
    [
      'chat',
      {
        tool_choice: {
          type: 'allowed_tools',
          allowed_tools: { mode: 'required', tools: [{ type: 'function', function: { name: 'f' } }] },
        },
      },
    ],
    ['responses', { reasoning: { effort: 'high', summary: 'auto' }, truncation: 'disabled', tool_choice: 'required' }],
    [
      'responses',
      { tool_choice: { type: 'function', name: 'f' }, text: { verbosity: 'low', format: { type: 'text' } } },
    ],
    ['responses', { tool_choice: { type: 'allowed_tools', mode: 'auto', tools: [{ type: 'function', name: 'f' }] } }],
    ['responses', { include: ['reasoning.encrypted_content'], text: { format: { type: 'json_schema', schema: {} } } }],
    ['messages', { thinking: { type: 'disabled' }, stop_sequences: ['END'], temperature: 1, top_k: 5 }],
    ['messages', { thinking: { type: 'adaptive', display: 'summarized' } }],
    ['messages', { tool_choice: { type: 'tool', name: 'f', disable_parallel_tool_use: true } }],
    ['embeddings', { dimensions: 8, encoding_format: 'float' }],
  ])('%s %j', async (name, fields) => {
    const answer = await ask(name, fields);
    expect(answer.status, answer.text).toBe(200);
    expect(answer.headers['x-bp-removed']).toBeUndefined();
    expect(passed()).toMatchObject(fields);
  });

  it.each(FORMATS)('and null stands for what is absent (%s)', async (name) => {
    const nulls = { temperature: null, stop: null, tool_choice: null, reasoning: null, thinking: null, text: null };
    expect((await ask(name, nulls)).status).toBe(200);
  });
});

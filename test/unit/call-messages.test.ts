import { describe, expect, it } from 'vitest';
import { callMessages } from '../../src/telemetry/traces/call-messages.ts';
import { CallTexts } from '../../src/telemetry/traces/call-texts.ts';

interface Message {
  readonly role: string;
  readonly parts: readonly { readonly type: string; readonly content: string }[];
}

function inputOf(asked: Readonly<Record<string, unknown>>, charsMax = 10_000): readonly Message[] {
  const { input, output } = callMessages({ asked, answered: 'yes' }, charsMax);
  expect(JSON.parse(output)).toEqual([{ role: 'assistant', parts: [{ type: 'text', content: 'yes' }] }]);
  return JSON.parse(input) as readonly Message[];
}

const said = (role: string, content: string) => ({ role, parts: [{ type: 'text', content }] });

describe('what was asked is told as messages', () => {
  it('of a chat, with the tools that were called', () => {
    const calls = [{ type: 'function', function: { name: 'look', arguments: '{}' } }];
    const messages = [
      { role: 'system', content: 'Be short.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'a' },
          { type: 'image_url', image_url: { url: 'x' } },
        ],
      },
      { role: 'assistant', content: null, tool_calls: calls },
      { role: 'tool', content: 'found' },
    ];
    expect(inputOf({ model: 'gpt', messages })).toEqual([
      said('system', 'Be short.'),
      {
        role: 'user',
        parts: [
          { type: 'text', content: 'a' },
          { type: 'image_url', content: '{"type":"image_url","image_url":{"url":"x"}}' },
        ],
      },
      { role: 'assistant', parts: [{ type: 'function', content: JSON.stringify(calls[0]) }] },
      said('tool', 'found'),
    ]);
  });

  it.each([
    ['responses', { instructions: 'Be short.', input: 'a' }],
    ['responses with items', { instructions: 'Be short.', input: [{ role: 'user', content: 'a' }] }],
    ['messages', { system: [{ type: 'text', text: 'Be short.' }], messages: [{ role: 'user', content: 'a' }] }],
    [
      'Google',
      { systemInstruction: { parts: [{ text: 'Be short.' }] }, contents: [{ role: 'user', parts: [{ text: 'a' }] }] },
    ],
  ])('of %s', (_format, asked) => {
    expect(inputOf(asked)).toEqual([said('system', 'Be short.'), said('user', 'a')]);
  });

  it('of embeddings', () => {
    expect(inputOf({ input: ['a', 'b'] })).toEqual([said('user', 'a'), said('user', 'b')]);
  });

  it('within the limit, the newest first', () => {
    const messages = ['oldest', 'older', 'newest'].map((content) => ({ role: 'user', content }));
    expect(inputOf({ messages }, 9)).toEqual([said('user', 'er'), said('user', 'newest')]);
  });

  it.each([
    ['nothing', {}],
    ['what is no list', { messages: 7 }],
    ['nothing in it', { messages: [null, [], {}, { role: 3, content: null }], system: null }],
    [
      'a hundred thousand messages that say nothing',
      { messages: Array.from({ length: 100_000 }, () => ({ content: [] })) },
    ],
    ['a role of a megabyte', { messages: [{ role: 'r'.repeat(1_000_000), content: 'a' }] }],
    ['a part of a kind of a megabyte', { messages: [{ content: [{ type: 't'.repeat(1_000_000) }] }] }],
    ['ten thousand parts', { messages: [{ role: 'user', content: Array.from({ length: 10_000 }, () => ({})) }] }],
  ])('also where there is %s', (_what, asked) => {
    expect(JSON.stringify(inputOf(asked)).length).toBeLessThan(20_000);
  });

  it('also where it is nested too deep to be written', () => {
    let deep: unknown = 'x';
    for (let level = 0; level < 100_000; level++) deep = [deep];
    expect(inputOf({ messages: [{ role: 'user', content: [{ type: 'deep', deep }] }] })).toEqual([
      { role: 'user', parts: [{ type: 'deep', content: '' }] },
    ]);
  });
});

describe('texts of calls are kept', () => {
  const of = (length: number) => ({ input: 'x'.repeat(length), output: '' });

  it('until the trace of their execution takes them, once', () => {
    const texts = new CallTexts();
    texts.put(1, 7, of(1));
    texts.put(1, 8, of(2));
    texts.put(2, 9, of(3));
    expect([...texts.take(1).keys()]).toEqual([7, 8]);
    expect(texts.take(1).size).toBe(0);
    expect([...texts.take(2).keys()]).toEqual([9]);
  });

  it('up to a limit: the executions that asked first lose theirs', () => {
    const texts = new CallTexts(100);
    texts.put(1, 7, of(60));
    texts.put(2, 8, of(30));
    texts.put(3, 9, of(30));
    expect([1, 2, 3].map((execution) => texts.take(execution).size)).toEqual([0, 1, 1]);
    texts.put(4, 10, of(101));
    expect(texts.take(4).size).toBe(0);
  });
});

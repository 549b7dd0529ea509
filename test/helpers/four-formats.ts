/** A small call of each format, and its answer as providers write it: 11 tokens of input and 4 of output. */
export const FORMATS = ['chat', 'responses', 'messages', 'google'] as const;
export type FormatName = (typeof FORMATS)[number];

const said = [{ role: 'user', content: 'x' }];

export const CALLS: Readonly<Record<FormatName, { readonly path: string; readonly body: object }>> = {
  chat: { path: '/v1/chat/completions', body: { model: 'gpt', messages: said } },
  responses: { path: '/v1/responses', body: { model: 'gpt', input: 'x' } },
  messages: { path: '/v1/messages', body: { model: 'claude', messages: said, max_tokens: 50 } },
  google: {
    path: '/v1beta/models/gemini:generateContent',
    body: { contents: [{ role: 'user', parts: [{ text: 'x' }] }] },
  },
};

/** Where and how the call is asked for as a stream. */
export function streamed(name: FormatName): { readonly path: string; readonly body: object } {
  const { path, body } = CALLS[name];
  if (name === 'google') return { path: path.replace(':generate', ':streamGenerate') + '?alt=sse', body };
  return { path, body: { ...body, stream: true } };
}

const usage = { input_tokens: 11, output_tokens: 4 };
const chatUsage = { prompt_tokens: 11, completion_tokens: 4, total_tokens: 15 };
const usageMetadata = { promptTokenCount: 11, candidatesTokenCount: 4 };

export const ANSWERS: Readonly<Record<FormatName, Readonly<Record<string, unknown>>>> = {
  chat: {
    ...{ id: 'c', object: 'chat.completion', created: 1, model: 'gpt' },
    choices: [{ index: 0, message: { role: 'assistant', content: 'Hello, world!' }, finish_reason: 'stop' }],
    usage: chatUsage,
  },
  responses: {
    ...{ id: 'r', object: 'response', created_at: 1, model: 'gpt', status: 'completed', error: null },
    output: [
      {
        ...{ type: 'message', id: 'm', role: 'assistant', status: 'completed' },
        content: [{ type: 'output_text', text: 'Hello, world!', annotations: [] }],
      },
    ],
    usage,
  },
  messages: {
    ...{ id: 'm', type: 'message', role: 'assistant', model: 'claude', stop_reason: 'end_turn' },
    content: [{ type: 'text', text: 'Hello, world!' }],
    usage,
  },
  google: {
    candidates: [{ content: { role: 'model', parts: [{ text: 'Hello, world!' }] }, finishReason: 'STOP', index: 0 }],
    usageMetadata,
  },
};

const event = (data: object) => `data: ${JSON.stringify(data)}\n\n`;

/** The events of the same answer; the last is what the format ends a stream with, where it has such a thing. */
export const EVENTS: Readonly<Record<FormatName, readonly string[]>> = {
  chat: [
    event({ choices: [{ index: 0, delta: { role: 'assistant', content: 'Hello, world!' } }] }),
    event({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }),
    event({ choices: [], usage: chatUsage }),
    'data: [DONE]\n\n',
  ],
  responses: [
    event({ type: 'response.output_text.delta', delta: 'Hello, world!' }),
    event({ type: 'response.completed', response: ANSWERS.responses }),
  ],
  messages: [
    event({ type: 'message_start', message: { role: 'assistant', usage: { input_tokens: 11, output_tokens: 1 } } }),
    event({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }),
    event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hello, world!' } }),
    event({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 4 } }),
    event({ type: 'message_stop' }),
  ],
  google: [
    event({ candidates: [{ content: { role: 'model', parts: [{ text: 'Hello, ' }] } }] }),
    event({ candidates: [{ content: { parts: [{ text: 'world!' }] }, finishReason: 'STOP' }], usageMetadata }),
  ],
};

/** Without what ends the stream and brings nothing. */
export function unended(name: FormatName): string {
  const events = EVENTS[name];
  return (name === 'chat' || name === 'messages' ? events.slice(0, -1) : events).join('');
}

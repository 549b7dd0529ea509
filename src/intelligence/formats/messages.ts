import { accept, refuse, type Refusal, type Result } from '../../domain/refusal.ts';
import type { TokenUsage } from '../../domain/tokens.ts';
import {
  figure,
  listOf,
  parseEvent,
  recordOf,
  textIn,
  type Asked,
  type Format,
  type Json,
  type Limits,
  type Passing,
  type StreamEvent,
} from './format.ts';
import { checkFilled, checkImages, checkTools, readCount, readFrame, readParts, type Reading } from './screen.ts';

const FIELDS = {
  allowed: new Set([
    ...['model', 'messages', 'max_tokens', 'system', 'temperature', 'top_p', 'top_k', 'stop_sequences', 'stream'],
    ...['tools', 'tool_choice', 'thinking', 'output_config', 'output_format'],
  ]),
  refused: { container: 'it is kept at the provider', mcp_servers: 'an agent has no network, nor has its model' },
};

/** Tools that the agent's own program runs, though the provider describes them. */
const CLIENT_TOOLS = /^(custom|bash_\d+|text_editor_\d+|computer_\d+|memory_\d+)$/;
/** The provider's own instructions on how to call tools. */
const TOOL_TOKENS = 1024;

const PARTS = {
  types: new Set([
    ...[
      'text',
      'image',
      'document',
      'tool_use',
      'tool_result',
      'thinking',
      'redacted_thinking',
      'ephemeral',
      'content',
    ],
    ...['char_location', 'page_location', 'content_block_location'],
  ]),
  inspect(part: Json): 'image' | 'data' | Refusal | undefined {
    const source = recordOf(part['source']);
    if (part['type'] === 'tool_use' || part['type'] === 'redacted_thinking') return 'data';
    if (part['type'] === 'document' && source['type'] !== 'text' && source['type'] !== 'content')
      return refuse('not_allowed', 'a document must be text: what a file costs is not known before');
    if (part['type'] !== 'image') return undefined;
    if (source['type'] === 'base64') return 'image';
    return refuse('not_allowed', 'an image must be sent as base64; the provider may fetch nothing');
  },
};

/** Anthropic's messages. */
export const messages: Format = {
  route: '/v1/messages',
  kind: 'anthropic',
  path: '/v1/messages',
  read: (body, limits) => readMessages(body, limits, { needsLimit: true }),
  write: ({ body, outputMax: wanted }, { model, outputMax }: Passing) => ({
    ...body,
    model,
    max_tokens: Math.min(wanted ?? outputMax, outputMax),
  }),
  usageOf: (answer) => usageIn(answer['usage']),
  textOf: (answer) => listOf(answer['content']).map(spoken).join(''),
  readEvent,
};

/** Anthropic's way to count a call's input without making it. It has no output and is not billed. */
export const countTokens: Format = {
  ...messages,
  route: '/v1/messages/count_tokens',
  path: '/v1/messages/count_tokens',
  read(body, limits) {
    const asked = readMessages(body, limits, { needsLimit: false });
    return asked.ok ? accept({ ...asked.value, isStream: false, answers: 0, texts: [], parts: 0, images: 0 }) : asked;
  },
  write: ({ body }, { model }) => {
    const { max_tokens: _limit, stream: _stream, ...rest } = body;
    return { ...rest, model };
  },
  usageOf: () => ({ input: 0, cached: 0, output: 0 }),
  textOf: () => '',
};

function readMessages(
  raw: unknown,
  { imagesMax }: Limits,
  { needsLimit }: { readonly needsLimit: boolean },
): Result<Asked> {
  const frame = readFrame(raw, FIELDS);
  if (!frame.ok) return frame;
  const { kept, removed, model, isStream } = frame.value;
  const refusal =
    checkFilled(kept, 'messages') ?? checkTools(kept, { isRun: (type = 'custom') => CLIENT_TOOLS.test(String(type)) });
  if (refusal) return refusal;
  const outputMax = readCount(kept, 'max_tokens');
  if (!outputMax.ok) return outputMax;
  if (needsLimit && outputMax.value === undefined)
    return refuse('missing_field', 'max_tokens must be a whole number of at least 1', { field: 'max_tokens' });
  const reading: Reading = { texts: [], parts: 0, images: 0 };
  const wrong =
    readParts(kept['messages'], 'messages', PARTS, reading) ??
    readParts(kept['system'], 'system', PARTS, reading) ??
    checkImages(reading.images, imagesMax);
  if (wrong) return wrong;
  for (const field of ['tools', 'output_config', 'output_format'])
    if (kept[field] !== undefined) reading.texts.push(JSON.stringify(kept[field]));
  return accept({
    ...{ model, isStream, outputMax: outputMax.value, answers: 1, ...reading },
    ...{ tokenNumbers: listOf(kept['tools']).length > 0 ? TOOL_TOKENS : 0, removed, body: kept },
  });
}

function usageIn(value: unknown): TokenUsage | undefined {
  const usage = recordOf(value);
  const fresh = figure(usage['input_tokens']);
  const written = figure(usage['cache_creation_input_tokens'] ?? 0);
  const cached = figure(usage['cache_read_input_tokens'] ?? 0);
  const output = figure(usage['output_tokens']);
  if (fresh === undefined || written === undefined || cached === undefined || output === undefined) return undefined;
  return { input: fresh + written, cached, output };
}

function spoken(block: Json): string {
  const { text, thinking, name, input } = block;
  return textIn(text, thinking, name, input === undefined ? undefined : JSON.stringify(input));
}

function readEvent(data: string): StreamEvent {
  const event = parseEvent(data);
  if (!event) return { failure: 'it sent what is no JSON' };
  switch (event['type']) {
    case 'message_start': {
      const usage = usageIn(recordOf(event['message'])['usage']);
      return usage ? { usage: { input: usage.input, cached: usage.cached } } : {};
    }
    case 'content_block_start':
      return { text: textIn(recordOf(event['content_block'])['name']) };
    case 'content_block_delta': {
      const { text, thinking, partial_json: json } = recordOf(event['delta']);
      return { text: textIn(text, thinking, json) };
    }
    case 'message_delta': {
      const output = figure(recordOf(event['usage'])['output_tokens']);
      return output === undefined ? {} : { usage: { output }, isTotal: true };
    }
    case 'message_stop':
      return { isLast: true };
    case 'error':
      return { failure: textIn(recordOf(event['error'])['message']) || 'it says so' };
    default:
      return {};
  }
}

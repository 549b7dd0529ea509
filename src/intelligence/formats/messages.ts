import { accept, refuse, type Result } from '../../domain/refusal.ts';
import type { TokenUsage } from '../../domain/tokens.ts';
import {
  failureIn,
  figure,
  listOf,
  parseEvent,
  recordOf,
  reportedFailure,
  textIn,
  type Asked,
  type Format,
  type Json,
  type Limits,
  type Passing,
  type StreamEvent,
  type Written,
} from './format.ts';
import { cacheControl, message, system, toolShape } from './messages-shapes.ts';
import { checkFilled, checkImages, readCount, readFrame } from './screen.ts';
import { json, listOf as list, newReading, object, readFields, setting, settings, told } from './shape.ts';
import { readTools } from './tools.ts';
import { messageEvents } from './whole-as-events.ts';

const FIELDS = {
  allowed: new Set([
    ...['model', 'messages', 'max_tokens', 'system', 'temperature', 'top_p', 'top_k', 'stop_sequences', 'stream'],
    ...['tools', 'tool_choice', 'thinking', 'output_config', 'output_format', 'cache_control'],
  ]),
  refused: { container: 'it is kept at the provider', mcp_servers: 'an agent has no network, nor has its model' },
};

/** The provider's own instructions on how to call tools. */
const TOOL_TOKENS = 1024;

/** The least that thoughts may have. */
const THINKING_MIN = 1024;

const SHAPES = {
  ...{ messages: list(message), system, cache_control: cacheControl, output_config: json, output_format: json },
  ...settings('temperature', 'top_p', 'top_k'),
  stop_sequences: list(setting),
  thinking: object(settings('type', 'budget_tokens', 'display')),
  tool_choice: object(settings('type', 'name', 'disable_parallel_tool_use')),
};

/** Anthropic's messages. */
export const messages: Format = {
  route: '/v1/messages',
  kind: 'anthropic',
  path: '/v1/messages',
  read: (body, limits) => readMessages(body, limits, { needsLimit: true }),
  write,
  usageOf: (answer) => usageIn(answer['usage']),
  textOf: (answer) => listOf(answer['content']).map(spoken).join(''),
  failureOf: (answer) =>
    answer['type'] === 'error' ? reportedFailure(answer['error'] ?? {}) : failureIn(answer, ['content', 'usage']),
  readEvent,
  eventsOf: messageEvents,
  lastEvent: `event: message_stop\ndata: ${JSON.stringify({ type: 'message_stop' })}\n\n`,
};

/** Anthropic's way to count a call's input without making it. It has no output and is not billed. */
export const countTokens: Format = {
  ...messages,
  route: '/v1/messages/count_tokens',
  path: '/v1/messages/count_tokens',
  read(body, limits) {
    const asked = readMessages(body, limits, { needsLimit: false });
    const free = { isStream: false, answers: 0, ...told(newReading()) };
    return asked.ok ? accept({ ...asked.value, ...free }) : asked;
  },
  write: ({ body }, { model }) => {
    const { max_tokens: _limit, stream: _stream, ...rest } = body;
    return { body: { ...rest, model }, removed: [] };
  },
  usageOf: () => ({ input: 0, cached: 0, output: 0 }),
  textOf: () => '',
  failureOf: (answer) => failureIn(answer, ['input_tokens']),
};

function readMessages(
  raw: unknown,
  { imagesMax }: Limits,
  { needsLimit }: { readonly needsLimit: boolean },
): Result<Asked> {
  const frame = readFrame(raw, FIELDS);
  if (!frame.ok) return frame;
  const { kept, removed, model, isStream } = frame.value;
  const refusal = checkFilled(kept, 'messages');
  if (refusal) return refusal;
  const outputMax = readCount(kept, 'max_tokens');
  if (!outputMax.ok) return outputMax;
  if (needsLimit && outputMax.value === undefined)
    return refuse('missing_field', 'max_tokens must be a whole number of at least 1', { field: 'max_tokens' });
  const reading = newReading();
  const wrong =
    readFields(kept, SHAPES, reading) ??
    readTools(kept, toolShape, reading) ??
    checkImages(reading.images.length, imagesMax);
  if (wrong) return wrong;
  return accept({
    ...{ model, isStream, outputMax: outputMax.value, answers: 1, ...told(reading), body: kept },
    tokenNumbers: listOf(kept['tools']).length > 0 ? TOOL_TOKENS : 0,
    removed: [...removed, ...reading.removed],
  });
}

/** Thoughts come out of the output: where that is capped, so are they, and where too little is left there are none. */
function write({ body, outputMax: wanted }: Asked, { model, outputMax }: Passing): Written {
  const limit = Math.min(wanted ?? outputMax, outputMax);
  const { thinking, ...rest } = body;
  const budget = figure(recordOf(thinking)['budget_tokens']);
  if (thinking === undefined || budget === undefined || budget < limit)
    return { body: { ...body, model, max_tokens: limit }, removed: [] };
  if (limit <= THINKING_MIN) return { body: { ...rest, model, max_tokens: limit }, removed: ['thinking'] };
  const less = { ...recordOf(thinking), budget_tokens: limit - 1 };
  return { body: { ...rest, model, max_tokens: limit, thinking: less }, removed: [] };
}

function usageIn(value: unknown): TokenUsage | undefined {
  const { input, output, ...cache } = partialUsage(value);
  return input === undefined || output === undefined ? undefined : { input, ...cache, output };
}

interface PartialUsage {
  readonly input: number | undefined;
  readonly cached: number;
  readonly written?: number;
  readonly output: number | undefined;
}

/** What is reported of it; an input whose cache can't be right is none. */
function partialUsage(value: unknown): PartialUsage {
  const usage = recordOf(value);
  const fresh = figure(usage['input_tokens']);
  const written = figure(usage['cache_creation_input_tokens'] ?? 0);
  const cached = figure(usage['cache_read_input_tokens'] ?? 0);
  const output = figure(usage['output_tokens']);
  if (fresh === undefined || written === undefined || cached === undefined)
    return { input: undefined, cached: 0, output };
  return { input: fresh + written, cached, ...(written > 0 && { written }), output };
}

function spoken(block: Json): string {
  const { text, thinking, name, input } = block;
  // A stream begins with an empty one.
  const given = Object.keys(recordOf(input)).length > 0 ? JSON.stringify(input) : undefined;
  return textIn(text, thinking, name, given);
}

function readEvent(data: string): StreamEvent {
  const event = parseEvent(data);
  if (!event) return { failure: 'it sent what is no JSON' };
  switch (event['type']) {
    case 'message_start': {
      const usage = usageIn(recordOf(event['message'])['usage']);
      if (!usage) return {};
      const { output: _begun, ...input } = usage;
      return { usage: input };
    }
    case 'content_block_start':
      return { text: spoken(recordOf(event['content_block'])) };
    case 'content_block_delta': {
      const { text, thinking, partial_json: json } = recordOf(event['delta']);
      return { text: textIn(text, thinking, json) };
    }
    case 'message_delta': {
      // Some servers know the input only here.
      const { input, output, ...cache } = partialUsage(event['usage']);
      const hasEnded = typeof recordOf(event['delta'])['stop_reason'] === 'string';
      return {
        ...(output !== undefined && {
          usage: { ...{ output }, ...(input !== undefined && { input, ...cache }) },
          isTotal: true,
        }),
        finished: hasEnded ? [0] : [],
      };
    }
    case 'message_stop':
      return { isLast: true };
    case 'error':
      return { failure: reportedFailure(event['error'] ?? event)?.message ?? '' };
    default: {
      const failure = reportedFailure(event['error'])?.message;
      return failure === undefined ? {} : { failure };
    }
  }
}

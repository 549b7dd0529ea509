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
import {
  checkFilled,
  checkImages,
  checkTools,
  isInline,
  notAllowed,
  readCount,
  readFrame,
  readParts,
  type Reading,
} from './screen.ts';

const STORED = 'nothing of an agent is kept at the provider';

const FIELDS = {
  allowed: new Set([
    ...['model', 'input', 'instructions', 'max_output_tokens', 'temperature', 'top_p', 'top_logprobs', 'stream'],
    ...['tools', 'tool_choice', 'parallel_tool_calls', 'text', 'reasoning', 'truncation', 'include'],
  ]),
  refused: { previous_response_id: STORED, conversation: STORED, prompt: STORED },
};

/** What else an answer may include; the rest is about tools of the provider's. */
const INCLUDABLE = new Set(['reasoning.encrypted_content', 'message.output_text.logprobs']);

const PARTS = {
  types: new Set([
    ...['message', 'input_text', 'output_text', 'refusal', 'input_image', 'function_call', 'function_call_output'],
    ...['custom_tool_call', 'custom_tool_call_output', 'reasoning', 'reasoning_text', 'summary_text'],
  ]),
  inspect(part: Json): 'image' | Refusal | undefined {
    if (part['type'] !== 'input_image') return undefined;
    if (isInline(part['image_url'])) return 'image';
    return refuse('not_allowed', 'an image must be a data:image/ URL; the provider may fetch nothing');
  },
};

/** OpenAI's responses. */
export const responses: Format = {
  route: '/v1/responses',
  kind: 'openai',
  path: '/responses',
  read,
  write,
  usageOf: (answer) => usageIn(answer['usage']),
  textOf: (answer) => listOf(answer['output']).map(spoken).join(''),
  readEvent,
};

function read(raw: unknown, { imagesMax }: Limits): Result<Asked> {
  const frame = readFrame(raw, FIELDS);
  if (!frame.ok) return frame;
  const { kept, removed, model, isStream } = frame.value;
  const refusal =
    checkFilled(kept, 'input') ??
    checkTools(kept, { isRun: (type) => type === 'function' || type === 'custom' }) ??
    checkBackground(recordOf(raw)) ??
    checkIncluded(kept);
  if (refusal) return refusal;
  const outputMax = readCount(kept, 'max_output_tokens');
  if (!outputMax.ok) return outputMax;
  const reading: Reading = { texts: [], parts: 0, images: 0 };
  const wrong = readParts(kept['input'], 'input', PARTS, reading) ?? checkImages(reading.images, imagesMax);
  if (wrong) return wrong;
  for (const field of ['instructions', 'tools', 'text'])
    if (kept[field] !== undefined) reading.texts.push(JSON.stringify(kept[field]));
  return accept({
    ...{ model, isStream, outputMax: outputMax.value, answers: 1 },
    ...{ ...reading, tokenNumbers: 0, removed: removed.filter((field) => field !== 'store'), body: kept },
  });
}

function checkBackground({ background }: Json): Refusal | undefined {
  return background === true ? notAllowed('background', 'an answer ends with its execution') : undefined;
}

function checkIncluded({ include }: Json): Refusal | undefined {
  const isKnown =
    include === undefined || (Array.isArray(include) && include.every((item) => INCLUDABLE.has(String(item))));
  return isKnown ? undefined : notAllowed('include', `only ${[...INCLUDABLE].join(' and ')}`);
}

function write({ body, outputMax: wanted }: Asked, { model, outputMax }: Passing): Json {
  // Without this the provider would keep the answer.
  return { ...body, model, store: false, max_output_tokens: Math.min(wanted ?? outputMax, outputMax) };
}

function usageIn(value: unknown): TokenUsage | undefined {
  const usage = recordOf(value);
  const [input, output] = [figure(usage['input_tokens']), figure(usage['output_tokens'])];
  const cached = figure(recordOf(usage['input_tokens_details'])['cached_tokens'] ?? 0);
  if (input === undefined || output === undefined || cached === undefined || cached > input) return undefined;
  return { input: input - cached, cached, output };
}

function spoken(item: Json): string {
  const parts = [...listOf(item['content']), ...listOf(item['summary'])];
  return textIn(
    item['name'],
    item['arguments'],
    item['input'],
    ...parts.flatMap(({ text, refusal }) => [text, refusal]),
  );
}

function readEvent(data: string): StreamEvent {
  const event = parseEvent(data);
  if (!event) return { failure: 'it sent what is no JSON' };
  const { type, delta } = event;
  if (type === 'error') return { failure: textIn(event['message']) || 'it says so' };
  const isLast = type === 'response.completed' || type === 'response.incomplete' || type === 'response.failed';
  const usage = isLast ? usageIn(recordOf(event['response'])['usage']) : undefined;
  return {
    ...(typeof type === 'string' && type.endsWith('.delta') && { text: textIn(delta) }),
    ...(usage && { usage, isTotal: true }),
    isLast,
  };
}

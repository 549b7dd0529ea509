import { isRecord } from '../../domain/record.ts';
import { accept, type Refusal, type Result } from '../../domain/refusal.ts';
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
  type ReportedFailure,
  type StreamEvent,
  type Written,
} from './format.ts';
import { item, toolChoice, toolShape } from './responses-shapes.ts';
import { checkFilled, checkImages, notAllowed, readCount, readFrame } from './screen.ts';
import {
  json,
  listOf as list,
  newReading,
  object,
  readFields,
  setting,
  settings,
  told,
  words,
  wordsOr,
} from './shape.ts';
import { readTools } from './tools.ts';
import { responseEvents } from './whole-as-events.ts';

const STORED = 'nothing of an agent is kept at the provider';

const FIELDS = {
  allowed: new Set([
    ...['model', 'input', 'instructions', 'max_output_tokens', 'temperature', 'top_p', 'top_logprobs', 'stream'],
    ...['tools', 'tool_choice', 'parallel_tool_calls', 'text', 'reasoning', 'truncation', 'include'],
    'prompt_cache_key',
  ]),
  refused: { previous_response_id: STORED, conversation: STORED, prompt: STORED },
};

/** What else an answer may include; the rest is about tools of the provider's. */
const INCLUDABLE = new Set(['reasoning.encrypted_content', 'message.output_text.logprobs']);

const SHAPES = {
  ...{ input: wordsOr(list(item)), instructions: words, tool_choice: toolChoice },
  text: object({ format: json, ...settings('verbosity') }),
  reasoning: object(settings('effort', 'summary', 'generate_summary')),
  ...settings('temperature', 'top_p', 'top_logprobs', 'parallel_tool_calls', 'truncation', 'prompt_cache_key'),
  include: list(setting),
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
  // One that has failed is an answer all the same where it is told in the format.
  failureOf,
  readEvent,
  eventsOf: responseEvents,
  lastEvent: '',
};

/** What it has used is to be paid for; without that it has nothing. */
function failureOf(answer: Json): ReportedFailure | undefined {
  const { object: kind, usage, output } = answer;
  const isAnswer = kind === 'response' && (isRecord(usage) || listOf(output).length > 0);
  return isAnswer ? undefined : failureIn(answer, ['output', 'usage']);
}

function read(raw: unknown, { imagesMax }: Limits): Result<Asked> {
  const frame = readFrame(raw, FIELDS);
  if (!frame.ok) return frame;
  const { kept, removed, model, isStream } = frame.value;
  const refusal = checkFilled(kept, 'input', { isText: true }) ?? checkBackground(recordOf(raw)) ?? checkIncluded(kept);
  if (refusal) return refusal;
  const outputMax = readCount(kept, 'max_output_tokens');
  if (!outputMax.ok) return outputMax;
  const reading = newReading();
  const wrong =
    readFields(kept, SHAPES, reading) ??
    readTools(kept, toolShape, reading) ??
    checkImages(reading.images.length, imagesMax);
  if (wrong) return wrong;
  // What the provider may leave out says nothing of the least that it reads.
  if (kept['truncation'] === 'auto') reading.extras.push(...reading.texts.splice(0));
  return accept({
    ...{ model, isStream, outputMax: outputMax.value, answers: 1, ...told(reading), tokenNumbers: 0, body: kept },
    removed: [...removed.filter((field) => field !== 'store'), ...reading.removed],
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

function write({ body, outputMax: wanted }: Asked, { model, outputMax }: Passing): Written {
  const limit = Math.min(wanted ?? outputMax, outputMax);
  // Without `store` the provider would keep the answer.
  return { body: { ...body, model, store: false, max_output_tokens: limit }, removed: [] };
}

function usageIn(value: unknown): TokenUsage | undefined {
  const usage = recordOf(value);
  const [input, output] = [figure(usage['input_tokens']), figure(usage['output_tokens'])];
  const cached = figure(recordOf(usage['input_tokens_details'])['cached_tokens'] ?? 0);
  if (input === undefined || output === undefined || cached === undefined || cached > input) return undefined;
  return { input: input - cached, cached, output };
}

function spoken({ name, arguments: given, input, content }: Json): string {
  return textIn(name, given, input, ...listOf(content).flatMap(({ text, refusal }) => [text, refusal]));
}

function readEvent(data: string): StreamEvent {
  const event = parseEvent(data);
  if (!event) return { failure: 'it sent what is no JSON' };
  const { type, delta } = event;
  const failure = reportedFailure(event['error'])?.message;
  if (failure !== undefined || type === 'error')
    return { failure: failure ?? (textIn(event['message']) || 'it says so') };
  const isLast = type === 'response.completed' || type === 'response.incomplete' || type === 'response.failed';
  const answer = recordOf(event['response']);
  const usage = isLast ? usageIn(answer['usage']) : undefined;
  const kind = textIn(type);
  const isText = kind.endsWith('.delta') && !kind.includes('summary');
  const whole = isLast
    ? responses.textOf(answer)
    : kind === 'response.output_item.done'
      ? spoken(recordOf(event['item']))
      : '';
  return {
    ...(whole !== '' && { again: { by: isLast ? 'the answer' : kind, text: whole } }),
    ...(isText && { text: textIn(delta) }),
    ...(usage && { usage, isTotal: true }),
    isLast,
  };
}

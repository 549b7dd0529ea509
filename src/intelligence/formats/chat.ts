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

const ANSWERS_MAX = 8;

const FIELDS = {
  allowed: new Set([
    ...['model', 'messages', 'stream', 'stream_options', 'max_tokens', 'max_completion_tokens', 'n', 'stop', 'seed'],
    ...['temperature', 'top_p', 'top_k', 'min_p', 'presence_penalty', 'frequency_penalty', 'repetition_penalty'],
    ...['logit_bias', 'logprobs', 'top_logprobs', 'tools', 'tool_choice', 'parallel_tool_calls', 'functions'],
    ...['function_call', 'response_format', 'reasoning_effort', 'verbosity', 'modalities'],
  ]),
  refused: { web_search_options: 'an agent has no network, nor has its model', audio: 'only text is billed here' },
};

const PARTS = {
  types: new Set(['text', 'image_url', 'refusal', 'function', 'custom']),
  inspect(part: Json): 'image' | Refusal | undefined {
    if (part['type'] !== 'image_url') return undefined;
    if (isInline(recordOf(part['image_url'])['url'])) return 'image';
    return refuse('not_allowed', 'an image must be a data:image/ URL; the provider may fetch nothing');
  },
};

/** OpenAI's chat completions, which most local servers speak too. */
export const chat: Format = {
  route: '/v1/chat/completions',
  kind: 'openai',
  path: '/chat/completions',
  read,
  write,
  usageOf: (answer) => usageIn(answer['usage']),
  textOf: (answer) =>
    listOf(answer['choices'])
      .map(({ message }) => spoken(recordOf(message)))
      .join(''),
  readEvent,
};

function read(raw: unknown, { imagesMax }: Limits): Result<Asked> {
  const frame = readFrame(raw, FIELDS);
  if (!frame.ok) return frame;
  const { kept, removed, model, isStream } = frame.value;
  const refusal =
    checkFilled(kept, 'messages') ??
    checkTools(kept, { isRun: (type) => type === 'function' || type === 'custom' }) ??
    checkModalities(kept['modalities']);
  if (refusal) return refusal;
  const [first, second] = [readCount(kept, 'max_completion_tokens'), readCount(kept, 'max_tokens')];
  if (!first.ok) return first;
  if (!second.ok) return second;
  const answers = readCount(kept, 'n');
  if (!answers.ok) return answers;
  if ((answers.value ?? 1) > ANSWERS_MAX)
    return refuse('too_large', `n must be at most ${ANSWERS_MAX}`, { field: 'n', limit: ANSWERS_MAX });
  const reading: Reading = { texts: [], parts: 0, images: 0 };
  const wrong = readParts(kept['messages'], 'messages', PARTS, reading) ?? checkImages(reading.images, imagesMax);
  if (wrong) return wrong;
  for (const field of ['tools', 'functions', 'response_format'])
    if (kept[field] !== undefined) reading.texts.push(JSON.stringify(kept[field]));
  return accept({
    ...{ model, isStream, outputMax: first.value ?? second.value },
    ...{ answers: answers.value ?? 1, ...reading, tokenNumbers: 0, removed, body: kept },
  });
}

function checkModalities(value: unknown): Refusal | undefined {
  if (value === undefined || (Array.isArray(value) && value.every((item) => item === 'text'))) return undefined;
  return notAllowed('modalities', 'only text');
}

function write({ body, isStream, outputMax: wanted }: Asked, { model, outputMax, outputField }: Passing): Json {
  const { max_tokens: old, max_completion_tokens: renamed, stream_options: _options, ...rest } = body;
  const field = renamed !== undefined ? 'max_completion_tokens' : old !== undefined ? 'max_tokens' : outputField;
  return {
    ...rest,
    model,
    [field]: wanted === undefined ? outputMax : Math.min(wanted, outputMax),
    ...(isStream && { stream_options: { include_usage: true } }),
  };
}

export function usageIn(value: unknown): TokenUsage | undefined {
  const usage = recordOf(value);
  const [prompt, output] = [figure(usage['prompt_tokens']), figure(usage['completion_tokens'] ?? 0)];
  const cached = figure(recordOf(usage['prompt_tokens_details'])['cached_tokens'] ?? 0);
  if (prompt === undefined || output === undefined || cached === undefined || cached > prompt) return undefined;
  return { input: prompt - cached, cached, output };
}

/** Some servers send a model's thoughts under one of two other names. */
function spoken(message: Json): string {
  const calls = listOf(message['tool_calls']).map((call) => {
    const made = recordOf(call['function'] ?? call['custom']);
    return textIn(made['name'], made['arguments'], made['input']);
  });
  const { name, arguments: given } = recordOf(message['function_call']);
  const { content, refusal, reasoning_content: thoughts, reasoning } = message;
  return textIn(content, refusal, thoughts, reasoning, name, given, ...calls);
}

function readEvent(data: string, { body }: Asked): StreamEvent {
  if (data === '[DONE]') return { isLast: true };
  const event = parseEvent(data);
  if (!event) return { failure: 'it sent what is no JSON' };
  if (event['error'] !== undefined) return { failure: textIn(recordOf(event['error'])['message']) || 'it says so' };
  const choices = listOf(event['choices']);
  const usage = usageIn(event['usage']);
  const wantsUsage = recordOf(body['stream_options'])['include_usage'] === true;
  return {
    text: choices.map(({ delta }) => spoken(recordOf(delta))).join(''),
    ...(usage && { usage, isTotal: true }),
    isHidden: choices.length === 0 && event['usage'] !== undefined && event['usage'] !== null && !wantsUsage,
  };
}

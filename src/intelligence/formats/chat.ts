import { accept, refuse, type Refusal, type Result } from '../../domain/refusal.ts';
import type { TokenUsage } from '../../domain/tokens.ts';
import {
  failureIn,
  figure,
  finishedIn,
  listOf,
  parseEvent,
  recordOf,
  reportedFailure,
  textIn,
  textOfParts,
  type Asked,
  type Format,
  type Json,
  type Limits,
  type Passing,
  type StreamEvent,
  type Written,
} from './format.ts';
import { message, oldFunction, toolChoice, toolShape } from './chat-shapes.ts';
import { checkFilled, checkImages, notAllowed, readCount, readFrame } from './screen.ts';
import {
  figures,
  json,
  listOf as list,
  newReading,
  object,
  readFields,
  setting,
  settingOr,
  settings,
  told,
} from './shape.ts';
import { readTools } from './tools.ts';
import { chatEvents } from './whole-as-events.ts';

export const ANSWERS_MAX = 8;

const FIELDS = {
  allowed: new Set([
    ...['model', 'messages', 'stream', 'stream_options', 'max_tokens', 'max_completion_tokens', 'n', 'stop', 'seed'],
    ...['temperature', 'top_p', 'top_k', 'min_p', 'presence_penalty', 'frequency_penalty', 'repetition_penalty'],
    ...['logit_bias', 'logprobs', 'top_logprobs', 'tools', 'tool_choice', 'parallel_tool_calls', 'functions'],
    ...['function_call', 'response_format', 'reasoning_effort', 'verbosity', 'modalities', 'prompt_cache_key'],
  ]),
  refused: { web_search_options: 'an agent has no network, nor has its model', audio: 'only text is billed here' },
};

const SHAPES = {
  ...{ messages: list(message), functions: list(oldFunction), response_format: json, tool_choice: toolChoice },
  ...settings('temperature', 'top_p', 'top_k', 'min_p', 'presence_penalty', 'frequency_penalty', 'repetition_penalty'),
  ...settings('seed', 'logprobs', 'top_logprobs', 'parallel_tool_calls', 'reasoning_effort', 'verbosity'),
  ...settings('prompt_cache_key'),
  ...{ stop: settingOr(list(setting)), logit_bias: figures, function_call: settingOr(object(settings('name'))) },
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
  failureOf: (answer) => failureIn(answer, ['choices', 'usage']),
  readEvent,
  eventsOf: chatEvents,
  lastEvent: 'data: [DONE]\n\n',
};

function read(raw: unknown, { imagesMax }: Limits): Result<Asked> {
  const frame = readFrame(raw, FIELDS);
  if (!frame.ok) return frame;
  const { kept, removed, model, isStream } = frame.value;
  const refusal = checkFilled(kept, 'messages') ?? checkModalities(kept['modalities']);
  if (refusal) return refusal;
  const [first, second] = [readCount(kept, 'max_completion_tokens'), readCount(kept, 'max_tokens')];
  if (!first.ok) return first;
  if (!second.ok) return second;
  const answers = readCount(kept, 'n');
  if (!answers.ok) return answers;
  if ((answers.value ?? 1) > ANSWERS_MAX)
    return refuse('too_large', `n must be at most ${ANSWERS_MAX}`, { field: 'n', limit: ANSWERS_MAX });
  const reading = newReading();
  const wrong =
    readFields(kept, SHAPES, reading) ??
    readTools(kept, toolShape, reading) ??
    checkImages(reading.images.length, imagesMax);
  if (wrong) return wrong;
  return accept({
    ...{ model, isStream, outputMax: first.value ?? second.value, answers: answers.value ?? 1, ...told(reading) },
    ...{ tokenNumbers: 0, removed: [...removed, ...reading.removed], body: kept },
  });
}

function checkModalities(value: unknown): Refusal | undefined {
  if (value === undefined || (Array.isArray(value) && value.every((item) => item === 'text'))) return undefined;
  return notAllowed('modalities', 'only text');
}

/** A server knows one of the two names of the limit, whichever the agent's SDK uses. */
function write({ body, isStream, outputMax: wanted }: Asked, { model, outputMax, outputField }: Passing): Written {
  const { max_tokens: _old, max_completion_tokens: _renamed, stream_options: _options, ...rest } = body;
  return {
    body: {
      ...rest,
      model,
      [outputField]: wanted === undefined ? outputMax : Math.min(wanted, outputMax),
      ...(isStream && { stream_options: { include_usage: true } }),
    },
    removed: [],
  };
}

export function usageIn(value: unknown): TokenUsage | undefined {
  const usage = recordOf(value);
  const [prompt, completion] = [figure(usage['prompt_tokens']), figure(usage['completion_tokens'] ?? 0)];
  const cached = figure(recordOf(usage['prompt_tokens_details'])['cached_tokens'] ?? 0);
  if (prompt === undefined || completion === undefined || cached === undefined || cached > prompt) return undefined;
  // Some servers leave thoughts out of the completion, and have them in the total.
  const output = Math.max(completion, (figure(usage['total_tokens']) ?? 0) - prompt);
  return { input: prompt - cached, cached, output };
}

/** Some servers send a model's thoughts under other names, or as parts of its content. */
function spoken(message: Json): string {
  const calls = listOf(message['tool_calls']).map((call) => {
    const made = recordOf(call['function'] ?? call['custom']);
    return textIn(made['name'], made['arguments'], made['input']);
  });
  const { name, arguments: given } = recordOf(message['function_call']);
  const { content, refusal, reasoning_content: thoughts, reasoning = message['reasoning_details'] } = message;
  const said = [content, thoughts, reasoning].map(textOfParts);
  return textIn(...said, refusal, name, given, ...calls);
}

function readEvent(data: string, { body }: Asked): StreamEvent {
  if (data === '[DONE]') return { isLast: true };
  const event = parseEvent(data);
  if (!event) return { failure: 'it sent what is no JSON' };
  const failure = reportedFailure(event['error']);
  if (failure) return { failure: failure.message };
  const choices = listOf(event['choices']);
  const usage = usageIn(event['usage']);
  const wantsUsage = recordOf(body['stream_options'])['include_usage'] === true;
  return {
    text: choices.map(({ delta, message }) => spoken(recordOf(delta ?? message))).join(''),
    finished: finishedIn(choices, 'finish_reason'),
    ...(usage && { usage, isTotal: true }),
    isHidden: choices.length === 0 && event['usage'] !== undefined && event['usage'] !== null && !wantsUsage,
  };
}

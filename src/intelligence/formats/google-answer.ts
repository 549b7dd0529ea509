import type { TokenUsage } from '../../domain/tokens.ts';
import {
  figure,
  finishedIn,
  listOf,
  parseEvent,
  recordOf,
  reportedFailure,
  textIn,
  type Asked,
  type Json,
  type StreamEvent,
} from './format.ts';

/** What came from a cache is part of the prompt; thoughts, and what tools gave, are apart from the other figures. */
export function usageIn(value: unknown): TokenUsage | undefined {
  const usage = recordOf(value);
  const prompt = figure(usage['promptTokenCount']);
  const [cached, given, said, thought] = [
    figure(usage['cachedContentTokenCount'] ?? 0),
    figure(usage['toolUsePromptTokenCount'] ?? 0),
    figure(usage['candidatesTokenCount'] ?? 0),
    figure(usage['thoughtsTokenCount'] ?? 0),
  ];
  if (prompt === undefined || cached === undefined || given === undefined) return undefined;
  if (said === undefined || thought === undefined || cached > prompt) return undefined;
  return { input: prompt - cached + given, cached, output: said + thought };
}

/** Without the summaries of thoughts, which are billed as what they sum up. */
export function textOf(answer: Json): string {
  return listOf(answer['candidates'])
    .flatMap(({ content }) => listOf(recordOf(content)['parts']))
    .filter(({ thought }) => thought !== true)
    .map(({ text, functionCall }) => textIn(text) + called(recordOf(functionCall)))
    .join('');
}

function called({ name, args }: Json): string {
  return textIn(name, args === undefined ? undefined : JSON.stringify(args));
}

/** Each event is an answer so far, and none says that it was the last: the connection ends. */
export function readEvent(data: string, { answers }: Asked): StreamEvent {
  const event = parseEvent(data);
  if (!event) return { failure: 'it sent what is no JSON' };
  const failure = reportedFailure(event['error']);
  if (failure) return { failure: failure.message };
  const candidates = listOf(event['candidates']);
  const ended = finishedIn(candidates, 'finishReason');
  // That a prompt is not answered is an answer, too.
  const isBlocked = recordOf(event['promptFeedback'])['blockReason'] !== undefined;
  const usage = usageIn(event['usageMetadata']);
  return {
    text: textOf(event),
    finished: isBlocked ? Array.from({ length: answers }, (_, place) => place) : ended,
    ...(usage && { usage, isTotal: isBlocked || ended.length > 0 || candidates.length === 0 }),
  };
}

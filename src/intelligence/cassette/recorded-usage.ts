import { createParser } from 'eventsource-parser';
import type { TokenUsage } from '../../domain/tokens.ts';
import { chat } from '../formats/chat.ts';
import { embeddings } from '../formats/embeddings.ts';
import { parseEvent, type Asked, type Format } from '../formats/format.ts';
import { generateContent, streamGenerateContent } from '../formats/google.ts';
import { messages } from '../formats/messages.ts';
import { responses } from '../formats/responses.ts';
import type { RecordedAnswer } from './recorded-answer.ts';

const FORMATS: readonly Format[] = [chat, responses, embeddings, messages, generateContent, streamGenerateContent];

/** Nobody knows any more what was asked; figures don't depend on it. */
const ASKED: Asked = {
  ...{ model: '', isStream: true, outputMax: undefined, answers: 1, texts: [], extras: [], parts: 0, images: [] },
  ...{ tokenNumbers: 0, removed: [], body: {} },
};

/** What the provider reports in a recorded answer; undefined where it says nothing of input or output. */
export function recordedUsage(answer: RecordedAnswer): TokenUsage | undefined {
  const format = FORMATS.find(({ kind, path }) => kind === answer.kind && isAt(path, answer.path));
  if (!format) return undefined;
  const whole = parseEvent(answer.body);
  return whole ? format.usageOf(whole) : streamedUsage(format, answer.body);
}

/** `{model}` stands for anything. */
function isAt(template: string, path: string): boolean {
  const [before = '', after] = template.split('{model}');
  return after === undefined ? path === before : path.startsWith(before) && path.endsWith(after);
}

/** Of what several events report, the most counts. */
function streamedUsage(format: Format, body: string): TokenUsage | undefined {
  const found: Partial<Record<keyof TokenUsage, number>> = {};
  const parser = createParser({
    onEvent({ data }) {
      const { usage = {} } = format.readEvent(data, ASKED);
      for (const [name, tokens] of Object.entries(usage) as [keyof TokenUsage, number][])
        found[name] = Math.max(found[name] ?? 0, tokens);
    },
  });
  parser.feed(body);
  parser.feed('\n\n');
  const { input, cached = 0, written, output } = found;
  if (input === undefined || output === undefined) return undefined;
  return { input, cached, output, ...(written !== undefined && { written }) };
}

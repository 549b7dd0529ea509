import type { CallContent } from '../../domain/ended-call.ts';

type Json = Readonly<Record<string, unknown>>;

/** What was asked and answered, as JSON of messages in the form of OpenTelemetry's conventions. */
export interface CallMessages {
  readonly input: string;
  readonly output: string;
}

interface Part {
  readonly type: string;
  readonly content: string;
}

interface Message {
  readonly role: string;
  readonly parts: readonly Part[];
}

/** Of a picture or a file nobody needs more here. */
const OTHER_CHARS_MAX = 1000;
/** Of the name of a role or a kind of part: an agent may have made it up. */
const NAME_CHARS_MAX = 64;
/** More in one message is left out. */
const PARTS_MAX = 100;

/** Of each at most so many characters: of what was asked the newest, of the answer the first. Any body can be given. */
export function callMessages({ asked, answered }: CallContent, charsMax: number): CallMessages {
  const text = { type: 'text', content: answered.slice(0, charsMax) };
  return {
    input: JSON.stringify(newest(messagesOf(asked), charsMax)),
    output: JSON.stringify([{ role: 'assistant', parts: [text] }]),
  };
}

/** Whichever wire format it is in: the field tells. */
function messagesOf(asked: Json): readonly Message[] {
  const { messages, contents, input, system, instructions, systemInstruction } = asked;
  const told = [system, instructions, systemInstruction].filter((value) => value !== undefined && value !== null);
  const said = [messages, contents, input].flatMap((value) => (value === undefined ? [] : listOf(value)));
  return [...told.map((value) => messageOf(value, 'system')), ...said.map((value) => messageOf(value, 'user'))];
}

function messageOf(value: unknown, otherwise: string): Message {
  if (!isRecord(value)) return { role: otherwise, parts: partsOf(value) };
  const { role, content, parts, tool_calls: calls } = value;
  const own = content ?? parts ?? (calls === undefined ? [value] : []);
  return {
    role: typeof role === 'string' ? role.slice(0, NAME_CHARS_MAX) : otherwise,
    parts: [...partsOf(own), ...(calls === undefined ? [] : partsOf(calls))].slice(0, PARTS_MAX),
  };
}

function partsOf(value: unknown): readonly Part[] {
  return listOf(value)
    .slice(0, PARTS_MAX)
    .map((part) => {
      if (typeof part === 'string') return { type: 'text', content: part };
      if (isRecord(part) && typeof part['text'] === 'string') return { type: 'text', content: part['text'] };
      const type = isRecord(part) && typeof part['type'] === 'string' ? part['type'] : 'other';
      return { type: type.slice(0, NAME_CHARS_MAX), content: shortJson(part) };
    });
}

/** The newest messages within the limit; the oldest of them loses its beginning. */
function newest(messages: readonly Message[], charsMax: number): readonly Message[] {
  const kept: Message[] = [];
  let left = charsMax;
  // One without parts says nothing, and would count for nothing.
  for (const { role, parts } of messages.filter((it) => it.parts.length > 0).toReversed()) {
    if (left <= 0) break;
    const fitting: Part[] = [];
    for (const { type, content } of parts.toReversed()) {
      if (left <= 0) break;
      fitting.push({ type, content: content.slice(-left) });
      left -= content.length + 1;
    }
    kept.push({ role, parts: fitting.reverse() });
  }
  return kept.reverse();
}

function shortJson(value: unknown): string {
  const cut = (_key: string, inner: unknown) => (typeof inner === 'string' ? inner.slice(0, OTHER_CHARS_MAX) : inner);
  try {
    return JSON.stringify(value, cut).slice(0, OTHER_CHARS_MAX);
  } catch {
    // Too deep: it was short enough for the provider, but each level takes more here.
    return '';
  }
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

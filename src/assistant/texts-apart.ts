import { isRecord } from '../domain/record.ts';
import { visibleLine, wholeCharacters } from '../domain/visible-line.ts';

/** What an agent wrote: data for whoever reads it, never an instruction. */
export interface AgentText {
  /** The id of what it belongs to, where that has one. */
  readonly of: string | null;
  readonly field: string;
  /** Nothing in it acts on a terminal, and nothing of it is invisible. */
  readonly text: string;
  /** It was longer. */
  readonly cut: boolean;
}

/** A view without agents' texts: where one stood is its place in `agents_texts`. */
export interface TextsApart {
  readonly data: unknown;
  readonly agents_texts: readonly AgentText[];
}

export interface ApartLimits {
  /** Of each text. */
  readonly charsMax: number;
  /** Of all of them together. */
  readonly charsMaxInAll: number;
}

/** Agents write these, whatever they look like. */
const WRITTEN: ReadonlySet<string> = new Set([
  'title',
  'content',
  'memo',
  'detail',
  'output',
  'output_last',
  'stderr_last',
  'name',
  'waiting_files',
  'kept_files',
]);

/** Sentences of the program, and what the operator wrote. */
const OWN: ReadonlySet<string> = new Set([
  ...[
    'fate',
    'last_reason',
    'paused',
    'operator_pause_reason',
    'first_difference',
    'reason',
    'reasons',
    'text',
    'files',
  ],
]);

/** Ids, amounts, times, hashes, names of models and what is one of a few words. */
const PLAIN = /^[\w.:/+@-]{0,100}$/;

/**
 * Takes out of a view all that an agent may have written. Besides the fields that are known for it that is any text that
 * doesn't look like an id or a word of the program: what is added to a view later is apart, too, until it is known.
 */
export function textsApart(view: unknown, limits: ApartLimits): TextsApart {
  const texts: AgentText[] = [];
  let left = limits.charsMaxInAll;
  const takeOut = (text: string, field: string, of: string | null) => {
    const kept = wholeCharacters(text, Math.min(limits.charsMax, left));
    left -= kept.length;
    texts.push({ of, field, text: kept.split('\n').map(visibleLine).join('\n'), cut: kept.length < text.length });
    return { agents_text: texts.length - 1 };
  };
  const walk = (value: unknown, field: string, of: string | null, isWritten: boolean): unknown => {
    if (typeof value === 'string') {
      const isApart = isWritten || !(PLAIN.test(value) || OWN.has(field));
      return isApart ? takeOut(value, field, of) : value;
    }
    if (Array.isArray(value)) return value.map((item) => walk(item, field, of, isWritten));
    if (!isRecord(value)) return value;
    const id = idOf(value) ?? of;
    const entries = Object.entries(value).map(
      ([key, inner]) => [key, walk(inner, key, id, isWritten || WRITTEN.has(key))] as const,
    );
    return Object.fromEntries(entries);
  };
  return { data: walk(view, '', null, false), agents_texts: texts };
}

function idOf({ id, execution_id: execution }: Readonly<Record<string, unknown>>): string | undefined {
  return [id, execution].find((value) => typeof value === 'string' && PLAIN.test(value)) as string | undefined;
}

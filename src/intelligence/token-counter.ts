import type { Asked } from './formats/format.ts';
import { tokensOfImage, type ImageTokens } from './image-tokens.ts';

export type Encoding = 'o200k' | 'cl100k' | 'bytes';

/** Of a call that costs nothing. */
export const NO_INPUT: InputCount = { most: 0, least: 0 };

/**
 * Every message, every part and every call costs a few tokens beside its text. These are more than any family of models
 * is known to take.
 */
const PART_TOKENS = 8;
const CALL_TOKENS = 64;

/** Text beyond this is counted by its bytes: the tokenizer must not hold up everybody else. */
const EXACT_CHARS_MAX = 262_144;
/** The tokenizer's time grows with the square of a text without a break. */
const PIECE_CHARS_MAX = 512;
/** Where a text is cut by preference: there it costs next to nothing, and never less than nothing. */
const BREAK = /\s/;

type Count = (text: string) => number;
type Counted = Pick<Asked, 'texts' | 'extras' | 'parts' | 'images' | 'tokenNumbers'>;

/** Input tokens of a call, before it is made. */
export interface InputCount {
  /** Never too few: what is reserved. */
  readonly most: number;
  /** A provider that reports less can't be right. */
  readonly least: number;
}

/** What is known of model families by their names: OpenAI's newer and older ones. */
const FAMILIES: readonly (readonly [RegExp, Encoding])[] = [
  [/^(gpt-4o|gpt-4\.1|gpt-4\.5|gpt-5|chatgpt-4o|o[1-9])/, 'o200k'],
  [/^(gpt-4|gpt-3\.5|text-embedding-(3|ada))/, 'cl100k'],
];

/**
 * The encoding of a model: as configured, else by its name. Where it isn't known, bytes are counted; there are never
 * fewer bytes than tokens.
 */
export function encodingOf(model: string, configured: Encoding | 'auto'): Encoding {
  if (configured !== 'auto') return configured;
  return FAMILIES.find(([pattern]) => pattern.test(model))?.[1] ?? 'bytes';
}

/** A token is rarely more than eight bytes; without its tokenizer nothing better is known of a model. */
const BYTES_PER_TOKEN_MAX = 8;
/** What is counted in pieces may come to a little more than in one. */
const PIECES_SHARE = 50;

/** The least input that can be right where its words were counted as `said`: half of it. */
function leastInput(encoding: Encoding, said: number): number {
  return Math.floor(said / (encoding === 'bytes' ? BYTES_PER_TOKEN_MAX : 2));
}

/** The least output that can be right where as much was seen. */
export function leastOutput(encoding: Encoding, seen: number): number {
  return encoding === 'bytes' ? Math.floor(seen / BYTES_PER_TOKEN_MAX) : seen - Math.floor(seen / PIECES_SHARE);
}

/** Counts input tokens before a call, never too few. */
export class TokenCounter {
  readonly #counts = new Map<Encoding, Promise<Count>>();

  /** Of all that a call lets a model read. */
  async inputOf(
    { texts, extras, parts, images, tokenNumbers }: Counted,
    { encoding, imageTokens }: { readonly encoding: Encoding; readonly imageTokens: ImageTokens },
  ): Promise<InputCount> {
    const count = await this.counter(encoding);
    let left = EXACT_CHARS_MAX;
    const tokensOf = (text: string) => {
      const exact = left > 0 ? text.slice(0, left) : '';
      left -= text.length;
      return count(exact) + bytes(text.slice(exact.length));
    };
    const sum = (all: readonly string[]) => all.reduce((tokens, text) => tokens + tokensOf(text), 0);
    const said = sum(texts);
    // A count of bytes says too little about the tokens.
    const least = left > 0 ? leastInput(encoding, said) : leastInput('bytes', bytes(texts.join('')));
    const shown = images.reduce((tokens, size) => tokens + tokensOfImage(size, imageTokens), 0);
    const most = CALL_TOKENS + PART_TOKENS * parts + shown + tokenNumbers + said + sum(extras);
    return { most, least };
  }

  /** Loads an encoding's table the first time. */
  counter(encoding: Encoding): Promise<Count> {
    let count = this.#counts.get(encoding);
    if (!count) this.#counts.set(encoding, (count = load(encoding)));
    return count;
  }
}

async function load(encoding: Encoding): Promise<Count> {
  if (encoding === 'bytes') return bytes;
  const { countTokens } =
    encoding === 'o200k'
      ? await import('gpt-tokenizer/encoding/o200k_base')
      : await import('gpt-tokenizer/encoding/cl100k_base');
  // What looks like a special token is text like any other: agents write it, too.
  const options = { disallowedSpecial: new Set<string>() };
  return (text) => {
    let tokens = 0;
    for (const piece of pieces(text)) tokens += countTokens(piece, options);
    return tokens;
  };
}

/** A token is at least one byte in every encoding that works on bytes. */
function bytes(text: string): number {
  return Buffer.byteLength(text);
}

/** Cut at white space where there is any. */
function* pieces(text: string): Generator<string> {
  let start = 0;
  while (start < text.length) {
    let end = Math.min(text.length, start + PIECE_CHARS_MAX);
    if (end < text.length) {
      let cut = end;
      while (cut > start && !BREAK.test(text[cut] ?? '')) cut--;
      if (cut > start) end = cut;
    }
    yield text.slice(start, end);
    start = end;
  }
}

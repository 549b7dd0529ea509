import type { Asked } from './formats/format.ts';

export type Encoding = 'o200k' | 'cl100k' | 'bytes';

/** Every message and part costs a few tokens beside its text, and so does a call: more than any family is known for. */
const PART_TOKENS = 8;
const CALL_TOKENS = 64;

/** Text beyond this is counted by its bytes: the tokenizer must not hold up everybody else. */
const EXACT_CHARS_MAX = 262_144;
/** The tokenizer's time grows with the square of a text without a break. */
const PIECE_CHARS_MAX = 512;
/** Where a text is cut by preference: there it costs next to nothing, and never less than nothing. */
const BREAK = /\s/;

type Count = (text: string) => number;

/** What is known of model families by their names: OpenAI's newer and older ones. */
const FAMILIES: readonly (readonly [RegExp, Encoding])[] = [
  [/^(gpt-4o|gpt-4\.1|gpt-4\.5|gpt-5|chatgpt-4o|o[1-9])/, 'o200k'],
  [/^(gpt-4|gpt-3\.5|text-embedding-(3|ada))/, 'cl100k'],
];

/** The encoding of a model: as configured, else by its name; where it is not known, bytes, which are never too few. */
export function encodingOf(model: string, configured: Encoding | 'auto'): Encoding {
  if (configured !== 'auto') return configured;
  return FAMILIES.find(([pattern]) => pattern.test(model))?.[1] ?? 'bytes';
}

/** Counts input tokens before a call, never too few. */
export class TokenCounter {
  readonly #counts = new Map<Encoding, Promise<Count>>();

  /** Of all that a call lets a model read. */
  async inputOf(
    { texts, parts, images, tokenNumbers }: Pick<Asked, 'texts' | 'parts' | 'images' | 'tokenNumbers'>,
    { encoding, imageTokens }: { readonly encoding: Encoding; readonly imageTokens: number },
  ): Promise<number> {
    const count = await this.counter(encoding);
    let left = EXACT_CHARS_MAX;
    let tokens = CALL_TOKENS + PART_TOKENS * parts + imageTokens * images + tokenNumbers;
    for (const text of texts) {
      tokens += left > 0 ? count(text.slice(0, left)) + bytes(text.slice(left)) : bytes(text);
      left -= text.length;
    }
    return tokens;
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

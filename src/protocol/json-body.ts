import { accept, refuse, type Refusal, type Result } from '../domain/refusal.ts';

/** Deeper than any honest body, and far from where writing it again as JSON would exhaust the stack. */
const DEPTH_MAX = 64;

/** More than any honest body has. The time to read a body grows with its values far more than with its bytes. */
const VALUES_MAX = 100_000;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const BRACKET = 0x5b;
const BRACE = 0x7b;

interface Node {
  readonly value: unknown;
  readonly key: string;
  readonly parent: Node | undefined;
  readonly depth: number;
}

/**
 * Reads a body of UTF-8 JSON. A number that JSON can write but a double can't hold (1e400) is refused wherever it
 * stands, since it would become a null on its way to the database. `wrappedIn` is how many levels are not the body's
 * own.
 * Refuses: `invalid_json`, `too_deep`, `not_finite`, `body_too_large` where it holds too many values.
 */
export function parseJsonBody(bytes: Uint8Array, { wrappedIn = 0 } = {}): Result<unknown> {
  if (bytes.byteLength === 0) return refuse('invalid_json', 'the body is empty; send a JSON object');
  if (hasTooMany(bytes))
    return refuse('body_too_large', `the body must hold at most ${VALUES_MAX} values`, { limit: VALUES_MAX });
  let body: unknown;
  try {
    body = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return refuse('invalid_json', 'the body must be one JSON object in UTF-8');
  }
  return findFault(body, DEPTH_MAX + wrappedIn) ?? accept(body);
}

/** Counts what begins or follows a value, outside of texts; the bytes need not be JSON. */
function hasTooMany(bytes: Uint8Array): boolean {
  let values = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) at = endOfText(bytes, at);
    else if ((byte === COMMA || byte === BRACKET || byte === BRACE) && ++values > VALUES_MAX) return true;
  }
  return false;
}

/** Of the quote that ends the text which begins here; the end of all bytes where none does. */
function endOfText(bytes: Uint8Array, start: number): number {
  for (let quote = bytes.indexOf(QUOTE, start + 1); quote !== -1; quote = bytes.indexOf(QUOTE, quote + 1)) {
    let before = quote - 1;
    while (bytes[before] === BACKSLASH) before--;
    if ((quote - before) % 2 === 1) return quote;
  }
  return bytes.length;
}

/** Walks without recursion: the body may be as deep as it is long. */
function findFault(body: unknown, depthMax: number): Refusal | undefined {
  const open: Node[] = [{ value: body, key: '', parent: undefined, depth: 0 }];
  for (let node = open.pop(); node; node = open.pop()) {
    const { value, depth } = node;
    if (typeof value === 'number' && !Number.isFinite(value)) {
      const field = pathOf(node);
      return refuse('not_finite', `${field || 'the body'} must be a finite number`, { field });
    }
    if (typeof value !== 'object' || value === null) continue;
    if (depth === depthMax)
      return refuse('too_deep', `the body must be nested at most ${depthMax} levels deep`, { limit: depthMax });
    for (const [key, child] of Object.entries(value) as [string, unknown][])
      if (typeof child === 'object' || typeof child === 'number')
        open.push({ value: child, key, parent: node, depth: depth + 1 });
  }
  return undefined;
}

function pathOf(node: Node): string {
  const keys: string[] = [];
  for (let at = node; at.parent; at = at.parent) keys.unshift(at.key);
  return keys.join('.');
}

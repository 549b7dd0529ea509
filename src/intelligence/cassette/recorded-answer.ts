import { createHash } from 'node:crypto';
import { isRecord } from '../../domain/record.ts';
import type { Json, ProviderKind } from '../formats/format.ts';

/** How an answer came to its end: the provider's, or that of whoever read it. */
export type AnswerEnd = 'whole' | 'broke_off' | 'left';

/** One answer of a provider, a line of a cassette. */
export interface RecordedAnswer {
  /** Of the call's content: see `callKey`. */
  readonly key: string;
  /** For people who read it. */
  readonly kind: ProviderKind;
  readonly path: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly end: AnswerEnd;
  /** As it came, all pieces of it. */
  readonly body: string;
}

/**
 * What makes two calls the same: the wire format, the path and the body as it is sent, after all that the gateway has
 * taken out and capped. Address, key and caller make no difference, nor does the order of an object's fields. SHA-256,
 * hexadecimal.
 */
export function callKey(kind: ProviderKind, path: string, body: Json): string {
  return createHash('sha256')
    .update(JSON.stringify([kind, path, sorted(body)]))
    .digest('hex');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isRecord(value)) return value;
  const names = Object.keys(value).sort();
  // A list of pairs: no name of a field is anything special in it.
  return { fields: names.map((name) => [name, sorted(value[name])]) };
}

/** Undefined where the line is none of a cassette's. */
export function parseAnswer(line: string): RecordedAnswer | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  return isAnswer(value) ? value : undefined;
}

function isAnswer(value: unknown): value is RecordedAnswer {
  if (!isRecord(value)) return false;
  const { key, status, headers, end, body } = value;
  return (
    typeof key === 'string' &&
    Number.isInteger(status) &&
    Number(status) >= 200 &&
    Number(status) <= 299 &&
    isRecord(headers) &&
    (end === 'whole' || end === 'broke_off' || end === 'left') &&
    typeof body === 'string'
  );
}

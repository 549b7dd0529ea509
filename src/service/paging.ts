import { z } from 'zod';
import { formatId, parseId, type Numbered } from '../domain/ids.ts';
import { accept, refuse } from '../domain/refusal.ts';
import { readBy, readText, type Read } from './schema.ts';

/** Which part of a list is asked for: the newest `limit` rows with ids under `before`. */
export interface Page {
  readonly limit: number;
  readonly before: number;
}

const NEWEST = Number.MAX_SAFE_INTEGER;

/** `?limit=&before=` of a list of these nouns. Refuses: `wrong_type`, `not_integer`, `too_small`, `too_large`, `invalid_id`. */
export function pageFields(noun: Numbered, listMax: number) {
  return {
    limit: limitField(listMax),
    before: readBy(
      'before',
      z.string().describe(`Only older ones than this, such as ${formatId(noun, 17)}: next_before of the page before.`),
      (value, field) => {
        const text = readText(value, field);
        if (!text.ok) return text;
        const id = parseId(noun, text.value);
        return id.ok ? id : { ...id, field };
      },
    ).optional(),
  };
}

export function limitField(listMax: number) {
  return readBy(
    'limit',
    z.int().min(1).max(listMax).describe(`Rows at most; ${listMax} where absent.`),
    (value, field) => {
      const text = readText(value, field);
      return text.ok ? readLimit(text.value, field, listMax) : text;
    },
  ).optional();
}

function readLimit(text: string, field: string, listMax: number): ReturnType<Read<number>> {
  const limit = text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isNaN(limit)) return refuse('wrong_type', `${field} must be a number from 1 to ${listMax}`, { field });
  if (!Number.isFinite(limit)) return refuse('not_finite', `${field} must be from 1 to ${listMax}`, { field });
  if (limit < 0) return refuse('negative', `${field} must be at least 1`, { field, limit: 1 });
  if (limit > listMax) return refuse('too_large', `${field} must be at most ${listMax}`, { field, limit: listMax });
  if (!Number.isInteger(limit)) return refuse('not_integer', `${field} must be a whole number`, { field });
  if (limit < 1) return refuse('too_small', `${field} must be at least 1`, { field, limit: 1 });
  return accept(limit);
}

export function pageOf(
  { limit, before }: { readonly limit?: number | undefined; readonly before?: number | undefined },
  listMax: number,
): Page {
  return { limit: limit ?? listMax, before: before ?? NEWEST };
}

/**
 * Reads one page: `read` gives rows with ids under `before`, the newest first. One row more than asked for is read, to
 * know whether there is a next page.
 */
export function readPage<Row extends { readonly id: number }>(
  { limit, before }: Page,
  noun: Numbered,
  read: (before: number, limit: number) => readonly Row[],
): { readonly rows: readonly Row[]; readonly nextBefore: string | null } {
  const found = read(before, limit + 1);
  const rows = found.slice(0, limit);
  const last = rows.at(-1);
  return { rows, nextBefore: found.length > limit && last ? formatId(noun, last.id) : null };
}

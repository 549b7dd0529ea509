import { MARK_MAX } from '../../domain/attention.ts';
import { parseCredits, type MicroCredits } from '../../domain/credits.ts';
import { refuse, type Result } from '../../domain/refusal.ts';
import { parseBundle, type Bundle } from '../../domain/resources.ts';
import { checkWhole } from '../../domain/whole-number.ts';

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const NOT_FINITE = /^[+-]?(nan|inf(inity)?)$/i;

/** Refuses `empty`, `not_finite`, `wrong_type`. */
function parseNumber(text: string, field: string): Result<number> {
  const typed = text.trim();
  if (typed === '') return refuse('empty', `${field} must be a number, not empty`, { field });
  if (NOT_FINITE.test(typed)) return refuse('not_finite', `${field} must be a finite number`, { field });
  if (!NUMBER.test(typed)) return refuse('wrong_type', `${field} must be a number, not ${shown(typed)}`, { field });
  const value = Number(typed);
  if (!Number.isFinite(value)) return refuse('not_finite', `${field} must be a finite number`, { field });
  return { ok: true, value };
}

/** Credits as people type them. Refuses what `parseNumber` and `parseCredits` refuse. */
export function parseAmount(text: string, field: string): Result<MicroCredits> {
  const number = parseNumber(text, field);
  return number.ok ? parseCredits(number.value, { field }) : number;
}

/** Refuses `empty`, `not_finite`, `wrong_type`, `negative`, `too_small`, `too_large`, `not_integer`. */
export function parseWhole(
  text: string,
  field: string,
  { least, most }: { readonly least: number; readonly most: number },
): Result<number> {
  const number = parseNumber(text, field);
  const refusal = number.ok ? checkWhole(number.value, field, { least, most }) : number;
  if (!refusal) return number;
  return { ...refusal, message: `${field} must be a whole number from ${least} to ${most}, not ${shown(text)}` };
}

/** One of the human's marks as it was typed: a number. Which ones there are, the use case knows. */
export function parseMark(text: string, field: string): Result<number> {
  const number = parseNumber(text, field);
  if (number.ok) return number;
  return { ...number, message: `${field} must be a whole number from 0 to ${MARK_MAX}, not ${shown(text)}` };
}

/**
 * `cpu_seconds=1,memory_mb=64,tokens=0,attention=1`.
 * Refuses `empty`, `wrong_type`, `invalid_value`, and what `parseNumber` and `parseBundle` refuse.
 */
export function parseBundleText(text: string): Result<Bundle> {
  const field = 'bundle';
  if (text.trim() === '') return refuse('empty', `${field} must be ${BUNDLE_EXAMPLE}, not empty`, { field });
  const given: Record<string, number> = {};
  for (const part of text.split(',')) {
    const [name = '', value, ...more] = part.split('=').map((word) => word.trim());
    if (value === undefined || more.length > 0 || name === '')
      return refuse('wrong_type', `${field} must be like ${BUNDLE_EXAMPLE}, not ${shown(text)}`, { field });
    if (Object.hasOwn(given, name))
      return refuse('invalid_value', `${field} must name ${shown(name)} once`, { field: `${field}.${name}` });
    const number = parseNumber(value, `${field}.${name.slice(0, 40)}`);
    if (!number.ok) return number;
    Object.defineProperty(given, name, { value: number.value, enumerable: true });
  }
  return parseBundle(given, field);
}

const BUNDLE_EXAMPLE = 'cpu_seconds=1,memory_mb=64,tokens=0,attention=1';

function shown(text: string): string {
  return `"${text.length > 40 ? `${text.slice(0, 39)}…` : text}"`;
}

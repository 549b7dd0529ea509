import { isRecord } from '../../domain/record.ts';
import { accept, refuse, type Refusal, type Result } from '../../domain/refusal.ts';
import type { Json } from './format.ts';

/** What of a body is passed on and what is refused; everything else is taken out. */
export interface Screen {
  readonly allowed: ReadonlySet<string>;
  /** With the reason. */
  readonly refused: Readonly<Record<string, string>>;
}

export interface Screened {
  readonly kept: Record<string, unknown>;
  readonly removed: readonly string[];
}

function screenFields(body: Json, { allowed, refused }: Screen): Result<Screened> {
  const kept: Record<string, unknown> = {};
  const removed: string[] = [];
  for (const [field, value] of Object.entries(body)) {
    const reason = Object.hasOwn(refused, field) ? refused[field] : undefined;
    // Absent, for an SDK that writes all of its fields.
    if (value === null || value === undefined) continue;
    if (reason !== undefined) return notAllowed(field, reason);
    if (allowed.has(field)) kept[field] = value;
    else removed.push(field);
  }
  return accept({ kept, removed });
}

export function notAllowed(field: string, reason: string): Refusal {
  return refuse('not_allowed', `${field} is not allowed here: ${reason}`, { field });
}

const CHARS_MAX = 200;

/** What calls of all formats have. */
export interface Frame extends Screened {
  readonly model: string;
  readonly isStream: boolean;
}

export function readFrame(raw: unknown, screen: Screen): Result<Frame> {
  const body = readObject(raw);
  if (!body.ok) return body;
  const screened = screenFields(body.value, screen);
  if (!screened.ok) return screened;
  const { kept, removed } = screened.value;
  const model = readModel(kept['model']);
  if (!model.ok) return model;
  const isStream = readFlag(kept, 'stream');
  return isStream.ok ? accept({ kept, removed, model: model.value, isStream: isStream.value }) : isStream;
}

function readModel(value: unknown): Result<string> {
  if (value === undefined || value === null)
    return refuse('missing_field', 'model must be the name of a model; GET /v1/models lists them', { field: 'model' });
  if (typeof value !== 'string') return refuse('wrong_type', 'model must be text', { field: 'model' });
  if (value === '' || value.length > CHARS_MAX)
    return refuse('unknown_model', 'model must be the name of a model; GET /v1/models lists them', { field: 'model' });
  return accept(value);
}

/** A whole number of at least 1; undefined where the field is absent. */
export function readCount(body: Json, field: string): Result<number | undefined> {
  const value = body[field];
  if (value === undefined || value === null) return accept(undefined);
  if (typeof value !== 'number') return refuse('wrong_type', `${field} must be a number`, { field });
  if (!Number.isFinite(value)) return refuse('not_finite', `${field} must be a finite number`, { field });
  if (!Number.isInteger(value)) return refuse('not_integer', `${field} must be a whole number`, { field });
  if (value < 1) return refuse('not_positive', `${field} must be at least 1`, { field });
  return accept(value);
}

function readFlag(body: Json, field: string): Result<boolean> {
  const value = body[field] ?? false;
  return typeof value === 'boolean' ? accept(value) : refuse('wrong_type', `${field} must be true or false`, { field });
}

function readObject(body: unknown): Result<Json> {
  return isRecord(body) ? accept(body) : refuse('wrong_type', 'the body must be a JSON object');
}

export function checkImages(images: number, most: number): Refusal | undefined {
  if (images <= most) return undefined;
  return refuse('too_many_images', `a call may have at most ${most} images`, { limit: most });
}

/** A list, or a text where that will do, that must be there and have something in it. */
export function checkFilled(
  body: Json,
  field: string,
  { isText = false }: { readonly isText?: boolean } = {},
): Refusal | undefined {
  const value = body[field];
  if (value === undefined) return refuse('missing_field', `${field} must be there`, { field });
  if (!Array.isArray(value) && !(isText && typeof value === 'string'))
    return refuse('wrong_type', `${field} must be a list${isText ? ' or text' : ''}`, { field });
  return value.length === 0 ? refuse('empty', `${field} must not be empty`, { field }) : undefined;
}

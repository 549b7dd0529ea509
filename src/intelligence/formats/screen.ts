import { accept, refuse, type Refusal, type Result } from '../../domain/refusal.ts';
import { isRecord, type Json } from './format.ts';

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

/** What a model is given to read. */
export interface Reading {
  readonly texts: string[];
  parts: number;
  images: number;
}

export interface ReadingRules {
  /** Types of messages, parts and items that are passed on. */
  readonly types: ReadonlySet<string>;
  /** Of an object with a type: whether it is an image, or why it can't be passed on. */
  readonly inspect: (part: Json) => 'image' | 'data' | Refusal | undefined;
}

/** Where a provider would look for an address to fetch. */
const ADDRESSES = new Set(['url', 'image_url']);

/** Where files and conversations that lie at the provider are named. */
const AT_THE_PROVIDER = new Set(['file_id', 'file_url', 'file_data', 'container_id', 'vector_store_ids']);

/** Collects what a model will read, and refuses what names a place outside of the call. Its depth is limited before. */
export function readParts(value: unknown, field: string, rules: ReadingRules, into: Reading): Refusal | undefined {
  if (typeof value === 'string') into.texts.push(value);
  if (typeof value === 'number') into.texts.push(String(value));
  if (Array.isArray(value)) {
    for (const [place, item] of (value as unknown[]).entries()) {
      const refusal = readParts(item, `${field}.${place}`, rules, into);
      if (refusal) return refusal;
    }
    return undefined;
  }
  return isRecord(value) ? readPart(value, field, rules, into) : undefined;
}

function readPart(part: Json, field: string, rules: ReadingRules, into: Reading): Refusal | undefined {
  into.parts++;
  const { type } = part;
  if (typeof type === 'string' && !rules.types.has(type))
    return notAllowed(field, `a part of type ${type} can't be passed on`);
  const kind = rules.inspect(part);
  if (kind === 'image') {
    into.images++;
    return undefined;
  }
  if (kind === 'data') {
    into.texts.push(JSON.stringify(part));
    return undefined;
  }
  if (kind) return { ...kind, field };
  for (const [key, inner] of Object.entries(part)) {
    const isElsewhere = AT_THE_PROVIDER.has(key) && inner !== null;
    const isFetched = ADDRESSES.has(key) && typeof inner === 'string' && !isInline(inner);
    if (isElsewhere || isFetched) return notAllowed(`${field}.${key}`, 'send the content itself');
    const refusal = readParts(inner, `${field}.${key}`, rules, into);
    if (refusal) return refusal;
  }
  return undefined;
}

/** Only an image in the call itself: an address would be fetched by the provider, and what a file costs nobody knows. */
export function isInline(url: unknown): boolean {
  return typeof url === 'string' && /^data:image\//i.test(url);
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

/** A list that must be there and have something in it. */
export function checkFilled(body: Json, field: string): Refusal | undefined {
  const value = body[field];
  if (value === undefined) return refuse('missing_field', `${field} must be there`, { field });
  if (typeof value === 'string')
    return value === '' ? refuse('empty', `${field} must not be empty`, { field }) : undefined;
  if (!Array.isArray(value)) return refuse('wrong_type', `${field} must be a list`, { field });
  return value.length === 0 ? refuse('empty', `${field} must not be empty`, { field }) : undefined;
}

/** Tools that the agent's own program runs; everything else would be run by the provider. */
export function checkTools(
  { tools }: Json,
  { isRun }: { readonly isRun: (type: unknown) => boolean },
): Refusal | undefined {
  if (tools === undefined) return undefined;
  if (!Array.isArray(tools) || !tools.every(isRecord))
    return refuse('wrong_type', 'tools must be a list of objects', { field: 'tools' });
  const place = tools.findIndex(({ type }) => !isRun(type));
  return place === -1 ? undefined : notAllowed(`tools.${place}`, "only tools that the agent's own program runs");
}

import { isRecord } from '../../domain/record.ts';
import { accept, refuse, type Refusal, type Result } from '../../domain/refusal.ts';
import { imageSize, type ImageSize } from './image-size.ts';
import { notAllowed } from './screen.ts';

/** What a model is given to read, as it is found. */
export interface Reading {
  /** Its words: a provider's own figure can't be far below these. */
  readonly texts: string[];
  /** What may count as input or not: names, descriptions of tools, thoughts that are sent back. */
  readonly extras: string[];
  /** Messages, parts and items. */
  parts: number;
  /** Undefined where the size of one can't be told. */
  readonly images: (ImageSize | undefined)[];
  /** Paths of what was taken out. */
  readonly removed: string[];
}

export function newReading(): Reading {
  return { texts: [], extras: [], parts: 0, images: [], removed: [] };
}

/**
 * What one place of a body may hold. It gives back what is passed on, and notes what the model will read. What no shape
 * names isn't passed on, so nothing goes uncounted. `null` stands for absent, as SDKs write it.
 */
export type Shape = (value: unknown, field: string, into: Reading) => Result<unknown>;

/** Words that the model reads. */
export const words: Shape = (value, field, into) => {
  if (value === null) return accept(value);
  if (typeof value !== 'string') return wrongType(field, 'text');
  into.texts.push(value);
  return accept(value);
};

/** A name, a switch or a figure: counted, for a model may be shown it. */
export const label: Shape = (value, field, into) => {
  if (value === null) return accept(value);
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean')
    return wrongType(field, 'text, a number or a truth value');
  into.extras.push(String(value));
  return accept(value);
};

/** More than any name of a way to answer has, and any text that ends an answer. */
const SETTING_CHARS_MAX = 1024;

/** A switch, a figure or a short text that says how to answer, and that the model does not read. */
export const setting: Shape = (value, field) => {
  if (value !== null && typeof value === 'object') return wrongType(field, 'text, a number or a truth value');
  if (typeof value === 'string' && value.length > SETTING_CHARS_MAX)
    return refuse('too_large', `${field} must have at most ${SETTING_CHARS_MAX} characters`, {
      ...{ field, limit: SETTING_CHARS_MAX },
    });
  return accept(value);
};

/** Such a setting, or else something of a shape. */
export function settingOr(shape: Shape): Shape {
  return (value, field, into) => (typeof value === 'object' ? shape(value, field, into) : setting(value, field, into));
}

/** Each of these fields is a setting. */
export function settings(...fields: readonly string[]): Readonly<Record<string, Shape>> {
  return Object.fromEntries(fields.map((field) => [field, setting]));
}

/** Figures by name. */
export const figures: Shape = (value, field) =>
  isRecord(value) && Object.values(value).every((figure) => typeof figure === 'number')
    ? accept(value)
    : wrongType(field, 'an object of numbers');

/** A name that can be nothing else. */
export const name: Shape = (value, field, into) =>
  value === null || typeof value === 'string' ? label(value, field, into) : wrongType(field, 'text');

/** Anything at all, counted as a whole: it belongs to the agent, and no provider looks for an address in it. */
export const json: Shape = (value, _field, into) => {
  if (value !== null) into.extras.push(JSON.stringify(value));
  return accept(value);
};

/** Names of files, conversations and pages that lie elsewhere: nobody knows before the call what they cost. */
const ELSEWHERE = new Set([
  ...['url', 'image_url', 'video_url', 'file_id', 'file_url', 'file_data', 'file_uri', 'container_id'],
  ...['vector_store_ids', 'cached_content'],
  // Google's fields come in this spelling.
  ...['imageUrl', 'videoUrl', 'fileId', 'fileUrl', 'fileData', 'fileUri', 'containerId', 'cachedContent'],
]);

/** An object with these fields. Others are taken out and named; those that name a place elsewhere are refused. */
export function object(fields: Readonly<Record<string, Shape>>): Shape {
  return (value, field, into) => {
    if (value === null) return accept(value);
    if (!isRecord(value)) return wrongType(field, 'an object');
    into.parts++;
    const kept: Record<string, unknown> = {};
    for (const [key, inner] of Object.entries(value)) {
      const path = `${field}.${key}`;
      const shape = Object.hasOwn(fields, key) ? fields[key] : undefined;
      if (!shape) {
        if (inner === null) continue;
        if (ELSEWHERE.has(key)) return notAllowed(path, 'send the content itself');
        into.removed.push(path);
        continue;
      }
      const result = shape(inner, path, into);
      if (!result.ok) return result;
      kept[key] = result.value;
    }
    return accept(kept);
  };
}

export function listOf(shape: Shape): Shape {
  return (value, field, into) => {
    if (value === null) return accept(value);
    if (!Array.isArray(value)) return wrongType(field, 'a list');
    const kept: unknown[] = [];
    for (const [place, item] of (value as unknown[]).entries()) {
      if (item === null) return wrongType(`${field}.${place}`, 'something, and not null');
      const result = shape(item, `${field}.${place}`, into);
      if (!result.ok) return result;
      kept.push(result.value);
    }
    return accept(kept);
  };
}

/** Words, or else something of a shape. */
export function wordsOr(shape: Shape): Shape {
  return (value, field, into) => (typeof value === 'string' ? words(value, field, into) : shape(value, field, into));
}

/** An object whose `type` says what it is. `standard` is what it is without one. */
export function oneOf(kinds: Readonly<Record<string, Shape>>, standard?: string): Shape {
  return (value, field, into) => {
    if (!isRecord(value)) return wrongType(field, 'an object');
    const { type = standard } = value;
    const shape = typeof type === 'string' && Object.hasOwn(kinds, type) ? kinds[type] : undefined;
    if (shape) return shape(value, field, into);
    const told = typeof type === 'string' ? `a part of type ${type.slice(0, 64)}` : 'a part without a type';
    return notAllowed(field, `${told} can't be passed on`);
  };
}

const IMAGE_URL = /^data:image\/[\w.+-]+;base64,/i;

/** An image in the call itself, as a `data:` URL: a provider may fetch nothing. */
export const imageUrl: Shape = (value, field, into) => {
  const url = typeof value === 'string' ? value : '';
  const [head] = IMAGE_URL.exec(url) ?? [];
  if (head === undefined)
    return notAllowed(field, 'an image must be a data:image/ URL in base64; the provider may fetch nothing');
  into.images.push(imageSize(url, head.length));
  return accept(value);
};

/** An image as base64. */
export const imageData: Shape = (value, field, into) => {
  if (typeof value !== 'string') return wrongType(field, 'base64');
  into.images.push(imageSize(value));
  return accept(value);
};

/** Exactly one of these texts. */
export function only(...texts: readonly string[]): Shape {
  return (value, field) =>
    texts.includes(String(value)) ? accept(value) : notAllowed(field, `only ${texts.join(', ')}`);
}

/** Reads these fields of a body in place: what is passed on of each takes its place. */
export function readFields(
  body: Record<string, unknown>,
  shapes: Readonly<Record<string, Shape>>,
  into: Reading,
): Refusal | undefined {
  for (const [field, shape] of Object.entries(shapes)) {
    if (body[field] === undefined) continue;
    const result = shape(body[field], field, into);
    if (!result.ok) return result;
    body[field] = result.value;
  }
  return undefined;
}

/** A reading as a call tells of it. */
export function told({
  texts,
  extras,
  parts,
  images,
}: Reading): Pick<Reading, 'texts' | 'extras' | 'parts' | 'images'> {
  return { texts, extras, parts, images };
}

function wrongType(field: string, what: string): Refusal {
  return refuse('wrong_type', `${field} must be ${what}`, { field });
}

import { refuse, type Refusal } from './refusal.ts';

/** Whether this is a text of at most so many characters. Refuses `wrong_type`, `too_large`. */
export function checkText(value: unknown, field: string, charsMax: number): Refusal | undefined {
  if (typeof value !== 'string') return refuse('wrong_type', `${field} must be a text`, { field });
  if (value.length <= charsMax) return undefined;
  return refuse('too_large', `${field} must be at most ${charsMax} characters, not ${value.length}`, {
    field,
    limit: charsMax,
  });
}

/** The same in bytes of UTF-8, and it is not empty. Refuses `wrong_type`, `empty`, `too_large`. */
export function checkContent(value: unknown, field: string, bytesMax: number): Refusal | undefined {
  if (typeof value !== 'string') return refuse('wrong_type', `${field} must be a text`, { field });
  if (value === '') return refuse('empty', `${field} must not be empty`, { field });
  if (Buffer.byteLength(value) <= bytesMax) return undefined;
  return refuse('too_large', `${field} must be at most ${bytesMax} bytes`, { field, limit: bytesMax });
}

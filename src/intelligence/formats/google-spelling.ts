import { isRecord } from '../../domain/record.ts';
import { accept, refuse, type Result } from '../../domain/refusal.ts';
import type { Json } from './format.ts';
import { notAllowed } from './screen.ts';
import { object, type Shape } from './shape.ts';

/**
 * An object of Google's, whose fields are passed on in camelCase. Others are taken out and named, but those of `refused`,
 * with their reasons, or all where it is one reason: they end the call.
 */
export function spelt(
  fields: Readonly<Record<string, Shape>>,
  refused: Readonly<Record<string, string>> | string = {},
): Shape {
  const shape = object(fields);
  return (value, field, into) => {
    if (!isRecord(value)) return shape(value, field, into);
    const named = inCamelCase(value, field);
    if (!named.ok) return named;
    for (const name of Object.keys(named.value)) {
      if (Object.hasOwn(fields, name)) continue;
      const reason = typeof refused === 'string' ? refused : Object.hasOwn(refused, name) ? refused[name] : undefined;
      if (reason !== undefined) return notAllowed(`${field}.${name}`, reason);
    }
    return shape(named.value, field, into);
  };
}

/**
 * Google's servers take each field in camelCase and in snake_case. A check that looks for one spelling would let the
 * other pass. So every field is brought to one of them. What is null is absent. Refuses: `invalid_value` where a field
 * is there in both.
 */
export function inCamelCase(value: Json, field = ''): Result<Json> {
  const named: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(value)) {
    if (inner === null) continue;
    const name = key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    const path = field === '' ? name : `${field}.${name}`;
    if (Object.hasOwn(named, name))
      return refuse('invalid_value', `${path} may be there once, in one spelling`, { field: path });
    named[name] = inner;
  }
  return accept(named);
}

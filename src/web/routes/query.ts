import { accept, refuse, type Result } from '../../domain/refusal.ts';

type Query = Readonly<Record<string, string>>;

/** The whole number of that name; undefined where none is given. Refuses `wrong_type`. */
export function numberIn(query: Query, name: string): Result<number | undefined> {
  const text = query[name];
  if (text === undefined || text === '') return accept(undefined);
  if (/^\d{1,15}$/.test(text)) return accept(Number(text));
  return refuse('wrong_type', `${name} must be a whole number`, { field: name });
}

/** All of these numbers. Refuses as `numberIn` does. */
export function numbersIn<Name extends string>(
  query: Query,
  names: readonly Name[],
): Result<Readonly<Record<Name, number | undefined>>> {
  const found: Partial<Record<Name, number | undefined>> = {};
  for (const name of names) {
    const number = numberIn(query, name);
    if (!number.ok) return number;
    found[name] = number.value;
  }
  return accept(found as Record<Name, number | undefined>);
}

/** One of a few words; undefined where none is given. Refuses `invalid_value`. */
export function wordIn<Word extends string>(
  query: Query,
  name: string,
  words: readonly Word[],
): Result<Word | undefined> {
  const text = query[name];
  if (text === undefined || text === '') return accept(undefined);
  const word = words.find((it) => it === text);
  return word === undefined
    ? refuse('invalid_value', `${name} must be one of ${words.join(', ')}`, { field: name })
    : accept(word);
}

/** A text; undefined where it is empty. */
export function textIn(query: Query, name: string): string | undefined {
  return query[name] === '' ? undefined : query[name];
}

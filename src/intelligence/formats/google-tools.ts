import { isRecord } from '../../domain/record.ts';
import { accept } from '../../domain/refusal.ts';
import { listOf as recordsOf, recordOf } from './format.ts';
import { spelt } from './google-spelling.ts';
import { notAllowed } from './screen.ts';
import { json, label, listOf, type Shape } from './shape.ts';

export const NOT_RUN_HERE = "only tools that the agent's own program runs";

const declaration = spelt({
  ...{ name: label, description: label, behavior: label, parameters: json, parametersJsonSchema: json },
  ...{ response: json, responseJsonSchema: json },
});

/** Of what is taken out again. */
const unread: Shape = (value) => accept(value);
const SEARCHES = { googleSearch: unread, googleSearchRetrieval: unread };

const tool = spelt({ functionDeclarations: many(declaration), ...SEARCHES }, NOT_RUN_HERE);
const given = many(tool);

/** As in the other formats a search of the web is taken out, and named, where there are other tools. */
export const tools: Shape = (value, field, into) => {
  const read = given(value, field, into);
  if (!read.ok) return read;
  const all = recordsOf(read.value);
  const searches = Object.keys(SEARCHES).filter((name) => all.some((one) => Object.hasOwn(one, name)));
  if (searches.length === 0) return read;
  const place = all.findIndex((one) => searches.some((name) => Object.hasOwn(one, name)));
  if (!all.some(({ functionDeclarations }) => recordsOf(functionDeclarations).length > 0))
    return notAllowed(`${field}.${place}`, 'an agent has no network, nor has its model');
  into.removed.push(...searches);
  const kept = all.map((one) => Object.fromEntries(Object.entries(one).filter(([name]) => !searches.includes(name))));
  return accept(kept.filter((one) => Object.keys(recordOf(one)).length > 0));
};

/** One alone may stand for a list of one, as Google's servers take it. */
export function many(shape: Shape): Shape {
  const list = listOf(shape);
  return (value, field, into) => list(isRecord(value) ? [value] : value, field, into);
}

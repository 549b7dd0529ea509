import { expect, it } from 'vitest';
import { asJsonList } from '../../src/intelligence/formats/json-list.ts';

async function listOf(...texts: readonly string[]): Promise<unknown> {
  const events = (async function* () {
    await Promise.resolve();
    yield* texts;
  })();
  let text = '';
  for await (const piece of asJsonList(events)) text += piece;
  return JSON.parse(text);
}

it.each<[string, readonly string[], unknown]>([
  ['none', [], []],
  ['one in a text', ['data: {"a":1}\n\n', 'data: {"a":2}\n\n'], [{ a: 1 }, { a: 2 }]],
  ['several in a text', ['data: {"a":1}\n\ndata: {"a":2}\n\n', ''], [{ a: 1 }, { a: 2 }]],
  ['of several lines', ['event: x\ndata: {"a":\ndata: 1}\n\n'], [{ a: 1 }]],
  ['with comments between them', [': ping\n\ndata: {"a":1}\n\n: ping\n\n'], [{ a: 1 }]],
])('events become a list: %s', async (_, texts, list) => {
  expect(await listOf(...texts)).toEqual(list);
});

it('each event is passed on when it has come, and whoever ends the list ends the events', async () => {
  let hasEnded = false;
  const events = (async function* () {
    try {
      await Promise.resolve();
      for (;;) yield 'data: {}\n\n';
    } finally {
      hasEnded = true;
    }
  })();
  for await (const piece of asJsonList(events)) {
    expect(piece).toBe('[{}');
    break;
  }
  expect(hasEnded).toBe(true);
});

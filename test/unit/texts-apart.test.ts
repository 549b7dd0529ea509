import { describe, expect, it } from 'vitest';
import { textsApart } from '../../src/assistant/texts-apart.ts';

const LIMITS = { charsMax: 100, charsMaxInAll: 1000 };

describe('what agents wrote', () => {
  it('stands apart, with its place in what remains', () => {
    const row = { id: 'prompt_3', status: 'open', title: 'Hello', files: [{ name: 'a.txt', bytes: 3 }] };
    expect(textsApart([row], LIMITS)).toEqual({
      data: [
        { id: 'prompt_3', status: 'open', title: { agents_text: 0 }, files: [{ name: { agents_text: 1 }, bytes: 3 }] },
      ],
      agents_texts: [
        { of: 'prompt_3', field: 'title', text: 'Hello', cut: false },
        { of: 'prompt_3', field: 'name', text: 'a.txt', cut: false },
      ],
    });
  });

  it('is apart even where it looks like a word of the program', () => {
    const { data } = textsApart({ id: 'msg_1', content: 'alive', memo: 'call_score_now' }, LIMITS);
    expect(data).toEqual({ id: 'msg_1', content: { agents_text: 0 }, memo: { agents_text: 1 } });
  });

  it('is apart in a field that nobody has thought of', () => {
    const { data, agents_texts: texts } = textsApart(
      { id: 'exe_1', news: 'Do as I say.', waiting_files: { paths: ['x'] } },
      LIMITS,
    );
    expect(data).toEqual({
      ...{ id: 'exe_1', news: { agents_text: 0 } },
      waiting_files: { paths: [{ agents_text: 1 }] },
    });
    expect(texts.map(({ field }) => field)).toEqual(['news', 'paths']);
  });

  it('belongs to no id that it has made up itself', () => {
    const { agents_texts: texts } = textsApart({ id: 'The operator says', content: 'x' }, LIMITS);
    expect(texts.map(({ of }) => of)).toEqual([null, null]);
  });

  it('acts on nothing and hides nothing, line by line', () => {
    const { agents_texts: texts } = textsApart({ content: 'a\u001B[2J\r\nb\u202E\u{E0041}\u200Bc' }, LIMITS);
    expect(texts[0]?.text).toBe('a␛[2J␍\nb�c');
  });

  it('is cut, each and all together, and never in the middle of a character', () => {
    const { agents_texts: texts } = textsApart(
      [{ content: `${'x'.repeat(9)}😀` }, { content: 'y'.repeat(9) }, { content: 'z' }],
      {
        ...{ charsMax: 10, charsMaxInAll: 15 },
      },
    );
    expect(texts.map(({ text, cut }) => [text, cut])).toEqual([
      ['x'.repeat(9), true],
      ['y'.repeat(6), true],
      ['', true],
    ]);
  });

  it('is not what the program and the operator say', () => {
    const own = {
      ...{ fate: 'no attention free: it is held', text: 'Find me a book.', reason: 'Well written.', price: 1.5 },
      ...{ at: '2026-11-30T18:00:00.000Z', ref: 'bid_17/1', debit: 'system:market', exit: null, ok: true },
    };
    expect(textsApart(own, LIMITS)).toEqual({ data: own, agents_texts: [] });
  });
});

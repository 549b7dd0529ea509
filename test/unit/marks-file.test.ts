import { describe, expect, it } from 'vitest';
import { MarksBook } from '../../src/simulation/scenario/humans/marks-book.ts';
import { parseMarks } from '../../src/simulation/scenario/humans/marks-file.ts';

const REASON_CHARS_MAX = 100;
const HEADER = 'prompt,agent,group,title,interesting,useful,understandable,reason,seconds';
const csv = (...lines: readonly string[]) => parseMarks('marks.csv', [HEADER, ...lines].join('\n'), REASON_CHARS_MAX);
const json = (...rows: readonly unknown[]) =>
  parseMarks('marks.jsonl', rows.map((row) => JSON.stringify(row)).join('\n'), REASON_CHARS_MAX);

describe('a file of marks', () => {
  it('says the same as CSV and as JSON lines', () => {
    const scores = { interesting: 7, useful: 5, understandable: 9 };
    const rows = json(
      { prompt: 'prompt_3', ...scores, reason: 'short, and "true"', seconds: 12.5 },
      { agent: 'genesis', ...scores, reason: null, seconds: null },
      { group: 'useful' },
    );
    expect(rows).toEqual([
      { line: 1, by: 'prompt', of: 'prompt_3', scores, reason: 'short, and "true"', seconds: 12.5 },
      { line: 2, by: 'agent', of: 'genesis', scores, reason: null, seconds: null },
      { line: 3, by: 'group', of: 'useful', scores: null, reason: null, seconds: null },
    ]);
    const same = csv('3,,,,7,5,9,"short, and ""true""",12.5', ',genesis,,,7,5,9,,', '', ',,useful,,,,,,');
    const unlined = ({ line: _, ...row }: (typeof rows)[number]) => row;
    expect(same.map(unlined)).toEqual(rows.map(unlined));
    expect(same.map(({ line }) => line)).toEqual([2, 3, 5]);
  });

  it('counts the lines within a cell', () => {
    expect(csv(',a,,,1,2,3,"two\r\nlines",', ',b,,,1,2,3,,').map(({ line }) => line)).toEqual([2, 4]);
  });

  it.each([
    ['line 2: has 2 cells, the first line 9', () => csv('3,5')],
    ['line 3: interesting: Too big', () => csv(',a,,,1,2,3,,', ',a,,,11,2,3,,')],
    ['line 2: interesting: Invalid input: expected number, received string', () => csv(',a,,,seven,2,3,,')],
    ['line 2: interesting: Invalid input: expected int', () => csv(',a,,,6.5,2,3,,')],
    ['line 2: needs one of prompt, agent, group, title', () => csv(',,,,1,2,3,,')],
    ['line 2: needs one of prompt, agent, group, title', () => csv('3,a,,,1,2,3,,')],
    ['line 2: has some of interesting, useful, understandable', () => csv(',a,,,1,,3,,')],
    ['line 2: a skip has no reason', () => csv(',a,,,,,,why,')],
    ['line 2: expected an id such as prompt_17', () => csv('bid_3,,,,1,2,3,,')],
    ['line 3: prompt_3 is answered in line 2 already', () => csv('3,,,,1,2,3,,', 'prompt_3,,,,1,2,3,,')],
    ['line 2: reason must be at most 100 characters, not 101', () => csv(`,a,,,1,2,3,${'x'.repeat(101)},`)],
    ['line 3: a quote stands in a cell', () => csv(',a,,,1,2,3,,', ',a,,,1,2,3,"open')],
    ['line 1: there is no column who', () => parseMarks('m.csv', 'who,interesting\n', 100)],
    ['line 1: a column stands twice', () => parseMarks('m.csv', 'agent,agent\n', 100)],
    ['line 2: is not JSON', () => parseMarks('m.jsonl', '{"agent":"a"}\nseven', 100)],
    ['line 1: must be an object', () => json([1])],
    ['line 1: Unrecognized key: "mark"', () => json({ agent: 'a', mark: 3 })],
  ])('is refused: %s', (message, read) => {
    expect(read).toThrow(message);
  });
});

describe('answers out of a file', () => {
  const rows = csv('2,,,,10,10,10,,', ',a,,,1,1,1,,', ',a,,,2,2,2,,', ',,g,,3,3,3,,', ',,,riddle,4,4,4,,');
  const letter = { prompt: 'prompt_1', agent: 'a', group: 'g', title: 'riddle' };
  const given = (book: MarksBook, of: typeof letter) => {
    const answer = book.find(of);
    if (answer) book.use(answer);
    return answer?.scores?.useful;
  };

  it('are each given once: for the prompt, else its agent, else the group, else the title', () => {
    const book = new MarksBook(rows, { again: false });
    expect([1, 2, 3, 4, 5].map((id) => given(book, { ...letter, prompt: `prompt_${id}` }))).toEqual([1, 10, 2, 3, 4]);
    expect(book.find(letter)).toBeUndefined();
  });

  it('begin anew where they are given again, but for those of a prompt', () => {
    const book = new MarksBook(rows, { again: true });
    expect([1, 2, 2, 3].map((id) => given(book, { ...letter, prompt: `prompt_${id}` }))).toEqual([1, 10, 2, 1]);
  });

  it('stay for the next where nobody gave them', () => {
    const book = new MarksBook(rows, { again: false });
    expect(book.find(letter)).toBe(book.find(letter));
  });
});

import { describe, expect, it } from 'vitest';
import { asking } from '../helpers/asked-terminal.ts';

const LONG = Array.from({ length: 60 }, (_, index) => `line ${index + 1}`).join('\n');

describe('a long letter', () => {
  it('scrolls by pages and by lines, and says where one is', async () => {
    const { shown, type } = await asking({ content: LONG });
    expect(shown()).toMatch(/│ line 1\n[^]*╰─ lines 1 to \d+ of 60 ─/);
    await type('\x1b[6~');
    expect(shown()).not.toContain('│ line 1\n');
    await type('\x1b[5~');
    await type('jj ');
    await type('b');
    expect(shown()).toMatch(/│ line 3\n/);
    await type('kk');
    expect(shown()).toMatch(/│ line 1\n/);
    await type('G');
    expect(shown()).toMatch(/│ line 60\n╰/);
  });

  it('scrolls while a reason is typed, by keys that type nothing', async () => {
    const { shown, type } = await asking({ content: LONG });
    await type('7 8 9\rj ');
    expect(shown()).toContain('reason (or just Enter): j');
    expect(shown()).toContain('│ line 1\n');
    await type('\x1b[6~');
    expect(shown()).not.toContain('│ line 1\n');
  });
});

describe('what is looked up', () => {
  it('takes the place of the letter, and the question stays', async () => {
    const { shown, type } = await asking();
    for (const [key, title, text] of [
      ['?', '╭─ keys ─', 'Backspace'],
      ['a', '╭─ agents ─', 'ada    alive         5'],
      ['l', '╭─ what happened ─', 'told before'],
      ['n', '╭─ what waits for you ─', '│ A ti␛tle'],
    ] as const) {
      await type(key);
      expect(shown()).toContain(title);
      expect(shown()).toContain(text);
      expect(shown()).toContain('? Your marks for prompt_3');
    }
    await type('n');
    expect(shown()).toContain('│ What shall I do?');
  });

  it('gives way to the letter when an answer is begun', async () => {
    const { shown, type } = await asking();
    await type('a7');
    expect(shown()).toMatch(/│ What shall I do\?\n[^]*interesting: 7/);
  });
});

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { displayWidth } from '../../src/terminal/width.ts';
import { compiled } from '../helpers/compiled.ts';
import { needsCommand } from '../helpers/needs.ts';
import { Tmux } from '../helpers/tmux.ts';

const FIXTURE = await compiled(new URL('fixtures/live-terminal.ts', import.meta.url));
const SIZES = [
  [60, 15],
  [80, 24],
  [120, 40],
  [200, 60],
] as const;
const WORDS = Array.from({ length: 700 }, (_, index) => `word${index}`);
const LETTER = `# A title\n\n${WORDS.join(' ')}\n\n| 語 | price |\n|---|--:|\n| cpu | 6.25 |`;
const SOON = { timeout: 60_000, interval: 50 };

let directory: string;
beforeEach((context) => {
  needsCommand(context, 'tmux', 'it is the terminal of these tests');
  directory = mkdtempSync(join(tmpdir(), 'bp-sizes-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const tell = (name: string, text: string) => writeFileSync(join(directory, name), text);
const happened = () => readFileSync(join(directory, 'happened'), 'utf8');

function started(columns: number, rows: number, environment: Readonly<Record<string, string>> = {}): Tmux {
  const tmux = new Tmux([process.execPath, FIXTURE, directory], { columns, rows, environment });
  onTestFinished(() => tmux.close());
  return tmux;
}

/** What stands behind the agent's bar. */
function letterOf(shown: string): readonly string[] {
  return shown.split('\n').flatMap((line) => /^│ (.*?)(?: {2}.*)?$/.exec(line)?.[1] ?? []);
}

function expectFits(shown: string, columns: number): void {
  expect(shown.split('\n').filter((line) => displayWidth(line) > columns)).toEqual([]);
  expect(shown).not.toMatch(/…/);
}

describe('in tmux', () => {
  it.each(SIZES)('a letter of %i × %i is read, scrolled and marked, beside the economy', async (columns, rows) => {
    const tmux = started(columns, rows);
    expectFits(await tmux.until(/cycle \d+ ·[^]*told before[^]*\? help/), columns);
    tell('ask', LETTER);
    const asked = await tmux.until(/│ A title\n?[^]*word0 [^]*\? Your marks for prompt_1/);
    expectFits(asked, columns);
    expect(asked).toMatch(/cycle \d+ · next in/);
    const words = letterOf(asked)
      .join(' ')
      .split(' ')
      .filter((word) => word.startsWith('word'));
    expect(words.length).toBeGreaterThan(columns > 100 ? 200 : 20);
    expect(words).toEqual(WORDS.slice(0, words.length));

    tell('event', 'ada died; its credits are burnt');
    await tmux.until(/ada died; its credits are[^]*\? Your marks/);
    tmux.press('End');
    expectFits(await tmux.until(/cpu {2,}6\.25/), columns);

    tmux.type('7 8 9');
    tmux.press('Enter');
    await tmux.until(/reason \(or just Enter\):/);
    tmux.type('well said?');
    tmux.press('Enter');
    await vi.waitFor(() => expect(happened()).toMatch(/"understandable":9},"reason":"well said\?"/), SOON);
    await tmux.until(/agents {6}3 alive/);
  });

  it('a change of size draws all of it anew', async () => {
    const tmux = started(80, 24);
    tell('ask', LETTER);
    await tmux.until(/\? Your marks/);
    tmux.type('7');
    for (const [columns, rows] of SIZES) {
      tmux.resize(columns, rows);
      const shown = await vi.waitFor(() => {
        const lines = tmux.lines;
        expect(lines.join('\n').match(/interesting: 7/g)).toHaveLength(1);
        expect(lines.join('\n').match(/cycle \d+ ·/g)).toHaveLength(1);
        expect(Math.max(...lines.map(displayWidth))).toBeGreaterThan(columns > 100 ? 90 : columns - 3);
        return lines.join('\n');
      }, SOON);
      expectFits(shown, columns);
    }
  });

  it('a letter that imitates the program stays behind its bar', async () => {
    const tmux = started(80, 24);
    const fake = '╰──────\n? Your marks for prompt_9, 0 to 10 each\n  interesting: 10\ncycle 9 · next in 1 s';
    tell('ask', `&#27;[2J\x1b[1;1H\x1b]0;mine\x07\x9b31m\u202e\n${fake}\n${'語'.repeat(90)}\n${'>'.repeat(5000)}`);
    const shown = await tmux.until(/\? Your marks for prompt_1/);
    expect(shown).toContain('│ ␛[2J␛[1;1H␛]0;mine␇');
    expect(
      shown.split('\n').filter((line) => /prompt_9|interesting: 10|cycle 9 /.test(line) && !line.startsWith('│')),
    ).toEqual([]);
  });

  it('NO_COLOR leaves no style', async () => {
    const plain = started(80, 24, { NO_COLOR: '1' });
    tell('ask', '**bold** `code`');
    await plain.until(/│ \*\*bold\*\* `code`/);
    expect(plain.styled).not.toContain('\x1b[');
  });

  it('without NO_COLOR there are styles', async () => {
    const styled = started(80, 24);
    tell('ask', '**bold** `code`');
    await styled.until(/│ bold code/);
    expect(styled.styled).toContain('\x1b[1m');
  });

  it('Ctrl-Z gives the terminal to the shell, and fg takes it back', async () => {
    const tmux = new Tmux(['bash', '--norc', '--noprofile', '-i'], { columns: 80, rows: 24 });
    onTestFinished(() => tmux.close());
    tmux.type(`'${process.execPath}' '${FIXTURE}' '${directory}'`);
    tmux.press('Enter');
    await tmux.until(/cycle \d+ ·/);
    tell('ask', 'What now?');
    await tmux.until(/\? Your marks/);
    tmux.type('7');
    await tmux.until(/interesting: 7/);
    tmux.press('C-z');
    const stopped = await tmux.until(/Stopped/);
    expect(stopped).not.toContain('? Your marks');
    tmux.type('echo from the shell');
    tmux.press('Enter');
    await tmux.until(/\nfrom the shell/);
    tmux.type('fg');
    tmux.press('Enter');
    await tmux.until(/interesting: 7/);
    tmux.type(' 8 9');
    tmux.press('Enter', 'Enter');
    await vi.waitFor(() => expect(happened()).toMatch(/prompt_1 .*"understandable":9/), SOON);
  });
});

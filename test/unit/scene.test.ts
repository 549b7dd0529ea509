import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventLog } from '../../src/terminal/event-log.ts';
import { MarksQuestion } from '../../src/terminal/marks-question.ts';
import { notification } from '../../src/terminal/notification.ts';
import { OpenLetter } from '../../src/terminal/open-letter.ts';
import { painted, wantsStyles } from '../../src/terminal/paint.ts';
import { pictureOf } from '../../src/terminal/scene.ts';
import { line, lineWidth, textOf } from '../../src/terminal/styled.ts';
import { economyView } from '../helpers/economy-view.ts';

const LETTER = { id: 'prompt_3', agent_id: 'ada', title: 'News', content: 'word '.repeat(900), files: [] };

function scene(content = LETTER.content) {
  const events = new EventLog();
  for (let count = 1; count <= 40; count++) events.add('14:03:59', `something that happened to agent ${count}`);
  const letter = new OpenLetter({ ...LETTER, content }, { signs: 'styled', reasonCharsMax: 100 });
  const asked = new MarksQuestion({ promptId: 'prompt_3', reasonCharsMax: 100 });
  return { view: economyView(), elapsedMs: 0, events, pane: letter, keys: [line('? help')], asked };
}

describe('the picture', () => {
  it('fits every screen, and always has the line that is being typed', () => {
    const { asked, ...rest } = scene();
    fc.assert(
      fc.property(fc.integer({ min: 20, max: 220 }), fc.integer({ min: 2, max: 70 }), (columns, rows) => {
        const question = (width: number) => asked.picture(width);
        const { rows: shown, cursor } = pictureOf({ ...rest, question }, { columns, rows });
        expect(shown.length).toBeLessThanOrEqual(rows);
        expect(textOf(shown[cursor?.row ?? -1]?.line ?? [])).toMatch(/^ {2}interesting: $/);
        for (const { beside } of shown)
          if (beside) expect(beside.column + lineWidth(beside.line)).toBeLessThanOrEqual(columns);
      }),
    );
  });

  it.each([
    [59, 15],
    [79, 24],
    [119, 40],
    [199, 60],
  ])('on %i columns and %i rows has the economy, the letter and the newest event', (columns, rows) => {
    const { asked, ...rest } = scene();
    const picture = pictureOf({ ...rest, question: (width) => asked.picture(width) }, { columns, rows });
    const shown = picture.rows.map((row) => `${textOf(row.line)}  ${textOf(row.beside?.line ?? [])}`).join('\n');
    for (const text of ['cycle 128 · next in 7 s', '│ News', 'word word', 'agent 40', '? Your marks for prompt_3'])
      expect(shown).toContain(text);
    expect(shown).not.toMatch(/…/);
    expect(picture.rows.filter((row) => textOf(row.line).startsWith('│')).length).toBeGreaterThanOrEqual(
      rows > 20 ? 12 : 5,
    );
  });

  it.each([110, 119, 120, 160, 200])("has the page's address in one row on %i columns", (columns) => {
    const address = `http://127.0.0.1:65535/#${'t'.repeat(22)}`;
    const { asked, ...rest } = scene();
    rest.events.add('14:03:59', `page: ${address} (for one browser)`);
    const { rows } = pictureOf({ ...rest, question: (width) => asked.picture(width) }, { columns, rows: 40 });
    expect(rows.map(({ beside }) => textOf(beside?.line ?? [])).join('\n')).toContain(address);
  });
});

describe('styles', () => {
  it('are left out where NO_COLOR says so', () => {
    expect(painted(line('bold', 'strong'), wantsStyles({ NO_COLOR: '1' }))).toBe('bold');
    expect(painted(line('bold', 'strong'), wantsStyles({ NO_COLOR: '' }))).toBe('\x1b[1mbold\x1b[0m');
  });
});

describe('telling that a prompt waits', () => {
  it('rings, or asks the desktop in the way that the terminal knows, or keeps still', () => {
    expect(notification('bell', 'x', {})).toBe('\x07');
    expect(notification('none', 'x', {})).toBe('');
    expect(notification('notify', 'prompt_3 waits', { TERM: 'xterm-kitty' })).toBe('\x1b]9;prompt_3 waits\x1b\\');
    expect(notification('notify', 'prompt_3 waits', { VTE_VERSION: '7600' })).toBe(
      '\x1b]777;notify;bp-agents;prompt_3 waits\x1b\\',
    );
  });
});

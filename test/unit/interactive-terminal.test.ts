import { describe, expect, it } from 'vitest';
import { asking, PROMPT, settle, terminalSetUp } from '../helpers/asked-terminal.ts';
import { economyView } from '../helpers/economy-view.ts';

describe('without a question', () => {
  it('shows the live view, counting down, and what was told before', async () => {
    const { terminal, clock, shown } = terminalSetUp();
    terminal.show(economyView());
    expect(shown()).toMatch(/^cycle 128 · next in 7 s\n/);
    expect(shown()).toMatch(/\d\d:\d\d:\d\d told before/);
    clock.advance(3000);
    await settle();
    expect(shown()).toMatch(/^cycle 128 · next in 4 s\n/);
    terminal.show(economyView({ cycle: 129 }));
    clock.advance(500);
    await settle();
    expect(shown()).toMatch(/^cycle 129 · next in 7 s\n/);
  });

  it('writes only the rows that changed', async () => {
    const { terminal, clock, screen } = terminalSetUp();
    terminal.show(economyView());
    screen.emulator.takeWritten();
    clock.advance(3000);
    await settle();
    expect(screen.emulator.takeWritten()).toEqual([0]);
    clock.advance(100);
    await settle();
    expect(screen.emulator.takeWritten()).toEqual([]);
  });

  it('shows what happens at once, with the time and without what could harm', async () => {
    const { terminal, clock, shown } = terminalSetUp();
    terminal.show(economyView());
    terminal.event('genesis won \x1b[31m');
    terminal.event('second');
    clock.advance(50);
    await settle();
    expect(shown()).toMatch(/\d\d:\d\d:\d\d genesis won ␛\[31m\n\d\d:\d\d:\d\d second/);
  });

  it('is not broken by a line that the terminal finds wider than it was counted', async () => {
    const { terminal, clock, shown } = terminalSetUp();
    terminal.show(economyView());
    terminal.event('■'.repeat(60));
    clock.advance(50);
    await settle();
    expect(shown()).toMatch(/^cycle 128 · next in 7 s\nagents {6}3 alive[^■]*■+\n+\? help/);
  });

  it('tells of keys and of Ctrl-C, and does not confuse them', async () => {
    const { type, heard } = terminalSetUp();
    await type('x');
    await type('\x03');
    await type('\x1c\x04');
    expect(heard).toEqual(['key', 'interrupt']);
  });

  it('fits every size, and is drawn anew when that changes', async () => {
    const { terminal, screen, clock } = terminalSetUp(80, 24);
    terminal.show(economyView());
    for (let n = 0; n < 30; n++) terminal.event(`event ${n}`);
    for (const [columns, rows] of [
      ...[
        [50, 20],
        [120, 40],
        [20, 5],
        [60, 15],
        [200, 60],
      ],
    ] as const) {
      screen.resize(columns, rows);
      clock.advance(500);
      await settle();
      const { lines } = screen.emulator;
      expect(lines.filter((line) => line.startsWith('cycle 128'))).toHaveLength(1);
      expect(lines.filter((line) => line.includes('event 29')).length).toBeLessThanOrEqual(1);
    }
    expect(screen.emulator.lines.join('\n')).toContain('event 29');
  });
});

describe('with a question', () => {
  it('has the letter, the question and the live view, and tells the terminal that it waits', async () => {
    const { clock, shown, screen } = await asking();
    expect(shown()).toMatch(/^cycle 128 · next in 7 s · 3 alive[^]*╭─ prompt_3 from genesis[^]*│ What shall I do\?/);
    expect(shown()).toMatch(/\? Your marks for prompt_3, 0 to 10 each .*\n {2}interesting:\n\? help/);
    clock.advance(3000);
    await settle();
    expect(shown()).toContain('cycle 128 · next in 4 s · 3 alive');
    const { lines, cursor, hasCursor } = screen.emulator;
    expect(hasCursor).toBe(true);
    expect(lines[cursor.row]).toBe('  interesting:');
    expect(screen.emulator.notifications).toEqual(['9;prompt_3']);
  });

  it('leaves out a greeting that is known, and says so', async () => {
    const { shown } = await asking({ content: 'Good day.\n\nWhat now?', known: 'Good day.' });
    expect(shown()).toMatch(/it begins as its last letter did\n│ What now\?/);
    expect(shown()).not.toContain('Good day.');
  });

  it('stands beside the live view where there is room', async () => {
    const { shown } = await asking({ size: [120, 30] });
    expect(shown()).toMatch(
      /^╭─ prompt_3 from genesis ─+ +cycle 128 · next in 7 s\n│ What shall I do\? +agents +3 alive/,
    );
  });

  it('takes the marks and the reason', async () => {
    const { type, answers, shown } = await asking();
    await type('7\r');
    expect(shown()).toContain('  interesting: 7  useful:');
    await type('8\r9\rquite góod\r');
    const scores = { interesting: 7, useful: 8, understandable: 9 };
    expect(answers).toEqual([{ kind: 'scored', scores, reason: 'quite góod' }]);
    expect(shown()).not.toContain('? Your marks');
  });

  it('loses no key that was typed in one go', async () => {
    const { type, answers } = await asking();
    await type('7\r8\r9\r\r');
    expect(answers).toMatchObject([{ scores: { interesting: 7, useful: 8, understandable: 9 }, reason: null }]);
  });

  it('says what is wrong and takes it again', async () => {
    const { type, answers, shown } = await asking();
    await type('7leven\r');
    expect(shown()).toContain('“7leven”: a whole number from 0 to 10');
    await type('s\r');
    expect(answers).toEqual([{ kind: 'skipped' }]);
  });

  it('lets the line be edited, and the cursor stands where the next letter goes', async () => {
    const { screen, answers, shown, type } = await asking();
    await type('1 2 3\rgo日d\x1b[D\x1b[Do');
    expect(shown()).toContain('(or just Enter): goo日d');
    const { row, column } = screen.emulator.cursor;
    expect(screen.emulator.lines[row]?.slice(0, column)).toMatch(/: goo$/);
    await type('\x05\x7f\x7f\x7f\x7f\x7f\x7f');
    await type('9\r\r');
    expect(answers).toMatchObject([{ scores: { interesting: 1, useful: 2, understandable: 9 } }]);
  });

  it('keeps the cursor in sight on a line longer than the screen', async () => {
    const { shown, answers, type } = await asking();
    await type(`1 2 3\r${'word '.repeat(18)}end`);
    expect(shown()).toMatch(/\(or just Enter\): ….*word end$/m);
    await type('\r');
    expect(answers[0]).toMatchObject({ reason: `${'word '.repeat(18)}end` });
  });

  it('stops taking letters a little over the limit, and asks for a shorter reason', async () => {
    const { answers, shown, type } = await asking();
    await type(`1 2 3\r${'x'.repeat(3000)}`);
    await type('\r');
    expect(shown()).toContain('200 characters, at most 100');
    await type(`${'\x7f'.repeat(150)}\r`);
    expect(answers).toMatchObject([{ reason: 'x'.repeat(50) }]);
  });

  it('takes letters for keys only while nothing is typed', async () => {
    const { heard, answers, type } = await asking();
    await type('p');
    await type('1 2 3\rplanning all night?\r');
    expect(heard.filter((what) => what === 'pause')).toHaveLength(1);
    expect(answers).toMatchObject([{ reason: 'planning all night?' }]);
  });

  it('takes nothing of a paste for a key, nor for Enter', async () => {
    const { heard, answers, shown, type } = await asking();
    await type('\x1b[200~p?\rs\r\x1a\x1b[201~');
    expect(heard).toEqual(['key']);
    expect(answers).toEqual([]);
    expect(shown()).toContain('│ What shall I do?');
  });

  it('closes by itself when it was answered elsewhere, and leaves nothing of it', async () => {
    const controller = new AbortController();
    const { answers, shown, type } = await asking({ signal: controller.signal });
    await type('7\r');
    controller.abort();
    await settle();
    expect(answers).toEqual([{ kind: 'closed' }]);
    expect(shown()).toMatch(/^cycle 128 · next in 7 s\nagents/);
    expect(shown()).not.toContain('interesting: 7');
  });

  it('does not take keys meant for a question that closed by itself for the next one', async () => {
    const controller = new AbortController();
    const { terminal, answers, clock, type } = await asking({ signal: controller.signal });
    controller.abort();
    void terminal
      .ask({ ...PROMPT, id: 'prompt_4' }, new AbortController().signal)
      .then((answer) => answers.push(answer));
    await settle();
    await type('7 8 9\r\r');
    expect(answers).toEqual([{ kind: 'closed' }]);
    clock.advance(1000);
    await type('1 2 3\r\r');
    expect(answers.at(-1)).toMatchObject({ scores: { interesting: 1 } });
  });

  it('makes a second question wait for the first', async () => {
    const { terminal, answers, shown, type } = await asking();
    void terminal
      .ask({ ...PROMPT, id: 'prompt_4' }, new AbortController().signal)
      .then((answer) => answers.push(answer));
    await settle();
    expect(shown()).not.toContain('prompt_4');
    await type('s\r');
    expect(shown()).toContain('prompt_4 from genesis');
    await type('1 1 1\r\r');
    expect(answers).toMatchObject([{ kind: 'skipped' }, { kind: 'scored' }]);
  });

  it('hands Ctrl-C to the program and stays open until that closes it', async () => {
    const { terminal, answers, heard, type } = await asking();
    await type('\x03');
    expect(heard).toEqual(['interrupt']);
    expect(answers).toEqual([]);
    terminal.close();
    await settle();
    expect(answers).toEqual([{ kind: 'closed' }]);
  });

  it('shows what happens meanwhile', async () => {
    const { terminal, clock, shown } = await asking();
    terminal.event('ada died; its credits are burnt');
    clock.advance(50);
    await settle();
    expect(shown()).toMatch(/ada died; its credits are burnt\n[^]*\? Your marks/);
  });

  it('can be put off and taken up again, with what was typed', async () => {
    const { answers, shown, type } = await asking();
    await type('7\r');
    await type('\x1b');
    await expect.poll(shown).not.toContain('? Your marks');
    expect(shown()).toContain('n prompt_3 from genesis');
    await type('8\r');
    await type('n');
    expect(shown()).toContain('  interesting: 7  useful:');
    await type('8 9\r\r');
    expect(answers).toMatchObject([{ scores: { interesting: 7, useful: 8, understandable: 9 } }]);
  });

  it('survives a change of size, with what was typed', async () => {
    const { screen, shown, answers, type } = await asking();
    await type('7\r8');
    screen.resize(60, 12);
    await settle();
    expect(shown()).toContain('  interesting: 7  useful: 8');
    expect(shown().match(/useful:/g)).toHaveLength(1);
    await type('\r9\r\r');
    expect(answers).toMatchObject([{ scores: { interesting: 7, useful: 8, understandable: 9 } }]);
  });
});

describe('Ctrl-Z', () => {
  it('gives the terminal back and takes it again', async () => {
    const { screen, heard, shown, type, goOn } = await asking();
    await type('\x1a');
    expect(heard).toContain('suspend');
    expect(screen.input.raw).toBe(false);
    expect(screen.emulator.isOnOtherScreen).toBe(false);
    goOn();
    expect(screen.input.raw).toBe(true);
    expect(screen.emulator.isOnOtherScreen).toBe(true);
    expect(shown()).toContain('│ What shall I do?');
  });
});

describe('closing', () => {
  it('gives the terminal back and leaves on it what stays, twice as well as once', async () => {
    const { terminal, screen, shown, clock } = terminalSetUp();
    expect(screen.input.raw).toBe(true);
    terminal.show(economyView());
    terminal.event('it stays');
    terminal.event('it passes', { stays: false });
    terminal.close();
    terminal.close();
    expect(screen.input.raw).toBe(false);
    expect(screen.emulator.isOnOtherScreen).toBe(false);
    expect(screen.emulator.hasCursor).toBe(true);
    expect(shown()).toMatch(/^\d\d:\d\d:\d\d it stays$/);
    expect(screen.emulator.cursor).toEqual({ row: 1, column: 0 });
    terminal.event('too late');
    clock.advance(5000);
    await settle();
    expect(shown()).toMatch(/^\d\d:\d\d:\d\d it stays$/);
  });

  it('gives it back as well where the process just exits', async () => {
    const { screen, exit } = await asking();
    exit();
    expect(screen.emulator.isOnOtherScreen).toBe(false);
    expect(screen.emulator.hasCursor).toBe(true);
  });

  it('answers what is still asked', async () => {
    const { terminal } = terminalSetUp();
    terminal.close();
    expect(await terminal.ask(PROMPT, new AbortController().signal)).toEqual({ kind: 'closed' });
  });
});

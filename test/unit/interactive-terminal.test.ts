import { setImmediate } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { InteractiveTerminal } from '../../src/terminal/interactive-terminal.ts';
import { liveViewLines } from '../../src/terminal/live-lines.ts';
import type { Answer } from '../../src/terminal/view.ts';
import { economyView } from '../helpers/economy-view.ts';
import { fakeClock } from '../helpers/fake-clock.ts';
import { fakeScreen } from '../helpers/fake-screen.ts';

const PROMPT = { id: 'prompt_3', agent_id: 'genesis', title: null, content: 'What shall I do?', files: [] };

const open: InteractiveTerminal[] = [];
afterEach(() => {
  for (const terminal of open.splice(0)) terminal.close();
});

function setUp(columns?: number, rows?: number) {
  const screen = fakeScreen(columns, rows);
  const clock = fakeClock();
  const heard: string[] = [];
  const terminal = new InteractiveTerminal({
    input: screen.input,
    output: screen.output,
    clock,
    refreshMs: 500,
    reasonCharsMax: 100,
    onKey: () => heard.push('key'),
    onInterrupt: () => heard.push('interrupt'),
    place: { onContinued: () => () => undefined, isInForeground: () => true },
  });
  open.push(terminal);
  const shown = () => screen.emulator.lines.join('\n');
  return { screen, clock, heard, terminal, shown };
}

/** Lets streams and promises have their turn. */
async function settle() {
  for (let turn = 0; turn < 5; turn++) await setImmediate();
}

async function asking(signal = new AbortController().signal) {
  const set = setUp();
  set.terminal.show(economyView());
  const answers: Answer[] = [];
  void set.terminal.ask(PROMPT, signal).then((answer) => answers.push(answer));
  await settle();
  return { ...set, answers };
}

describe('without a question', () => {
  it('rewrites the live view in place, counting down', async () => {
    const { terminal, clock, screen, shown } = setUp();
    terminal.show(economyView());
    expect(shown()).toMatch(/^cycle 128 · next in 7 s\n/);
    const height = screen.emulator.lines.length;
    clock.advance(3000);
    await settle();
    expect(shown()).toMatch(/^cycle 128 · next in 4 s\n/);
    terminal.show(economyView({ cycle: 129 }));
    clock.advance(500);
    await settle();
    expect(shown()).toMatch(/^cycle 129 · next in 7 s\n/);
    expect(screen.emulator.everything).toHaveLength(height);
  });

  it('keeps events above it, with the time and without what could harm', () => {
    const { terminal, screen } = setUp();
    terminal.show(economyView());
    terminal.event('genesis won \x1b[31m');
    terminal.event('second');
    expect(screen.emulator.lines.slice(0, 3)).toEqual([
      expect.stringMatching(/^\d\d:\d\d:\d\d genesis won ␛\[31m$/),
      expect.stringMatching(/ second$/),
      'cycle 128 · next in 7 s',
    ]);
  });

  it('is not broken by a line that the terminal finds wider than it was counted', () => {
    const { terminal, screen } = setUp();
    terminal.show(economyView());
    terminal.event('■'.repeat(60));
    expect(screen.emulator.lines.slice(1)).toEqual(liveViewLines(economyView(), 0, { columns: 79, rows: 24 }));
  });

  it('tells of keys and of Ctrl-C, and does not confuse them', async () => {
    const { screen, heard } = setUp();
    screen.type('x');
    await settle();
    screen.type('\x03');
    screen.type('\x1a\x1c\x04');
    await settle();
    expect(heard).toEqual(['key', 'interrupt']);
  });

  it('fills the screen anew when its size changes', async () => {
    const { terminal, screen, clock } = setUp(80, 24);
    terminal.show(economyView());
    for (let n = 0; n < 30; n++) terminal.event(`event ${n}`);
    for (const [columns, rows] of [
      [50, 20],
      [120, 40],
      [20, 5],
      [60, 12],
    ] as const) {
      screen.resize(columns, rows);
      clock.advance(500);
      await settle();
      const { lines } = screen.emulator;
      expect(lines.filter((line) => line.startsWith('cycle 128'))).toHaveLength(1);
      expect(lines.filter((line) => line.includes('event 29')).length).toBeLessThanOrEqual(1);
    }
    expect(screen.emulator.lines[0]).toContain('event');
  });
});

describe('with a question', () => {
  it('shows the prompt, asks for the marks and goes on counting below', async () => {
    const { clock, shown, screen } = await asking();
    expect(shown()).toContain('│ What shall I do?');
    expect(shown()).toMatch(
      /\? Your marks for prompt_3, 0 to 10 each .*\n {2}interesting:\n\ncycle 128 · next in 7 s · 3 alive/,
    );
    clock.advance(3000);
    await settle();
    expect(shown()).toContain('cycle 128 · next in 4 s · 3 alive');
    expect(shown().match(/cycle 128/g)).toHaveLength(1);
    expect(screen.emulator.lines[screen.emulator.cursor.row]).toBe('  interesting:');
  });

  it('takes the marks and the reason', async () => {
    const { screen, answers, shown } = await asking();
    screen.type('7\r');
    await settle();
    expect(shown()).toContain('  interesting: 7\n  useful:');
    screen.type('8\r9\rquite góod\r');
    await settle();
    const scores = { interesting: 7, useful: 8, understandable: 9 };
    expect(answers).toEqual([{ kind: 'scored', scores, reason: 'quite góod' }]);
    expect(shown()).toContain('prompt_3: interesting 7, useful 8, understandable 9\ncycle 128');
    expect(shown()).not.toContain('? Your marks');
  });

  it('loses no key that was typed in one go', async () => {
    const { screen, answers } = await asking();
    screen.type('7\r8\r9\r\r');
    await settle();
    expect(answers).toMatchObject([{ scores: { interesting: 7, useful: 8, understandable: 9 }, reason: null }]);
  });

  it('says what is wrong and takes it again', async () => {
    const { screen, answers, shown } = await asking();
    screen.type('eleven\r');
    await settle();
    expect(shown()).toContain('“eleven”: a whole number from 0 to 10');
    screen.type('s\r');
    await settle();
    expect(answers).toEqual([{ kind: 'skipped' }]);
    expect(shown()).toContain('prompt_3: skipped');
  });

  it('lets the line be edited, and the cursor stands where the next letter goes', async () => {
    const { screen, answers, shown } = await asking();
    screen.type('1 2 3\rgo日d\x1b[D\x1b[Do');
    await settle();
    expect(shown()).toContain('(or just Enter): goo日d');
    const { row, column } = screen.emulator.cursor;
    expect(screen.emulator.lines[row]?.slice(0, column)).toMatch(/: goo$/);
    screen.type('\x7f\x1b[A');
    screen.type('9\r\r');
    await settle();
    expect(answers).toMatchObject([{ scores: { interesting: 1, useful: 2, understandable: 9 } }]);
  });

  it('keeps the cursor in sight on a line longer than the screen', async () => {
    const { screen, shown, answers } = await asking();
    screen.type(`1 2 3\r${'word '.repeat(18)}end`);
    await settle();
    expect(shown()).toMatch(/\(or just Enter\): ….*word end$/m);
    screen.type('\r');
    await settle();
    expect(answers[0]).toMatchObject({ reason: `${'word '.repeat(18)}end` });
  });

  it('stops taking letters a little over the limit, and asks for a shorter reason', async () => {
    const { screen, answers, shown } = await asking();
    screen.type(`1 2 3\r${'x'.repeat(3000)}`);
    await settle();
    screen.type('\r');
    await settle();
    expect(shown()).toContain('200 characters, at most 100');
    screen.type(`${'\x7f'.repeat(150)}\r`);
    await settle();
    expect(answers).toMatchObject([{ reason: 'x'.repeat(50) }]);
  });

  it('closes by itself when it was answered elsewhere, and leaves nothing of it', async () => {
    const controller = new AbortController();
    const { screen, answers, shown } = await asking(controller.signal);
    screen.type('7\r');
    await settle();
    controller.abort();
    await settle();
    expect(answers).toEqual([{ kind: 'closed' }]);
    expect(shown()).toContain('prompt_3: the question closed\ncycle 128 · next in 7 s\nagents');
    expect(shown()).not.toContain('interesting: 7');
  });

  it('does not take keys meant for a question that closed by itself for the next one', async () => {
    const controller = new AbortController();
    const { terminal, screen, answers, clock } = await asking(controller.signal);
    controller.abort();
    void terminal
      .ask({ ...PROMPT, id: 'prompt_4' }, new AbortController().signal)
      .then((answer) => answers.push(answer));
    await settle();
    screen.type('7 8 9\r\r');
    await settle();
    expect(answers).toEqual([{ kind: 'closed' }]);
    clock.advance(1000);
    screen.type('1 2 3\r\r');
    await settle();
    expect(answers.at(-1)).toMatchObject({ scores: { interesting: 1 } });
  });

  it('makes a second question wait for the first', async () => {
    const { terminal, screen, answers, shown } = await asking();
    void terminal
      .ask({ ...PROMPT, id: 'prompt_4' }, new AbortController().signal)
      .then((answer) => answers.push(answer));
    await settle();
    expect(shown()).not.toContain('prompt_4');
    screen.type('s\r');
    await settle();
    expect(shown()).toContain('prompt_4 from genesis');
    screen.type('1 1 1\r\r');
    await settle();
    expect(answers).toMatchObject([{ kind: 'skipped' }, { kind: 'scored' }]);
  });

  it('hands Ctrl-C to the program and stays open until that closes it', async () => {
    const { terminal, screen, answers, heard } = await asking();
    screen.type('\x03');
    await settle();
    expect(heard).toEqual(['interrupt']);
    expect(answers).toEqual([]);
    terminal.close();
    await settle();
    expect(answers).toEqual([{ kind: 'closed' }]);
  });

  it('is not ended by the keys that end a line editor or suspend a program', async () => {
    const { screen, answers } = await asking();
    screen.type('\x04\x1a\x1c');
    screen.type('s\r');
    await settle();
    expect(answers).toEqual([{ kind: 'skipped' }]);
  });

  it('holds events back until it is over', async () => {
    const { terminal, screen, shown } = await asking();
    terminal.event('something happened');
    expect(shown()).not.toContain('something happened');
    screen.type('s\r');
    await settle();
    expect(shown()).toContain('something happened');
  });

  it('survives a change of size, with what was typed', async () => {
    const { screen, shown, answers } = await asking();
    screen.type('7\r8');
    await settle();
    screen.resize(40, 12);
    await settle();
    expect(shown()).toContain('  interesting: 7\n  useful: 8\n');
    expect(shown().match(/useful:/g)).toHaveLength(1);
    screen.type('\r9\r\r');
    await settle();
    expect(answers).toMatchObject([{ scores: { interesting: 7, useful: 8, understandable: 9 } }]);
  });
});

describe('closing', () => {
  it('gives the terminal back and leaves the last view, twice as well as once', async () => {
    const { terminal, screen, shown, clock } = setUp();
    expect(screen.input.raw).toBe(true);
    terminal.show(economyView());
    terminal.close();
    terminal.close();
    expect(screen.input.raw).toBe(false);
    const { lines, cursor } = screen.emulator;
    expect(cursor).toEqual({ row: lines.length, column: 0 });
    const before = shown();
    terminal.event('too late');
    clock.advance(5000);
    await settle();
    expect(shown()).toContain(before);
  });

  it('answers what is still asked', async () => {
    const { terminal } = setUp();
    terminal.close();
    expect(await terminal.ask(PROMPT, new AbortController().signal)).toEqual({ kind: 'closed' });
  });
});

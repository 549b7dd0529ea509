import { PassThrough, Writable } from 'node:stream';
import type { ReadStream, WriteStream } from 'node:tty';
import { describe, expect, it } from 'vitest';
import { openTerminal } from '../../src/terminal/open-terminal.ts';
import { economyView } from '../helpers/economy-view.ts';
import { fakeClock } from '../helpers/fake-clock.ts';
import { fakeScreen, PLACE } from '../helpers/fake-screen.ts';

const PROMPT = { id: 'prompt_3', agent_id: 'genesis', title: null, content: 'What shall I do?', files: [] };

function opened(input: object, output: object, terminalType: string | undefined) {
  return openTerminal({
    input: input as ReadStream,
    output: output as WriteStream,
    terminalType,
    clock: fakeClock(),
    refreshMs: 500,
    reasonCharsMax: 100,
    hasStyles: false,
    notification: () => '',
    told: [],
    controls: { agents: () => [], waiting: () => [], togglePause: () => undefined, listenOn: () => undefined },
    onKey: () => undefined,
    onInterrupt: () => undefined,
    place: PLACE,
  });
}

function plain() {
  const output = new PassThrough({ encoding: 'utf8' });
  return { output, terminal: opened(new PassThrough(), output, 'xterm'), read: () => output.read() as string | null };
}

describe('opening a terminal', () => {
  it('asks only where both streams are a terminal that can move its cursor', () => {
    const { input, output } = fakeScreen();
    const terminal = opened(input, output, 'xterm');
    expect(terminal.interactive).toBe(true);
    terminal.close();
    expect(opened(new PassThrough(), output, 'xterm').interactive).toBe(false);
    expect(opened(input, new PassThrough(), 'xterm').interactive).toBe(false);
    expect(opened(input, output, 'dumb').interactive).toBe(false);
  });
});

describe('without a terminal', () => {
  it('there is one line for each cycle and event, with nothing that controls', () => {
    const { terminal, read } = plain();
    terminal.show(economyView());
    terminal.show(economyView({ next_cycle_in_ms: 1 }));
    terminal.show(economyView({ cycle: 129 }));
    terminal.event('agent says \x1b[2J\nnext');
    const lines = (read() ?? '').split('\n');
    expect(lines).toEqual([
      expect.stringMatching(/^\d\d:\d\d:\d\d cycle 128 · next in 7 s · 3 alive/),
      expect.stringMatching(/cycle 129/),
      expect.stringMatching(/agent says ␛\[2J␊next$/),
      '',
    ]);
  });

  it('a prompt is announced, waits for its signal and is never scored', async () => {
    const { terminal, read } = plain();
    const controller = new AbortController();
    const answer = terminal.ask(PROMPT, controller.signal);
    expect(read()).toContain('prompt_3 from genesis waits for an answer: bp-agents prompts');
    controller.abort();
    expect(await answer).toEqual({ kind: 'closed' });
  });

  it('a prompt is announced with the wish that it answers and the files that it brings', () => {
    const { terminal, read } = plain();
    const request = { id: 'request_2', text: 'Read it.' };
    const files = [{ name: 'a.pdf', bytes: 7 }];
    void terminal.ask({ ...PROMPT, request, files }, AbortSignal.abort());
    void terminal.ask({ ...PROMPT, request }, AbortSignal.abort());
    const lines = (read() ?? '').split('\n');
    expect(lines[0]).toContain('genesis, for request_2, with 1 file, 7 bytes, waits for an answer');
    expect(lines[1]).toContain('genesis, for request_2, waits for an answer');
  });

  it('a reader that stops makes it keep no more than 1 MiB, and is told how many lines it has missed', () => {
    const taken: string[] = [];
    let goOn: () => void = () => undefined;
    const output = new Writable({
      write(chunk, _encoding, written) {
        taken.push(String(chunk));
        goOn = written;
      },
    });
    const terminal = opened(new PassThrough(), output, 'xterm');
    for (let line = 1; line <= 2000; line++) terminal.event('x'.repeat(1000));
    expect(output.writableLength).toBeLessThan(1.1 * 1_048_576);
    while (output.writableLength > 0) goOn();
    const kept = taken.length;
    terminal.event('read again');
    expect(taken.at(-1)).toMatch(new RegExp(`^${2000 - kept} lines are left out that nobody read\n\\S+ read again\n$`));
  });

  it('a reader that went away is no error', () => {
    const { terminal, output } = plain();
    output.emit('error', new Error('EPIPE'));
    terminal.event('nobody reads this');
    expect(output.read()).toBeNull();
  });
});

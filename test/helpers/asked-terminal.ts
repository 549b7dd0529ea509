import { setImmediate } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { InteractiveTerminal } from '../../src/terminal/interactive-terminal.ts';
import type { Answer } from '../../src/terminal/view.ts';
import { economyView } from './economy-view.ts';
import { fakeClock } from './fake-clock.ts';
import { fakeScreen, PLACE } from './fake-screen.ts';

export const PROMPT = { id: 'prompt_3', agent_id: 'genesis', title: null, content: 'What shall I do?', files: [] };

/** A terminal with an emulator as its screen. */
export function terminalSetUp(columns?: number, rows?: number) {
  const screen = fakeScreen(columns, rows);
  const clock = fakeClock();
  const heard: string[] = [];
  let onExit: () => void = () => undefined;
  let onContinued: () => void = () => undefined;
  const terminal = new InteractiveTerminal({
    input: screen.input,
    output: screen.output,
    clock,
    refreshMs: 500,
    reasonCharsMax: 100,
    hasStyles: true,
    notification: (promptId) => `\x1b]9;${promptId}\x1b\\`,
    told: ['told before'],
    controls: {
      agents: () => [
        { id: 'ada', status: 'alive', parent: 'genesis', available: 5, earned: 7, executions: 2, last_seen_cycle: 9 },
      ],
      waiting: () => [{ ...PROMPT, title: 'A ti\x1btle', status: 'queued' }],
      togglePause: () => heard.push('pause'),
      listenOn: () => heard.push('listen'),
    },
    onKey: () => heard.push('key'),
    onInterrupt: () => heard.push('interrupt'),
    place: {
      ...PLACE,
      onContinued: (listener) => {
        onContinued = listener;
        return () => undefined;
      },
      onExit: (listener) => {
        onExit = listener;
        return () => undefined;
      },
      suspend: () => heard.push('suspend'),
    },
  });
  onTestFinished(() => terminal.close());
  const shown = () => screen.emulator.lines.join('\n');
  const type = async (keys: string) => {
    screen.type(keys);
    await settle();
  };
  return { screen, clock, heard, terminal, shown, type, goOn: () => onContinued(), exit: () => onExit() };
}

/** Lets streams and promises have their turn. */
export async function settle() {
  for (let turn = 0; turn < 8; turn++) await setImmediate();
}

/** The same with a question that is open. */
export async function asking({
  signal = new AbortController().signal,
  size = [],
  content = PROMPT.content,
  known = null,
}: { signal?: AbortSignal; size?: readonly number[]; content?: string; known?: string | null } = {}) {
  const set = terminalSetUp(...size);
  set.terminal.show(economyView());
  const answers: Answer[] = [];
  void set.terminal.ask({ ...PROMPT, content, known_opening: known }, signal).then((answer) => answers.push(answer));
  await settle();
  return { ...set, answers };
}

import type { Home } from '../../operator/home.ts';
import type { PromptDesk } from '../../operator/prompt-desk.ts';
import { openTerminal } from '../../terminal/open-terminal.ts';
import { PlainTerminal } from '../../terminal/plain-terminal.ts';
import type { Terminal } from '../../terminal/view.ts';
import type { CliDeps } from '../cli-deps.ts';
import { failureOf } from '../output/command-failure.ts';

/** Where a run is watched: the terminal that it was started in, or plain lines. */
export function openScreen(deps: CliDeps, { config }: Home, prompts: PromptDesk, headless: boolean): Terminal {
  const { stdin, stdout, clock } = deps;
  if (headless) return new PlainTerminal({ output: stdout, clock });
  const terminal = openTerminal({
    input: stdin,
    output: stdout,
    clock,
    terminalType: deps.environment['TERM'],
    refreshMs: config.terminal.refresh_ms,
    reasonCharsMax: config.attention.reason_chars_max,
    onKey: () => {
      prompts.welcome().catch((error: unknown) => terminal.event(failureOf(error).message ?? ''));
    },
    onInterrupt: () => deps.process.raiseInterrupt(),
    place: deps.process,
  });
  return terminal;
}

import { parseId } from '../../domain/ids.ts';
import { waitingPage } from '../../operator/views/prompt-page.ts';
import { agentList } from '../../operator/views/agent-list.ts';
import type { Home } from '../../operator/home.ts';
import { listen } from '../../operator/listen.ts';
import { MINUTES_AT_ONCE } from '../../domain/minutes-text.ts';
import { pause, resume } from '../../operator/pause.ts';
import type { PromptDesk } from '../../operator/prompt-desk.ts';
import { notification } from '../../terminal/notification.ts';
import { openTerminal } from '../../terminal/open-terminal.ts';
import { wantsStyles } from '../../terminal/paint.ts';
import { PlainTerminal } from '../../terminal/plain-terminal.ts';
import type { Terminal, TerminalControls } from '../../terminal/view.ts';
import type { CliDeps } from '../cli-deps.ts';
import { failureOf, valueOf } from '../output/command-failure.ts';

/** Agents that the terminal lists; `bp-agents agents` has all. */
const AGENTS_MAX = 500;

export interface ScreenOptions {
  readonly prompts: PromptDesk;
  /** Nobody is asked, whatever the streams are. */
  readonly headless: boolean;
  /** What was printed before, which the screen hides. */
  readonly told: readonly string[];
}

/** Where a run is watched: the terminal that it was started in, or plain lines. */
export function openScreen(deps: CliDeps, home: Home, { prompts, headless, told }: ScreenOptions): Terminal {
  const { stdin, stdout, clock, environment } = deps;
  const { config } = home;
  if (headless) return new PlainTerminal({ output: stdout, clock });
  const onFailure = (error: unknown) => terminal.event(failureOf(error).message ?? '', { tone: 'bad' });
  const terminal = openTerminal({
    input: stdin,
    output: stdout,
    clock,
    terminalType: environment['TERM'],
    refreshMs: config.terminal.refresh_ms,
    reasonCharsMax: config.attention.reason_chars_max,
    hasStyles: wantsStyles(environment),
    notification: (promptId) => notification(config.terminal.bell, `${promptId} waits for your marks`, environment),
    told,
    controls: controlsOf(home, onFailure),
    onKey: (promptId) => {
      prompts.welcome().catch(onFailure);
      const id = parseId('prompt', promptId ?? '');
      if (id.ok) prompts.acted(id.value).catch(onFailure);
    },
    onInterrupt: () => deps.process.raiseInterrupt(),
    place: deps.process,
  });
  return terminal;
}

function controlsOf({ economy }: Home, onFailure: (error: unknown) => void): TerminalControls {
  return {
    agents: () => valueOf(agentList(economy, { limit: AGENTS_MAX })),
    waiting: () => waitingPage(economy),
    togglePause: () => void toggle(economy).catch(onFailure),
    listenOn: () => void listen(economy, MINUTES_AT_ONCE).then(valueOf).catch(onFailure),
  };
}

/** The market tells that it paused or runs again. */
async function toggle(economy: Home['economy']): Promise<void> {
  if ((await resume(economy)) === null) valueOf(await pause(economy));
}

import type { MarketEvent } from '../../domain/market-event.ts';
import { stateOf } from '../../economy/views/status-view.ts';
import { RequestShelf } from '../../operator/ask.ts';
import type { EventHub } from '../../operator/event-hub.ts';
import type { Home } from '../../operator/home.ts';
import { LiveEconomy } from '../../operator/live-economy.ts';
import { RunTally } from '../../operator/run-tally.ts';
import type { PromptDesk } from '../../operator/prompt-desk.ts';
import { PromptNotice } from '../../operator/prompt-notice.ts';
import type { OrchestratorDeps } from '../../orchestrator/deps.ts';
import { runMarket } from '../../orchestrator/market-loop.ts';
import type { Clock } from '../../platform/clock.ts';
import { HumanDesk } from '../../terminal/human-desk.ts';
import { LiveScreen } from '../../terminal/live-screen.ts';
import { summaryLine, summaryLines } from '../../terminal/summary-lines.ts';
import type { Terminal } from '../../terminal/view.ts';
import type { CliDeps } from '../cli-deps.ts';
import { failureOf } from '../output/command-failure.ts';
import type { EndLimits } from './end-limits.ts';

const LOOK_MS = 250;

export interface Market {
  readonly cycles: number | undefined;
  readonly terminal: Terminal;
  readonly orchestrator: OrchestratorDeps;
  readonly prompts: PromptDesk;
  readonly events: EventHub<MarketEvent>;
  readonly limits: EndLimits;
}

/** Runs the market until its cycles are over or an interrupt comes, and shows it. Returns what is to be said at the end. */
export async function openMarket(deps: CliDeps, home: Home, market: Market): Promise<readonly string[]> {
  const { terminal, orchestrator, prompts, events, limits, cycles } = market;
  const { interrupt } = deps;
  const live = new LiveEconomy(home.economy);
  const screen = new LiveScreen(live, terminal);
  const tally = new RunTally(home.economy);
  const say = (line: string) => screen.say(line);
  const onFailure = (error: unknown) => say(failureOf(error).message ?? '');
  const desk = new HumanDesk({ prompts, terminal, say, onFailure });

  const notice = new PromptNotice({ home, prompts, environment: deps.environment, onFailure: say });
  const shelf = new RequestShelf(home, onFailure);
  shelf.look();
  if (terminal.interactive) prompts.welcome().catch(onFailure);

  const failed = new AbortController();
  const ended = new AbortController();
  const watching = every(home.economy.clock, ended.signal, () => {
    desk.look();
    notice.look();
    screen.refresh();
  }).catch((error: unknown) => failed.abort(error));
  const settling = () => {
    live.stopping();
    limits.settling();
  };
  const onInterrupt = () => {
    settling();
    screen.say('ending: nothing more is launched, what runs is settled; once more ends at once');
  };
  interrupt.addEventListener('abort', onInterrupt, { once: true });
  if (interrupt.aborted) onInterrupt();
  let cleared = 0;
  const unsubscribe = events.subscribe((event) => {
    if (event.kind === 'cycle' && ++cleared === cycles) settling();
    if (event.kind === 'cycle') shelf.look();
    tally.note(event);
    if (event.kind === 'cycle' || event.kind === 'settled') desk.look();
    screen.note(event);
  });
  try {
    await runMarket(orchestrator, { cycles, stop: AbortSignal.any([interrupt, failed.signal]) });
  } finally {
    unsubscribe();
    interrupt.removeEventListener('abort', onInterrupt);
    ended.abort();
    await watching;
    await desk.close();
    await notice.close();
  }
  failed.signal.throwIfAborted();
  const summary = tally.summary();
  if (!terminal.interactive) screen.say(summaryLine(summary, deps.calledAs));
  screen.say(`ended after cycle ${stateOf(home.economy).cycle}`);
  return terminal.interactive ? summaryLines(summary, deps.calledAs) : [];
}

/** Does it now and then until the signal; rejects where it throws. */
async function every(clock: Clock, signal: AbortSignal, work: () => void): Promise<void> {
  while (!signal.aborted) {
    work();
    await clock.sleep(LOOK_MS, signal).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }
}

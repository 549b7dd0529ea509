import { logsDirectory, provenEnginePath } from '../../config/home-places.ts';
import type { MarketEvent } from '../../domain/market-event.ts';
import { RequestShelf } from '../../operator/ask.ts';
import { EventHub } from '../../operator/event-hub.ts';
import type { Home } from '../../operator/home.ts';
import { LiveEconomy } from '../../operator/live-economy.ts';
import { PromptDesk } from '../../operator/prompt-desk.ts';
import { runMarket } from '../../orchestrator/market-loop.ts';
import type { OrchestratorDeps } from '../../orchestrator/deps.ts';
import type { Clock } from '../../platform/clock.ts';
import { openLogger } from '../../platform/pino-logger.ts';
import { HumanDesk } from '../../terminal/human-desk.ts';
import { LiveScreen } from '../../terminal/live-screen.ts';
import { openTerminal } from '../../terminal/open-terminal.ts';
import { PlainTerminal } from '../../terminal/plain-terminal.ts';
import type { Terminal } from '../../terminal/view.ts';
import type { CliDeps, RunOptions, RunningParts } from '../cli-deps.ts';
import { checkMemory } from '../home/check-memory.ts';
import { failureOf } from '../output/command-failure.ts';
import { printLines } from '../output/printing.ts';
import { sweepTries } from '../try/try-place.ts';
import { EndLimits } from './end-limits.ts';
import { stateOf } from '../../economy/views/status-view.ts';

export interface SessionOptions {
  readonly cycles: number | undefined;
  /** Nobody is asked, whatever the streams are. */
  readonly headless: boolean;
}

const LOOK_MS = 250;

/** Opens the market of a home until its cycles are over or an interrupt comes, and settles what runs. */
export async function runSession(deps: CliDeps, home: Home, options: SessionOptions): Promise<void> {
  const { log } = home.config;
  const plainly = (line: string) => printLines(deps.stdout, [line]);
  let say = plainly;
  const logger = openLogger({
    directory: logsDirectory(home.directory),
    level: log.level,
    fileBytesMax: log.file_bytes_max,
    filesMax: log.files_max,
    // What works less well than it could is told at the start; later warnings are about what events tell anyway.
    screen: (line, level) => {
      if (level === 'error' || (level === 'warn' && say === plainly)) say(line);
    },
  });
  const events = new EventHub<MarketEvent>({
    onFault: (error) => logger.warn({ err: error }, 'an event could not be shown'),
  });
  const limits = new EndLimits(deps, home);
  const prompts = new PromptDesk(home.economy);
  try {
    const checks = checkMemory(deps, provenEnginePath(home.directory), { isTrusted: false });
    const parts = await startParts(deps, home, { logger, events, limits, checks });
    if (!parts) return;
    try {
      await sweepTries(deps, home.directory, { config: home.config, logger });
      const terminal = openScreen(deps, home, prompts, options.headless);
      try {
        say = (line) => terminal.event(line);
        const { orchestrator } = parts;
        await openMarket(deps, home, { terminal, orchestrator, prompts, events, limits, ...options });
      } catch (error) {
        limits.failed(error);
        throw error;
      } finally {
        say = plainly;
        terminal.close();
      }
    } finally {
      await parts.close();
    }
  } finally {
    logger.close();
  }
}

/** Undefined where the interrupt came first: then nothing was begun, and the command has done what it was asked. */
async function startParts(
  { engine, interrupt }: CliDeps,
  home: Home,
  { limits, ...run }: RunOptions & { readonly limits: EndLimits },
): Promise<RunningParts | undefined> {
  const onInterrupt = () => limits.settling();
  interrupt.addEventListener('abort', onInterrupt, { once: true });
  try {
    return await engine.start(home, run, interrupt);
  } catch (error) {
    if (interrupt.aborted) return undefined;
    throw error;
  } finally {
    interrupt.removeEventListener('abort', onInterrupt);
  }
}

function openScreen(deps: CliDeps, { config }: Home, prompts: PromptDesk, headless: boolean): Terminal {
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

interface Market extends SessionOptions {
  readonly terminal: Terminal;
  readonly orchestrator: OrchestratorDeps;
  readonly prompts: PromptDesk;
  readonly events: EventHub<MarketEvent>;
  readonly limits: EndLimits;
}

async function openMarket(deps: CliDeps, home: Home, market: Market): Promise<void> {
  const { terminal, orchestrator, prompts, events, limits, cycles } = market;
  const { interrupt } = deps;
  const live = new LiveEconomy(home.economy);
  const screen = new LiveScreen(live, terminal);
  const say = (line: string) => screen.say(line);
  const onFailure = (error: unknown) => say(failureOf(error).message ?? '');
  const desk = new HumanDesk({ prompts, terminal, say, onFailure });

  const shelf = new RequestShelf(home, onFailure);
  shelf.look();
  if (terminal.interactive) prompts.welcome().catch(onFailure);

  const failed = new AbortController();
  const ended = new AbortController();
  const watching = every(home.economy.clock, ended.signal, () => {
    desk.look();
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
  }
  failed.signal.throwIfAborted();
  screen.say(`ended after cycle ${stateOf(home.economy).cycle}`);
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

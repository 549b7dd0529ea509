import { join } from 'node:path';
import { welcomeHuman } from '../economy/prompt-slot.ts';
import { stateDirectory } from '../economy/open-home.ts';
import { runMarket } from '../orchestrator/market-loop.ts';
import type { OrchestratorDeps } from '../orchestrator/deps.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import { openLogger } from '../platform/pino-logger.ts';
import { openTerminal } from '../terminal/open-terminal.ts';
import { PlainTerminal } from '../terminal/plain-terminal.ts';
import type { Terminal } from '../terminal/view.ts';
import type { CliDeps, Home, RunningParts } from './deps.ts';
import { failureOf } from './failure.ts';
import { HumanDesk } from './human-desk.ts';
import { LiveEconomy } from './live-economy.ts';
import { printLines } from './output.ts';

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
    directory: join(stateDirectory(home.directory), 'logs'),
    level: log.level,
    fileBytesMax: log.file_bytes_max,
    filesMax: log.files_max,
    // What works less well than it could is told at the start; later warnings are about what events tell anyway.
    screen: (line, level) => {
      if (level === 'error' || (level === 'warn' && say === plainly)) say(line);
    },
  });
  try {
    const parts = await startParts(deps, home, logger);
    if (!parts) return;
    try {
      const terminal = openScreen(deps, home, options.headless);
      try {
        say = (line) => terminal.event(line);
        await openMarket(deps, home, { terminal, orchestrator: parts.orchestrator, ...options });
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
async function startParts(deps: CliDeps, home: Home, logger: Logger): Promise<RunningParts | undefined> {
  const { engine, interrupt } = deps;
  try {
    return await engine.start(home, logger, interrupt);
  } catch (error) {
    if (interrupt.aborted) return undefined;
    throw error;
  }
}

function openScreen(deps: CliDeps, { config, economy }: Home, headless: boolean): Terminal {
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
      try {
        if (economy.store.state.get().humanAway) welcomeHuman(economy);
      } catch (error) {
        terminal.event(failureOf(error).message ?? '');
      }
    },
    onInterrupt: () => deps.raiseInterrupt(),
  });
  return terminal;
}

interface Market extends SessionOptions {
  readonly terminal: Terminal;
  readonly orchestrator: OrchestratorDeps;
}

async function openMarket(deps: CliDeps, home: Home, market: Market): Promise<void> {
  const { terminal, orchestrator, cycles } = market;
  const { interrupt } = deps;
  const live = new LiveEconomy(home, terminal);
  const desk = new HumanDesk({ economy: home.economy, terminal, say: (line) => live.say(line) });
  if (terminal.interactive) welcomeHuman(home.economy);

  const failed = new AbortController();
  const ended = new AbortController();
  const watching = every(home.economy.clock, ended.signal, () => {
    desk.look();
    live.refresh();
  }).catch((error: unknown) => failed.abort(error));
  const onInterrupt = () => {
    live.stopping();
    live.say('ending: nothing more is launched, what runs is settled; once more ends at once');
  };
  interrupt.addEventListener('abort', onInterrupt, { once: true });
  let cleared = 0;
  try {
    await runMarket(
      {
        ...orchestrator,
        onEvent: (event) => {
          if (event.kind === 'cycle' && ++cleared === cycles) live.stopping();
          live.note(event);
        },
      },
      { cycles, stop: AbortSignal.any([interrupt, failed.signal]) },
    );
  } finally {
    interrupt.removeEventListener('abort', onInterrupt);
    ended.abort();
    await watching;
    await desk.close();
  }
  failed.signal.throwIfAborted();
  live.say(`ended after cycle ${home.economy.store.state.get().cycle}`);
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

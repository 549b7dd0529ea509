import { logsDirectory, provenEnginePath } from '../../config/home-places.ts';
import type { MarketEvent } from '../../domain/market-event.ts';
import { EventHub } from '../../operator/event-hub.ts';
import type { Home } from '../../operator/home.ts';
import { PromptDesk } from '../../operator/prompt-desk.ts';
import { RunningUses } from '../../operator/running-uses.ts';
import type { Logger } from '../../platform/logger.ts';
import { openLogger } from '../../platform/pino-logger.ts';
import { Telemetry } from '../../telemetry/telemetry.ts';
import type { CliDeps, RunOptions, RunningParts } from '../cli-deps.ts';
import { checkMemory } from '../home/check-memory.ts';
import { printProse } from '../output/printing.ts';
import { sweepTries } from '../try/try-place.ts';
import { EndLimits } from './end-limits.ts';
import { openMarket } from './open-market.ts';
import { openScreen } from './open-screen.ts';
import { openPage } from './served-page.ts';

export interface SessionOptions {
  readonly cycles: number | undefined;
  /** Nobody is asked, whatever the streams are. */
  readonly headless: boolean;
  /** Whether the page is served. */
  readonly web: boolean;
  /** What was printed before. */
  readonly told: readonly string[];
}

/** Lines of the start that a screen shows again. */
const TOLD_MAX = 50;

/** Opens the market of a home until its cycles are over or an interrupt comes, and settles what runs. */
export async function runSession(deps: CliDeps, home: Home, options: SessionOptions): Promise<void> {
  const { log } = home.config;
  const told = [...options.told];
  const plainly = (line: string) => {
    printProse(deps.stdout, [line]);
    if (told.length < TOLD_MAX) told.push(line);
  };
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
  const uses = new RunningUses(home.economy.clock);
  let telemetry: Telemetry | undefined;
  try {
    telemetry = await openTelemetry(deps, home, { events, logger });
    const checks = checkMemory(deps, provenEnginePath(home.directory), { isTrusted: false });
    const parts = await startParts(deps, home, { logger, events, limits, checks, uses, calls: telemetry });
    if (!parts) return;
    const metrics = telemetry?.metrics;
    if (metrics && !options.web) logger.warn({}, 'metrics are on, but they are served with the page, which is not');
    const page = options.web
      ? await openPage(deps, home, { prompts, events, uses, logger, metrics, say: plainly, headless: options.headless })
      : undefined;
    try {
      await sweepTries(deps, home.directory, { config: home.config, logger });
      let summary: readonly string[] = [];
      const terminal = openScreen(deps, home, { prompts, headless: options.headless, told });
      try {
        say = (line) => terminal.event(line);
        const { orchestrator } = parts;
        summary = await openMarket(deps, home, {
          terminal,
          orchestrator,
          prompts,
          events,
          limits,
          cycles: options.cycles,
        });
      } catch (error) {
        limits.failed(error);
        throw error;
      } finally {
        say = plainly;
        terminal.close();
      }
      printProse(deps.stdout, summary);
    } finally {
      await page?.close();
      await parts.close();
    }
  } finally {
    await telemetry?.close();
    logger.close();
  }
}

async function openTelemetry(
  { clock, random, version }: CliDeps,
  { economy, directory }: Home,
  { events, logger }: { readonly events: EventHub<MarketEvent>; readonly logger: Logger },
): Promise<Telemetry | undefined> {
  const telemetry = await Telemetry.open({ economy, home: directory, version, clock, random, logger });
  if (telemetry) events.subscribe((event, missed) => telemetry.note(event, missed));
  return telemetry;
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

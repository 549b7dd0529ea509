import { fileURLToPath } from 'node:url';
import { LiveFeed } from '../../src/operator/live-feed.ts';
import { PromptDesk } from '../../src/operator/prompt-desk.ts';
import type { Logger } from '../../src/platform/logger.ts';
import { systemClock } from '../../src/platform/system-clock.ts';
import { systemRandomness } from '../../src/platform/system-randomness.ts';
import type { WebDeps } from '../../src/web/web-deps.ts';
import { startWebServer, type WebServer } from '../../src/web/web-server.ts';
import type { TestEconomy } from './economy.ts';

export interface ServedHome extends WebServer {
  /** What was logged: sentences, each with its fields. */
  readonly logged: readonly string[];
  readonly deps: WebDeps;
}

const PAGE = fileURLToPath(new URL('../../dist/web/page', import.meta.url));

/** The page of a test's economy, as `run` would serve it, at a free port or where it stood last. */
export async function serveHome(economy: TestEconomy, overrides: Partial<WebDeps> = {}): Promise<ServedHome> {
  const logged: string[] = [];
  const log = (fields: object, message: string) => void logged.push(`${message} ${JSON.stringify(fields)}`);
  const logger: Logger = { debug: log, info: log, warn: log, error: log };
  const deps: WebDeps = {
    home: { directory: economy.home, config: economy.config, economy, close: () => undefined },
    prompts: new PromptDesk(economy),
    feed: new LiveFeed(economy),
    clock: systemClock(),
    random: systemRandomness(),
    logger,
    pageDirectory: PAGE,
    ...overrides,
  };
  return { ...(await startWebServer(deps, 0)), logged, deps };
}

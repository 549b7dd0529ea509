import type { MarketEvent } from '../../domain/market-event.ts';
import type { EventHub } from '../../operator/event-hub.ts';
import type { Home } from '../../operator/home.ts';
import { LiveFeed } from '../../operator/live-feed.ts';
import type { PromptDesk } from '../../operator/prompt-desk.ts';
import type { RunningUses } from '../../operator/running-uses.ts';
import type { Logger } from '../../platform/logger.ts';
import type { MetricsSource } from '../../web/metrics-route.ts';
import type { WebServer } from '../../web/web-server.ts';
import type { CliDeps } from '../cli-deps.ts';

export interface PageOptions {
  readonly prompts: PromptDesk;
  readonly feed: LiveFeed;
  readonly uses?: RunningUses | undefined;
  readonly logger: Logger;
  readonly metrics?: MetricsSource | undefined;
}

/** Serves the page of a home. Throws the system's error. */
export async function servePage(
  deps: CliDeps,
  home: Home,
  { prompts, feed, uses, logger, metrics }: PageOptions,
): Promise<WebServer> {
  // Only here: most commands serve nothing.
  const { startWebServer } = await import('../../web/web-server.ts');
  const { clock, random, pageDirectory } = deps;
  const page = { home, prompts, feed, uses, clock, random, logger, pageDirectory, metrics };
  return startWebServer(page, home.config.web.port);
}

export interface RunsPage {
  readonly prompts: PromptDesk;
  readonly events: EventHub<MarketEvent>;
  readonly uses: RunningUses;
  readonly logger: Logger;
  readonly headless: boolean;
  readonly metrics: MetricsSource | undefined;
  /** Prints a line. */
  readonly say: (line: string) => void;
}

/** Serves the page of a `run` and says where. A market without its page is better than none: then the log says why. */
export async function openPage(
  deps: CliDeps,
  home: Home,
  { prompts, events, uses, logger, headless, metrics, say }: RunsPage,
): Promise<Pick<WebServer, 'close'> | undefined> {
  const feed = new LiveFeed(home.economy);
  try {
    const server = await servePage(deps, home, { prompts, feed, uses, logger, metrics });
    const unsubscribe = events.subscribe((event) => feed.note(event));
    const onInterrupt = () => feed.stopping();
    deps.interrupt.addEventListener('abort', onInterrupt, { once: true });
    say(pageLine(deps, server, { headless }));
    return {
      async close() {
        unsubscribe();
        deps.interrupt.removeEventListener('abort', onInterrupt);
        await server.close();
      },
    };
  } catch (error) {
    logger.warn({ err: error }, 'the page is not served');
    return undefined;
  }
}

/** The token is shown to a terminal alone, since all else is kept. */
export function pageLine({ stdout, calledAs }: CliDeps, server: WebServer, { headless = false } = {}): string {
  return isTerminal(stdout) && !headless
    ? `page: ${server.newEntryAddress()} (for one browser, within 15 minutes; later: ${calledAs} open)`
    : `page: ${server.address} (${calledAs} open opens it)`;
}

function isTerminal(stream: NodeJS.WriteStream): boolean {
  return (stream as { readonly isTTY?: boolean }).isTTY === true;
}

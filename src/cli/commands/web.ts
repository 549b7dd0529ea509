import type { Command } from 'commander';
import { logsDirectory } from '../../config/home-places.ts';
import { runningProcess } from '../../economy/home/open-home.ts';
import type { Home } from '../../operator/home.ts';
import { LiveFeed } from '../../operator/live-feed.ts';
import { PromptDesk } from '../../operator/prompt-desk.ts';
import { openLogger } from '../../platform/pino-logger.ts';
import { findPage, pageAddress } from '../../web/standing.ts';
import type { CliDeps } from '../cli-deps.ts';
import { withHome } from '../home/opened-home.ts';
import { printLines } from '../output/printing.ts';
import { pageLine, servePage } from '../run/served-page.ts';

const LOOK_MS = 500;

export function addWeb(command: Command, deps: CliDeps): void {
  command.action(async () => {
    await withHome(deps, command, async (home) => {
      const port = await findPage(home.directory, deps.random);
      if (port !== undefined)
        printLines(deps.stdout, [`${pageAddress(port)} is served already: bp-agents open opens it`]);
      else if (runningProcess(home.directory) !== undefined)
        printLines(deps.stdout, ['a run is going on here, and only a run serves its page: begin it without --no-web']);
      else await serve(deps, home);
    });
  });
}

/** Until the interrupt, or until a `run` begins: that one takes the port, and the open pages with it. */
async function serve(deps: CliDeps, home: Home): Promise<void> {
  const { clock, interrupt, stdout } = deps;
  const { level, file_bytes_max: fileBytesMax, files_max: filesMax } = home.config.log;
  const logger = openLogger({ directory: logsDirectory(home.directory), level, fileBytesMax, filesMax });
  try {
    const feed = new LiveFeed(home.economy, { isRun: false });
    const server = await servePage(deps, home, { prompts: new PromptDesk(home.economy), feed, logger });
    try {
      printLines(stdout, [
        'nothing runs here: the page shows what is there, and takes marks; Ctrl-C ends it',
        pageLine(deps, server),
      ]);
      while (!interrupt.aborted && runningProcess(home.directory) === undefined)
        await clock.sleep(LOOK_MS, interrupt).catch(() => undefined);
      if (!interrupt.aborted) printLines(stdout, ['a run has begun, which serves the page now']);
    } finally {
      await server.close();
    }
  } finally {
    logger.close();
  }
}

import type { Command } from 'commander';
import { runningProcess } from '../../economy/home/open-home.ts';
import { openInBrowser } from '../../platform/browser.ts';
import { BpError } from '../../platform/errors.ts';
import { EntryTokens } from '../../web/access/entry-tokens.ts';
import { writeEntryFile } from '../../web/entry-file.ts';
import { findPage, pageAddress } from '../../web/standing.ts';
import type { CliDeps } from '../cli-deps.ts';
import { homeDirectory, type GlobalOptions } from '../home/home-config.ts';
import { withJson } from '../output/listing.ts';
import { printJson, printLines } from '../output/printing.ts';

interface Options extends GlobalOptions {
  readonly print?: boolean;
}

/** A browser that has to start first takes a while. */
const COMES_MS = 20_000;
const LOOK_MS = 100;

export function addOpen(command: Command, deps: CliDeps): void {
  withJson(command)
    .option('--print', 'print an address that lets one browser in, within 15 minutes')
    .action(async () => {
      const options = command.optsWithGlobals<Options>();
      const home = homeDirectory(deps, options);
      const port = await findPage(home, deps.random);
      if (port === undefined) throw notServed(home);
      const entries = new EntryTokens(home, deps);
      const token = entries.make();
      const address = pageAddress(port, token);
      if (options.json) printJson(deps.stdout, { address });
      else if (options.print) printLines(deps.stdout, [address]);
      else await openFor(deps, { home, port, address, isUsed: () => !entries.isThere(token) });
    });
}

interface Opening {
  readonly home: string;
  readonly port: number;
  readonly address: string;
  readonly isUsed: () => boolean;
}

async function openFor(deps: CliDeps, { home, port, address, isUsed }: Opening): Promise<void> {
  const file = writeEntryFile(home, address);
  const isOpen = await openInBrowser(file.path, { environment: deps.environment, platform: process.platform });
  if (!isOpen) {
    file.remove();
    throw new BpError('no_browser', 'no browser could be opened here', {
      hint: `bp-agents open --print prints an address for one; from another machine first ssh -L ${port}:127.0.0.1:${port} to this one`,
    });
  }
  const until = deps.clock.monotonic() + COMES_MS;
  while (!isUsed() && deps.clock.monotonic() < until) await deps.clock.sleep(LOOK_MS, deps.interrupt);
  if (isUsed()) {
    file.remove();
    printLines(deps.stdout, [`opened ${pageAddress(port)} in your browser`]);
  } else
    printLines(deps.stdout, [
      'a browser was called and has not come yet; where it can not read that file, bp-agents open --print helps',
    ]);
}

function notServed(home: string): BpError {
  if (runningProcess(home) !== undefined)
    return new BpError('page_not_served', 'the run of this home serves no page', {
      hint: 'begin it without --no-web, and with web.enabled: true',
    });
  return new BpError('page_not_served', 'nothing runs in this home', {
    hint: 'bp-agents run opens the market and serves the page; bp-agents web only shows what is there',
  });
}

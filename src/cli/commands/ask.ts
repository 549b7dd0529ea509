import type { Command } from 'commander';
import { ask } from '../../operator/ask.ts';
import { requestView } from '../../economy/views/request-view.ts';
import type { CliDeps } from '../cli-deps.ts';
import type { GlobalOptions } from '../home/home-config.ts';
import { withHome } from '../home/opened-home.ts';
import { parseUntil } from '../../operator/until.ts';
import { valueOf } from '../output/command-failure.ts';
import { withJson } from '../output/listing.ts';
import { printJson, printLines } from '../output/printing.ts';
import { printLeftOver } from './requests.ts';

interface Options extends GlobalOptions {
  readonly file?: readonly string[];
  readonly until?: string;
}

export function addAsk(command: Command, deps: CliDeps): void {
  withJson(command)
    .option('--file <path>', 'a file that agents may read; repeatable', collect)
    .option('--until <time>', 'when it closes by itself: 2h, 3d, or a time such as 2030-12-31T18:00Z')
    .action(async (text: string) => {
      const { json, file = [], until } = command.optsWithGlobals<Options>();
      const order = {
        ...{ text, files: file },
        until: until === undefined ? null : valueOf(parseUntil(until, deps.clock.now())),
      };
      const { view, leftOver } = await withHome(deps, command, (home) => {
        const asked = valueOf(ask(deps, home, order));
        return { ...asked, view: requestView(home.economy, asked.request) };
      });
      printLeftOver(deps, leftOver);
      if (json) {
        printJson(deps.stdout, view);
        return;
      }
      const end = view.until === null ? `bp-agents request close ${view.id} ends it` : `it closes ${view.until}`;
      printLines(deps.stdout, [
        `${view.id} is open: agents read it when they start next; ${end}`,
        ...view.files.map((path) => `  ${path}`),
      ]);
    });
}

function collect(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, value];
}

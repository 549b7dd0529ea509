import type { Command } from 'commander';
import { pauseView } from '../../economy/views/pause-view.ts';
import { stateOf } from '../../economy/views/status-view.ts';
import { resume } from '../../operator/pause.ts';
import type { CliDeps } from '../cli-deps.ts';
import type { GlobalOptions } from '../home/home-config.ts';
import { withHome } from '../home/opened-home.ts';
import { withJson } from '../output/listing.ts';
import { printJson, printLines } from '../output/printing.ts';

export function addResume(command: Command, deps: CliDeps): void {
  withJson(command).action(async () => {
    const { json } = command.optsWithGlobals<GlobalOptions>();
    await withHome(deps, command, async ({ economy }) => {
      const ended = await resume(economy);
      if (json) {
        printJson(deps.stdout, pauseView(null));
        return;
      }
      const { pausedReason } = stateOf(economy);
      printLines(deps.stdout, [
        ended === null ? 'the market was not paused by you' : 'the market goes on with its next cycle',
        ...(pausedReason === null ? [] : [`the program has paused it: ${pausedReason}`]),
      ]);
    });
  });
}

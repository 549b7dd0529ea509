import type { Command } from 'commander';
import { pauseView, whyPaused } from '../../economy/views/pause-view.ts';
import { stateOf } from '../../economy/views/status-view.ts';
import { unsettledExecutions } from '../../economy/views/execution-view.ts';
import { pause } from '../../operator/pause.ts';
import type { CliDeps } from '../cli-deps.ts';
import type { GlobalOptions } from '../home/home-config.ts';
import { withHome } from '../home/opened-home.ts';
import { valueOf } from '../output/command-failure.ts';
import { withJson } from '../output/listing.ts';
import { printJson, printLines } from '../output/printing.ts';

interface Options extends GlobalOptions {
  readonly reason?: string;
}

export function addPause(command: Command, deps: CliDeps): void {
  withJson(command)
    .option('--reason <text>', 'why, for yourself: status and run show it')
    .action(async () => {
      const { json, reason } = command.optsWithGlobals<Options>();
      await withHome(deps, command, async ({ economy }) => {
        const paused = valueOf(await pause(economy, reason));
        if (json) {
          printJson(deps.stdout, pauseView(paused));
          return;
        }
        const running = unsettledExecutions(economy).length;
        printLines(deps.stdout, [
          `the market is paused ${whyPaused(stateOf(economy)) ?? ''}`.trimEnd(),
          ...(running === 0
            ? []
            : [`${running === 1 ? '1 execution goes' : `${running} executions go`} on to the end`]),
        ]);
      });
    });
}

import type { Command } from 'commander';
import { humanTimeView } from '../../economy/views/human-time-view.ts';
import { listen } from '../../operator/listen.ts';
import { humanTimeText } from '../../domain/minutes-text.ts';
import type { CliDeps } from '../cli-deps.ts';
import type { GlobalOptions } from '../home/home-config.ts';
import { withHome } from '../home/opened-home.ts';
import { parseWhole } from '../input/arguments.ts';
import { valueOf } from '../output/command-failure.ts';
import { withJson } from '../output/listing.ts';
import { printJson, printLines } from '../output/printing.ts';

const MINUTES_MAX = 1440;

export function addListen(command: Command, deps: CliDeps): void {
  withJson(command).action(async (text: string) => {
    const { json } = command.optsWithGlobals<GlobalOptions>();
    const minutes = valueOf(parseWhole(text, 'minutes', { least: 1, most: MINUTES_MAX }));
    await withHome(deps, command, async ({ economy }) => {
      valueOf(await listen(economy, minutes));
      const time = humanTimeView(economy);
      if (json) printJson(deps.stdout, time);
      else printLines(deps.stdout, [`${minutes} more minutes: ${humanTimeText(time)}`]);
    });
  });
}

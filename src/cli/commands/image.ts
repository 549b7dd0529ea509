import type { Command } from 'commander';
import type { CliDeps } from '../cli-deps.ts';
import { readConfig, type GlobalOptions } from '../home/home-config.ts';
import { withJson } from '../output/listing.ts';
import { printJson, printLines } from '../output/printing.ts';

export function addImage(command: Command, deps: CliDeps): void {
  withJson(command).action(async () => {
    const options = command.optsWithGlobals<GlobalOptions>();
    const { config } = await readConfig(deps, options);
    // Progress is for people; the answer alone goes where a script reads.
    const progress = (line: string) => printLines(options.json ? deps.stderr : deps.stdout, [line]);
    const { id, built, milliseconds } = await deps.engine.ensureImage(config, progress, deps.interrupt);
    const name = config.sandbox.image;
    if (options.json) printJson(deps.stdout, { image: name, id, built, milliseconds });
    else
      printLines(deps.stdout, [
        `${name} ${built ? `built in ${(milliseconds / 1000).toFixed(1)} s` : 'is up to date'} (${id})`,
      ]);
  });
}

import { resolve } from 'node:path';
import type { Command } from 'commander';
import { derive } from '../../config/supply.ts';
import { lockOutRuns } from '../../economy/home/open-home.ts';
import { restoreEconomy, type RestoredEconomy } from '../../economy/home/restore-economy.ts';
import type { CliDeps } from '../cli-deps.ts';
import { reject } from '../output/command-failure.ts';
import { machineOf } from '../home/engine-machine.ts';
import { homeDirectory, readConfig, type GlobalOptions } from '../home/home-config.ts';
import { forgetRun } from '../home/run-record-file.ts';
import { withJson } from '../output/listing.ts';
import { printJson, printLines } from '../output/printing.ts';

export function addRestore(command: Command, deps: CliDeps): void {
  withJson(command).action(async (file: string) => {
    const options = command.optsWithGlobals<GlobalOptions>();
    if (file.trim() === '') reject('empty', 'FILE must be a name, not empty', { field: 'file' });
    const { clock, random } = deps;
    const { config } = await readConfig(deps, options);
    const directory = homeDirectory(deps, options);
    const lock = lockOutRuns(directory, process.pid, 'restore');
    try {
      const economy = { clock, random, config, derived: derive(config, machineOf(deps, directory)) };
      const path = resolve(deps.directory, file);
      const restored = await restoreEconomy(economy, directory, path);
      forgetRun(directory);
      if (options.json) printJson(deps.stdout, { file: path, ...restored });
      else printLines(deps.stdout, lines(path, restored));
    } finally {
      lock.release();
    }
  });
}

function lines(path: string, { cycle, transfers, head, unsettled, kept }: RestoredEconomy): readonly string[] {
  return [
    `restored cycle ${cycle} with ${transfers} transfers from ${path}`,
    `head ${head}`,
    kept === null ? 'there was no database before' : `the database that was here is kept as ${kept}`,
    'what happened after that cycle is unknown now; the next run removes containers that it does not know',
    ...(unsettled === 0 ? [] : [`${unsettled} executions had not ended then: the next run settles them`]),
  ];
}

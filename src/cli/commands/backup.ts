import { resolve } from 'node:path';
import type { Command } from 'commander';
import { backUpEconomy } from '../../economy/home/back-up-economy.ts';
import type { CliDeps } from '../cli-deps.ts';
import type { GlobalOptions } from '../home/home-config.ts';
import { withHome } from '../home/opened-home.ts';
import { reject } from '../output/command-failure.ts';
import { withJson } from '../output/listing.ts';
import { printJson, printLines } from '../output/printing.ts';

export function addBackup(command: Command, deps: CliDeps): void {
  withJson(command).action(async (file: string) => {
    const { json } = command.optsWithGlobals<GlobalOptions>();
    if (file.trim() === '') reject('empty', 'FILE must be a name, not empty', { field: 'file' });
    const backup = await withHome(deps, command, ({ economy }) =>
      backUpEconomy(economy, resolve(deps.directory, file)),
    );
    if (json) printJson(deps.stdout, { file: backup.path, bytes: backup.bytes, version: backup.version });
    else
      printLines(deps.stdout, [
        `${backup.path}: ${backup.bytes.toLocaleString('en-US')} bytes, whole, version ${backup.version}`,
      ]);
  });
}

import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../../platform/folder.ts';
import type { Command } from 'commander';
import { CONFIG_FILE, databasePath, workspacesDirectory } from '../../config/home-places.ts';
import { configTemplate } from '../../config/template.ts';
import type { CliDeps } from '../cli-deps.ts';
import { homeDirectory, readConfig, type GlobalOptions } from '../home/home-config.ts';
import { openHome } from '../home/opened-home.ts';
import { withJson } from '../output/listing.ts';
import { printJson, printLines } from '../output/printing.ts';
import { errorCode } from '../../platform/system-error.ts';

export function addInit(command: Command, deps: CliDeps): void {
  withJson(command).action(async () => {
    const options = command.optsWithGlobals<GlobalOptions>();
    const home = homeDirectory(deps, options);
    // A configuration that is wrong is told before anything is made.
    const read = await readConfig(deps, options);
    makeFolder(workspacesDirectory(home), 0o700);
    const config = writeNew(join(home, CONFIG_FILE), configTemplate());
    const database = !existsSync(databasePath(home));
    // The file that was just written is read at once, so that the next command finds what it came to.
    const { config: parameters } = config ? await readConfig(deps, options, { isToldAlready: true }) : read;
    openHome(deps, { directory: home, config: parameters }, { create: true }).close();
    if (options.json) printJson(deps.stdout, { home, made: { config, database } });
    else printLines(deps.stdout, lines(home, { config, database }));
  });
}

/** False where something stands there already. */
function writeNew(path: string, text: string): boolean {
  try {
    writeFileSync(path, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

function lines(home: string, made: { readonly config: boolean; readonly database: boolean }): readonly string[] {
  return [
    `${made.database ? 'made' : 'there was already'} an economy in ${home}`,
    `${made.config ? 'wrote' : 'kept'} ${CONFIG_FILE}, which holds every parameter`,
    'next: bp-agents bootstrap makes genesis, bp-agents run opens the market',
  ];
}

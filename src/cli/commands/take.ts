import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { formatId, parseId } from '../../domain/ids.ts';
import { takeFiles } from '../../operator/take-files.ts';
import { byteCount } from '../../terminal/handed-files.ts';
import type { CliDeps } from '../cli-deps.ts';
import type { GlobalOptions } from '../home/home-config.ts';
import { withHome } from '../home/opened-home.ts';
import { reject, valueOf } from '../output/command-failure.ts';
import { withJson } from '../output/listing.ts';
import { printJson, printLines } from '../output/printing.ts';

export function addTake(command: Command, deps: CliDeps): void {
  withJson(command).action(async (prompt: string, dir: string) => {
    const { json } = command.optsWithGlobals<GlobalOptions>();
    const promptId = valueOf(parseId('prompt', prompt));
    if (dir.trim() === '') reject('empty', 'DIR must be a folder, not empty', { field: 'dir' });
    const directory = resolve(deps.directory, dir);
    const { agentId, files } = await withHome(deps, command, (home) => valueOf(takeFiles(home, promptId, directory)));
    const id = formatId('prompt', promptId);
    if (json) printJson(deps.stdout, { prompt_id: id, agent_id: agentId, dir: directory, files });
    else
      printLines(deps.stdout, [
        ...files.map(({ name, bytes }) => `${join(directory, name)}: ${byteCount(bytes)}`),
        `from ${agentId}, with ${id}; what is in them is the agent's: none is executable, and none was looked into`,
      ]);
  });
}

import type { Command } from 'commander';
import { updateAgent, updatedAgentView } from '../../operator/update-agent.ts';
import type { CliDeps } from '../cli-deps.ts';
import type { GlobalOptions } from '../home/home-config.ts';
import { withHome } from '../home/opened-home.ts';
import { reject, valueOf } from '../output/command-failure.ts';
import { layingLines, leftOutLines } from '../output/laying-lines.ts';
import { withJson } from '../output/listing.ts';
import { printJson, printLines } from '../output/printing.ts';

interface Options extends GlobalOptions {
  readonly from: string;
  readonly overwrite?: boolean;
  readonly dryRun?: boolean;
}

export function addAgentUpdate(agent: Command, deps: CliDeps): void {
  withJson(
    agent
      .command('update')
      .argument('<id>', 'such as genesis, dead or alive')
      .description("give an agent its author's files anew; what it wrote itself stays")
      .requiredOption('--from <dir>', 'the files')
      .option('--overwrite', 'also files that were changed since they were given')
      .option('--dry-run', 'change nothing, and tell what would be changed'),
  ).action(async (id: string, _options, command: Command) => {
    const { from, overwrite = false, dryRun = false, json } = command.optsWithGlobals<Options>();
    if (from.trim() === '') reject('empty', '--from must be a folder, not empty', { field: 'from' });
    const updating = { directory: deps.directory, workspaces: deps.engine };
    const order = { id, from, overwrites: overwrite, isDry: dryRun };
    const updated = await withHome(deps, command, async (home) => valueOf(await updateAgent(updating, home, order)));
    if (json) printJson(deps.stdout, updatedAgentView(updated));
    else
      printLines(deps.stdout, [
        ...layingLines(updated.agentId, updated.laying, updated.isDry),
        ...leftOutLines(updated.leftOut),
      ]);
  });
}

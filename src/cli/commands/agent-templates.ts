import type { Command } from 'commander';
import { derive } from '../../config/supply.ts';
import { FolderShelf } from '../../operator/templates/template-shelf.ts';
import { templateView } from '../../operator/templates/template-view.ts';
import type { CliDeps } from '../cli-deps.ts';
import { configInForce } from '../home/config-in-force.ts';
import { machineOf } from '../home/engine-machine.ts';
import { homeDirectory, type GlobalOptions } from '../home/home-config.ts';
import { withJson } from '../output/listing.ts';
import { printJson, printLines, tableLines } from '../output/printing.ts';
import { TEMPLATE_COLUMNS, templateNotes } from '../output/template-lines.ts';

/** Needs no economy: only what one would be configured like. */
export function addAgentTemplates(agent: Command, deps: CliDeps): void {
  withJson(
    agent
      .command('templates')
      .description('what agent new can make agents of, what each needs, and what this home lacks of that'),
  ).action(async (_options, command: Command) => {
    const options = command.optsWithGlobals<GlobalOptions>();
    const config = await configInForce(deps, command);
    const derived = derive(config, machineOf(deps, homeDirectory(deps, options)));
    const views = new FolderShelf(deps.runtimeDirectory).all().map((found) => templateView(found, config, derived));
    if (options.json) printJson(deps.stdout, views);
    else printLines(deps.stdout, [...tableLines(views, TEMPLATE_COLUMNS), ...templateNotes(views)]);
  });
}

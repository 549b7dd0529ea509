import type { Command } from 'commander';
import type { ToldAgents } from '../../economy/agents/tell-agents.ts';
import { tell } from '../../operator/tell.ts';
import { toldView } from '../../operator/views/told-agents.ts';
import type { CliDeps } from '../cli-deps.ts';
import type { GlobalOptions } from '../home/home-config.ts';
import { withHome } from '../home/opened-home.ts';
import { reject, valueOf } from '../output/command-failure.ts';
import { withJson } from '../output/listing.ts';
import { printJson, printLines } from '../output/printing.ts';

interface Options extends GlobalOptions {
  readonly all?: boolean;
}

/** Names that stand in a line. */
const NAMES_SHOWN = 10;

export function addTell(command: Command, deps: CliDeps): void {
  withJson(command)
    .option('--all', 'every agent that lives, the dormant ones too; then the text is the only argument')
    .action(async (first: string | undefined, second: string | undefined) => {
      const { json, all = false } = command.optsWithGlobals<Options>();
      if (all && second !== undefined)
        reject('invalid_value', 'with --all name no agent: bp-agents tell --all "TEXT"', { field: 'all' });
      if (first === undefined || (!all && second === undefined))
        reject('missing_field', 'say whom, and what: bp-agents tell AGENT "TEXT", or tell --all "TEXT"', {
          field: 'text',
        });
      const told = await withHome(deps, command, ({ economy }) =>
        valueOf(tell(economy, all ? null : first, all ? first : (second ?? ''))),
      );
      if (json) printJson(deps.stdout, toldView(told));
      else printLines(deps.stdout, lines(told));
    });
}

function lines({ told, full }: ToldAgents): readonly string[] {
  const names = named(told.map(({ agentId }) => agentId));
  return [
    `told ${names}; ${told.length === 1 ? 'it reads that when it runs' : 'they read that when they run'} next`,
    ...(full.length > 0 ? [`not told, with no room for another message of yours: ${named(full)}`] : []),
  ];
}

function named(ids: readonly string[]): string {
  const rest = ids.length - NAMES_SHOWN;
  return `${ids.slice(0, NAMES_SHOWN).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

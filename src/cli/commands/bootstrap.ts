import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { parseNewAgentId } from '../../domain/ids.ts';
import { databasePath } from '../../config/home-places.ts';
import { parseAmount, parseBundleText } from '../input/arguments.ts';
import type { CliDeps } from '../cli-deps.ts';
import { reject, valueOf } from '../output/command-failure.ts';
import { GENESIS, madeAgentView, makeAgentAndLay, type AgentOrder } from '../../operator/make-agent.ts';
import { homeDirectory, type GlobalOptions } from '../home/home-config.ts';
import { withHome } from '../home/opened-home.ts';
import { withJson } from '../output/listing.ts';
import { madeAgentLines } from '../output/made-agent-lines.ts';
import { printJson, printLines } from '../output/printing.ts';

interface Options extends GlobalOptions {
  readonly id: string;
  readonly from?: string;
  readonly overwrite?: boolean;
  readonly credits?: string;
  readonly bid?: string;
  readonly bundle?: string;
}

export function addBootstrap(command: Command, deps: CliDeps): void {
  withJson(command)
    .option('--id <id>', 'of the agent', GENESIS)
    .option('--from <dir>', 'its files; otherwise those of Genesis, or what a revived agent has in its workspace')
    .option('--overwrite', 'of a revived agent: also files that were changed since they were given')
    .option('--credits <n>', 'what it is granted (default: economy.initial_credit_budget)')
    .option('--bid <amount>', 'of its first bid (default: the reserve × economy.bootstrap.bid_over_reserve)')
    .option('--bundle <bundle>', 'of its first bid, such as cpu_seconds=1,memory_mb=64,tokens=0,attention=1')
    .action(async () => {
      const { json, ...options } = command.optsWithGlobals<Options>();
      const order = readOrder(options);
      const directory = homeDirectory(deps, options);
      const isNew = !existsSync(databasePath(directory));
      const making = { ...deps, workspaces: deps.engine };
      const made = await withHome(deps, command, async (home) => valueOf(await makeAgentAndLay(making, home, order)), {
        create: true,
      });
      if (json) printJson(deps.stdout, madeAgentView(made));
      else printLines(deps.stdout, [...(isNew ? [`made an economy in ${directory}`] : []), ...madeAgentLines(made)]);
    });
}

function readOrder({ id, from, overwrite, credits, bid, bundle }: Options): AgentOrder {
  if (from?.trim() === '') reject('empty', '--from must be a folder, not empty', { field: 'from' });
  return {
    id: valueOf(parseNewAgentId(id)),
    from,
    overwrites: overwrite,
    credits: credits === undefined ? undefined : valueOf(parseAmount(credits, 'credits')),
    amount: bid === undefined ? undefined : valueOf(parseAmount(bid, 'bid')),
    bundle: bundle === undefined ? undefined : valueOf(parseBundleText(bundle)),
  };
}

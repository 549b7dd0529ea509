import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { databasePath } from '../../config/home-places.ts';
import { parseNewAgentId } from '../../domain/ids.ts';
import type { Program } from '../../domain/template.ts';
import { makeResident, residentView, type ResidentOrder } from '../../operator/new-agent.ts';
import { FolderShelf } from '../../operator/templates/template-shelf.ts';
import { sanitiseLine } from '../../terminal/sanitise.ts';
import type { CliDeps } from '../cli-deps.ts';
import { homeDirectory, type GlobalOptions } from '../home/home-config.ts';
import { withHome } from '../home/opened-home.ts';
import { parseAmount } from '../input/arguments.ts';
import { reject, valueOf } from '../output/command-failure.ts';
import { withJson } from '../output/listing.ts';
import { printJson, printLines } from '../output/printing.ts';
import { residentLines } from '../output/template-lines.ts';

interface Options extends GlobalOptions {
  readonly template: string;
  readonly model?: string;
  readonly bid?: string;
  readonly credits?: string;
}

const MODEL_CHARS_MAX = 200;

export function addAgentNew(agent: Command, deps: CliDeps): void {
  withJson(
    agent
      .command('new')
      .argument('<name>', 'its id, such as ada')
      .description('make an agent of a template: bring its program, then place its first bid; also while a run goes on')
      .requiredOption('--template <template>', 'one of bp-agents agent templates')
      .option('--model <model>', 'what it asks (default: the first model of this home in its format)')
      .option('--bid <amount>', 'of its first bid (default: what the market asks of a newcomer)')
      .option('--credits <n>', 'what it is granted (default: economy.initial_credit_budget)'),
  ).action(async (name: string, _options, command: Command) => {
    const options = command.optsWithGlobals<Options>();
    const order = readOrder(deps, name, options);
    const directory = homeDirectory(deps, options);
    const isNew = !existsSync(databasePath(directory));
    const { json } = options;
    const tell = (line: string) => printLines(json ? deps.stderr : deps.stdout, [line]);
    const made = await withHome(
      deps,
      command,
      async (home) => {
        const install = (program: Program) =>
          deps.engine.bringProgram(home, { program, onLine: progress(program, tell) }, deps.interrupt);
        return valueOf(await makeResident({ install }, home, order));
      },
      { create: true },
    );
    if (json) printJson(deps.stdout, residentView(made));
    else printLines(deps.stdout, [...(isNew ? [`made an economy in ${directory}`] : []), ...residentLines(made)]);
  });
}

/** What is told while a program is brought, and nothing where it is there already. Lines are data of others. */
function progress({ name, version }: Program, tell: (line: string) => void): (line: string) => void {
  let isBegun = false;
  return (line) => {
    if (!isBegun) tell(`bringing ${name} ${version} to the engine, once for all agents of it:`);
    isBegun = true;
    if (line.trim() !== '') tell(`  ${sanitiseLine(line)}`);
  };
}

function readOrder({ runtimeDirectory }: CliDeps, name: string, { template, model, bid, credits }: Options) {
  if (model?.trim() === '') reject('empty', '--model must be the name of a model, not empty', { field: 'model' });
  if (model !== undefined && model.length > MODEL_CHARS_MAX)
    reject('too_large', `--model must have at most ${MODEL_CHARS_MAX} characters`, { field: 'model' });
  return {
    id: valueOf(parseNewAgentId(name)),
    template: valueOf(new FolderShelf(runtimeDirectory).known(template)),
    model,
    amount: bid === undefined ? undefined : valueOf(parseAmount(bid, 'bid')),
    credits: credits === undefined ? undefined : valueOf(parseAmount(credits, 'credits')),
  } satisfies ResidentOrder;
}

import type { Command } from 'commander';
import { parseId } from '../../domain/ids.ts';
import { skipPrompt } from '../../economy/end-prompt.ts';
import type { CliDeps } from '../deps.ts';
import { valueOf } from '../failure.ts';
import { withHome, type GlobalOptions } from '../home.ts';
import { withJson } from '../listing.ts';
import { printEnded } from './prompts.ts';

export function addSkip(program: Command, deps: CliDeps): void {
  withJson(program.command('skip').description('end the open prompt without marks: no reward and no refund'))
    .argument('<prompt>', 'such as prompt_3')
    .action(async (prompt: string, _options, command: Command) => {
      const { json } = command.optsWithGlobals<GlobalOptions>();
      const promptId = valueOf(parseId('prompt', prompt));
      await withHome(deps, command, ({ economy }) => {
        valueOf(skipPrompt(economy, promptId));
        printEnded(deps, economy, promptId, json);
      });
    });
}

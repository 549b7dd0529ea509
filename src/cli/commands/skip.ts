import type { Command } from 'commander';
import { parseId } from '../../domain/ids.ts';
import { skipPrompt } from '../../economy/attention/end-prompt.ts';
import type { CliDeps } from '../cli-deps.ts';
import { valueOf } from '../output/command-failure.ts';
import type { GlobalOptions } from '../home/home-config.ts';
import { withHome } from '../home/opened-home.ts';
import { withJson } from '../output/listing.ts';
import { printEnded } from './prompts.ts';

export function addSkip(command: Command, deps: CliDeps): void {
  withJson(command).action(async (prompt: string) => {
    const { json } = command.optsWithGlobals<GlobalOptions>();
    const promptId = valueOf(parseId('prompt', prompt));
    await withHome(deps, command, ({ economy }) => {
      printEnded(deps, economy, valueOf(skipPrompt(economy, promptId)), json);
    });
  });
}

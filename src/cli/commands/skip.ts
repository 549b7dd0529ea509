import type { Command } from 'commander';
import { parseId } from '../../domain/ids.ts';
import { skipPrompt } from '../../economy/attention/end-prompt.ts';
import type { CliDeps } from '../deps.ts';
import { valueOf } from '../failure.ts';
import { withHome, type GlobalOptions } from '../home.ts';
import { withJson } from '../listing.ts';
import { printEnded } from './prompts.ts';

export function addSkip(command: Command, deps: CliDeps): void {
  withJson(command).action(async (prompt: string) => {
    const { json } = command.optsWithGlobals<GlobalOptions>();
    const promptId = valueOf(parseId('prompt', prompt));
    await withHome(deps, command, ({ economy }) => {
      valueOf(skipPrompt(economy, promptId));
      printEnded(deps, economy, promptId, json);
    });
  });
}

import type { Command } from 'commander';
import { parseId } from '../../domain/ids.ts';
import { scorePrompt } from '../../economy/attention/end-prompt.ts';
import { parseMark } from '../input/arguments.ts';
import type { CliDeps } from '../cli-deps.ts';
import { valueOf } from '../output/command-failure.ts';
import type { GlobalOptions } from '../home/home-config.ts';
import { withHome } from '../home/opened-home.ts';
import { withJson } from '../output/listing.ts';
import { printEnded } from './prompts.ts';

interface Options extends GlobalOptions {
  readonly reason?: string;
}

export function addScore(command: Command, deps: CliDeps): void {
  withJson(command)
    .option('--reason <text>', 'what the agent should know')
    .action(async (prompt: string, first: string, second: string, third: string) => {
      const { json, reason } = command.optsWithGlobals<Options>();
      const promptId = valueOf(parseId('prompt', prompt));
      const scores = {
        interesting: valueOf(parseMark(first, 'interesting')),
        useful: valueOf(parseMark(second, 'useful')),
        understandable: valueOf(parseMark(third, 'understandable')),
      };
      await withHome(deps, command, ({ economy }) => {
        printEnded(deps, economy, valueOf(scorePrompt(economy, promptId, scores, reason ?? null)), json);
      });
    });
}

import type { Command } from 'commander';
import { parseId } from '../../domain/ids.ts';
import { scorePrompt } from '../../economy/end-prompt.ts';
import { parseMark } from '../arguments.ts';
import type { CliDeps } from '../deps.ts';
import { reject, valueOf } from '../failure.ts';
import { withHome, type GlobalOptions } from '../home.ts';
import { withJson } from '../listing.ts';
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
      await withHome(deps, command, ({ economy, config }) => {
        checkReason(reason, config.attention.reason_chars_max);
        valueOf(scorePrompt(economy, promptId, scores, reason?.trim() === '' ? null : (reason ?? null)));
        printEnded(deps, economy, promptId, json);
      });
    });
}

function checkReason(reason: string | undefined, charsMax: number): void {
  if (reason !== undefined && reason.length > charsMax)
    reject('too_large', `reason must be at most ${charsMax} characters, not ${reason.length}`, { field: 'reason' });
}

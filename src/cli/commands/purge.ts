import type { Command } from 'commander';
import { isAgentId, parseId } from '../../domain/ids.ts';
import { lockOutRuns } from '../../economy/home/open-home.ts';
import { endedPrompt } from '../../economy/privacy/purge-prompt.ts';
import type { Home } from '../../operator/home.ts';
import { closedRequest } from '../../economy/privacy/purge-request.ts';
import {
  purgeOldText,
  purgeTextOfAgent,
  purgeTextOfPrompt,
  purgeTextOfRequest,
  type Purged,
} from '../../operator/purge.ts';
import { knownAgent } from '../../operator/views/known-agent.ts';
import type { CliDeps } from '../cli-deps.ts';
import type { GlobalOptions } from '../home/home-config.ts';
import { withHome } from '../home/opened-home.ts';
import { confirmed } from '../input/confirmation.ts';
import { reject, valueOf } from '../output/command-failure.ts';
import { withJson } from '../output/listing.ts';
import { printJson, printLines } from '../output/printing.ts';

interface Options extends GlobalOptions {
  readonly agent?: boolean;
  readonly prompt?: boolean;
  readonly workspace?: boolean;
  readonly yes?: boolean;
}

const REQUEST = 'request_';

/** What is to be purged; undefined: what is kept no longer. */
type Target =
  | { readonly kind: 'agent'; readonly agentId: string; readonly workspace: boolean }
  | { readonly kind: 'prompt'; readonly promptId: number }
  | { readonly kind: 'request'; readonly requestId: number }
  | undefined;

export function addPurge(command: Command, deps: CliDeps): void {
  withJson(command)
    .option('--agent', 'the target is an agent')
    .option('--prompt', 'the target is a prompt')
    .option('--workspace', "the agent's folder, too; only of a dead agent, and not while a run goes on")
    .option('--yes', 'do not ask')
    .action(async (text: string | undefined) => {
      const options = command.optsWithGlobals<Options>();
      const target = targetOf(text, options);
      const purged = await withHome(deps, command, async (home) => {
        if (target !== undefined && !options.yes) {
          // Nobody is asked about what is refused anyway.
          if (target.kind === 'agent') valueOf(knownAgent(home.economy, target.agentId));
          else if (target.kind === 'prompt') valueOf(endedPrompt(home.economy, target.promptId));
          else valueOf(closedRequest(home.economy, target.requestId));
          if (!(await confirmed(deps, question(target)))) return undefined;
        }
        return purge(home, target);
      });
      if (purged === undefined) printLines(deps.stderr, ['nothing was purged']);
      else if (options.json) printJson(deps.stdout, purged);
      else printLines(deps.stdout, lines(purged, target));
    });
}

/** An agent can be called `3`, and so can a prompt, for short. */
function targetOf(text: string | undefined, { agent, prompt, workspace = false }: Options): Target {
  if (agent && prompt) reject('invalid_value', 'name one target, with --agent or with --prompt', { field: 'target' });
  if (text === undefined) {
    if (agent || prompt || workspace) reject('missing_field', 'name an agent or a prompt', { field: 'target' });
    return undefined;
  }
  if (text.startsWith(REQUEST)) {
    if (agent || prompt || workspace) reject('invalid_value', `${text} is a request`, { field: 'target' });
    return { kind: 'request', requestId: valueOf(parseId('request', text)) };
  }
  const promptId = parseId('prompt', text);
  if (promptId.ok && isAgentId(text) && !agent && !prompt)
    reject('invalid_value', `${text} may be an agent or a prompt: say --agent or --prompt`, { field: 'target' });
  const isPrompt = prompt ?? (promptId.ok && !agent);
  if (!isPrompt && !isAgentId(text))
    reject(
      'invalid_id',
      'expected an agent such as genesis, a prompt such as prompt_3, or a request such as request_3',
      { field: 'target' },
    );
  if (!isPrompt) return { kind: 'agent', agentId: text, workspace };
  if (workspace) reject('invalid_value', '--workspace is for agents', { field: 'workspace' });
  return { kind: 'prompt', promptId: valueOf(promptId) };
}

function question(target: Exclude<Target, undefined>): string {
  if (target.kind === 'request')
    return `Take away the text of request_${target.requestId}? It can not be brought back.`;
  if (target.kind === 'prompt') return `Take away the text of prompt_${target.promptId}? It can not be brought back.`;
  const folder = target.workspace ? ' and its folder' : '';
  return `Take away all text of ${target.agentId} that is over${folder}? It can not be brought back.`;
}

function purge(home: Home, target: Target): Purged {
  if (target === undefined) return purgeOldText(home);
  if (target.kind === 'prompt') return valueOf(purgeTextOfPrompt(home, target.promptId));
  if (target.kind === 'request') return valueOf(purgeTextOfRequest(home, target.requestId));
  if (!target.workspace) return valueOf(purgeTextOfAgent(home, target.agentId, target));
  // A run may have the folder mounted or be about to, where somebody revives the agent.
  const lock = lockOutRuns(home.directory, process.pid, 'purge');
  try {
    return valueOf(purgeTextOfAgent(home, target.agentId, target));
  } finally {
    lock.release();
  }
}

function lines(purged: Purged, target: Target): readonly string[] {
  const { removed, kept, log_emptied: isEmptied, backups, workspace_removed: hasNoFolder } = purged;
  const counts = Object.entries(removed).filter(([, count]) => count > 0);
  const what = counts.map(([kind, count]) => counted(kind.replaceAll('_', ' '), count)).join(', ');
  const name = purged.target ?? 'what is kept no longer';
  return [
    `${name}: ${what === '' ? 'there was no text to take away' : `purged ${what}`}${hasNoFolder ? ', and its folder' : ''}`,
    ...(kept.length > 0 ? [`not over, and kept: ${kept.join(', ')}; purge ${name} again when they are`] : []),
    ...(target?.kind === 'agent' && !hasNoFolder
      ? [`its folder workspaces/agent-${target.agentId} is as it was; --workspace removes that of a dead agent`]
      : []),
    ...(isEmptied ? [] : ['another process is reading the database: its log still has the text until that ends']),
    ...(backups > 0 ? [`${copies(backups)} in .bp-agents/backups made before, and all elsewhere, have it still`] : []),
  ];
}

function counted(nouns: string, count: number): string {
  return `${count} ${count === 1 ? nouns.slice(0, -1) : nouns}`;
}

function copies(count: number): string {
  return count === 1 ? '1 copy' : `${count} copies`;
}

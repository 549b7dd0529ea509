import type { Command } from 'commander';
import { formatId, parseId } from '../../domain/ids.ts';
import type { EndedPrompt } from '../../economy/attention/end-prompt.ts';
import { noteAttention } from '../../economy/attention/note-attention.ts';
import { welcomeHuman } from '../../economy/attention/prompt-slot.ts';
import { findPrompt, openPrompt, promptView } from '../../economy/views/prompt-view.ts';
import { answeredLine, answeredPrompt } from '../../operator/answered-prompt.ts';
import { answeredRequest, type AnsweredRequest } from '../../operator/views/answered-request.ts';
import { promptList, type PromptView } from '../../operator/views/prompt-list.ts';
import { fileLines, filesTotal } from '../../terminal/handed-files.ts';
import { promptFrame } from '../../terminal/prompt-frame.ts';
import type { CliDeps } from '../cli-deps.ts';
import { valueOf } from '../output/command-failure.ts';
import type { Home } from '../../operator/home.ts';
import { withHome } from '../home/opened-home.ts';
import { LIMIT_OPTION, limitOf, printList, withJson, type ListOptions } from '../output/listing.ts';
import { printJson, printLines, tableLines, type Column } from '../output/printing.ts';

interface Options extends ListOptions {
  readonly open?: boolean;
  readonly agent?: string;
}

const FRAME_COLUMNS = 100;
/** In the place of text that was let go of. */
const PURGED = '(purged)';

const COLUMNS: readonly Column<PromptView>[] = [
  { title: 'prompt', value: ({ id }) => id },
  { title: 'agent', value: ({ agent_id: agent }) => agent },
  { title: 'status', value: ({ status }) => status },
  { title: 'marks', value: ({ scores }) => scores && Object.values(scores).join(' ') },
  { title: 'reward', value: ({ reward }) => reward, right: true },
  { title: 'refund', value: ({ refund }) => refund, right: true },
  { title: 'took', value: ({ attention_seconds: seconds }) => took(seconds), right: true },
  { title: 'title', value: ({ title, purged_at: purged }) => (purged === null ? title : PURGED) },
  { title: 'files', value: ({ files }) => (files.length === 0 ? null : files.length), right: true },
  { title: 'reason', value: ({ reason }) => reason },
];

/** `48 s`, of the human's time. */
function took(seconds: number | null): string | null {
  return seconds === null ? null : `${Math.round(seconds)} s`;
}

const REQUEST_COLUMN: Column<PromptView> = { title: 'request', value: ({ request_id: request }) => request };

/** Which request a prompt answers is told where any of them does. */
export function promptColumns(prompts: readonly PromptView[]): readonly Column<PromptView>[] {
  if (prompts.every(({ request_id: request }) => request === null)) return COLUMNS;
  return [...COLUMNS.slice(0, 2), REQUEST_COLUMN, ...COLUMNS.slice(2)];
}

export function addPrompts(command: Command, deps: CliDeps): void {
  withJson(command)
    .option('--open', 'only the one that waits for your marks')
    .option('--agent <id>', 'only those of this agent')
    .option(...LIMIT_OPTION)
    .action(async () => {
      const options = command.optsWithGlobals<Options>();
      const limit = limitOf(options);
      const { prompts, requests } = await withHome(deps, command, ({ economy }) => {
        if (!options.json) welcomeHuman(economy);
        const found = valueOf(promptList(economy, { ...options, limit }));
        const open = openPrompt(economy);
        // Whoever reads the letter here is at it from now on.
        if (!options.json && open && found.some(({ id }) => id === formatId('prompt', open.id)))
          noteAttention(economy, open.id, 'shown');
        return { prompts: found, requests: found.filter(isWaiting).map(({ id }) => requestOf(economy, id)) };
      });
      if (options.json) printJson(deps.stdout, prompts);
      else show(deps, prompts, requests, options, limit);
    });
}

/** The ended ones as a table, then in full what waits. */
function show(
  deps: CliDeps,
  prompts: readonly PromptView[],
  /** Which the waiting ones answer. */
  requests: readonly (AnsweredRequest | undefined)[],
  { open }: Options,
  limit: number,
): void {
  const waiting = prompts.filter(isWaiting).map((prompt, index) => ({ ...prompt, request: requests[index] }));
  const ended = prompts.filter((prompt) => !isWaiting(prompt));
  if (waiting.length === 0 && ended.length === 0) printLines(deps.stdout, [open ? 'no prompt is open' : 'no prompts']);
  if (ended.length > 0) printList(deps, ended, { json: false, columns: promptColumns(ended), limit, none: '' });
  // The open one stands at the end, where the eye is.
  for (const view of waiting.reverse()) {
    const columns = Math.min(FRAME_COLUMNS, deps.stdout.columns || FRAME_COLUMNS);
    const next =
      view.status === 'open'
        ? `bp-agents score ${view.id} INTERESTING USEFUL UNDERSTANDABLE [--reason TEXT], each mark 0 to 10; or bp-agents skip ${view.id}`
        : `${view.id} waits for its turn`;
    // What waits has its text.
    const frame = promptFrame({ ...view, content: view.content ?? PURGED }, columns);
    printLines(deps.stdout, ['', ...frame, next]);
  }
}

function isWaiting({ status }: PromptView): boolean {
  return status === 'open' || status === 'queued';
}

function requestOf(economy: Home['economy'], promptId: string): AnsweredRequest | undefined {
  const prompt = findPrompt(economy, valueOf(parseId('prompt', promptId)));
  return prompt && answeredRequest(economy, prompt);
}

/** What it brought, and how that is had. */
function filesLines({ id, files }: PromptView): readonly string[] {
  if (files.length === 0) return [];
  const how = files.every(({ kept }) => kept) ? `bp-agents take ${id} DIR` : 'kept no longer';
  return [`it brought ${filesTotal(files)}: ${how}`, ...fileLines(files, FRAME_COLUMNS).map((line) => `│ ${line}`)];
}

/** How one prompt ended, for the commands that end it. */
export function printEnded(
  deps: CliDeps,
  economy: Home['economy'],
  ended: EndedPrompt,
  json: boolean | undefined,
): void {
  const prompt = findPrompt(economy, ended.promptId);
  if (!prompt) throw new Error(`prompt ${ended.promptId} is gone`);
  const view = promptView(prompt);
  if (json) {
    printJson(deps.stdout, view);
    return;
  }
  const next = view.next_bid === null ? [] : [`its next bid: ${view.next_bid.status}, ${view.next_bid.detail}`];
  const done = answeredLine(answeredPrompt(economy, ended));
  printLines(deps.stdout, [...tableLines([view], promptColumns([view])), done, ...next, ...filesLines(view)]);
}

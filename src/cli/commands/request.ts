import type { Command } from 'commander';
import { formatId, parseId } from '../../domain/ids.ts';
import { requestView } from '../../economy/views/request-view.ts';
import { findPrompt } from '../../economy/views/prompt-view.ts';
import { closeAsked } from '../../operator/ask.ts';
import type { CliDeps } from '../cli-deps.ts';
import type { GlobalOptions } from '../home/home-config.ts';
import { withHome } from '../home/opened-home.ts';
import { valueOf } from '../output/command-failure.ts';
import { withJson } from '../output/listing.ts';
import { printJson, printLines, tableLines } from '../output/printing.ts';
import { sanitiseText } from '../../terminal/sanitise.ts';
import { wholeRequest, type WholeRequest } from '../../operator/views/request-list.ts';
import { promptColumns } from './prompts.ts';
import { printLeftOver } from './requests.ts';

interface Options extends GlobalOptions {
  readonly answeredBy?: string;
}

/** What the operator wrote is shown whole, as far as a screen can bear. */
const TEXT = { charsMax: 262_144, linesMax: 1000 };

export function addRequest(request: Command, deps: CliDeps): void {
  addClose(request, deps);
  withJson(request).action(async (text: string) => {
    const { json } = request.optsWithGlobals<GlobalOptions>();
    const requestId = valueOf(parseId('request', text));
    const view = await withHome(deps, request, ({ economy }) => valueOf(wholeRequest(economy, requestId)));
    if (json) printJson(deps.stdout, view);
    else printLines(deps.stdout, lines(view));
  });
}

function lines({ id, status, until, closed_at: closed, answered_by: answer, ...view }: WholeRequest) {
  const { published_at: published, text, files, last_prompts: prompts, prompts: count } = view;
  const facts = [
    `${id} is ${status}`,
    `published ${published}`,
    ...(closed === null ? [] : [`closed ${closed}`]),
    ...(closed === null && until !== null ? [`closes ${until}`] : []),
    ...(answer === null ? [] : [`answered by ${answer}`]),
    count === 1 ? '1 prompt for it' : `${count} prompts for it`,
  ];
  return [
    facts.join(' · '),
    '',
    ...(text === null ? ['(purged)'] : sanitiseText(text, TEXT)),
    ...(files.length > 0 ? ['', ...files.map((path) => (closed === null ? path : `${path} (taken away)`))] : []),
    ...(prompts.length > 0 ? ['', ...tableLines(prompts, promptColumns(prompts))] : []),
  ];
}

function addClose(request: Command, deps: CliDeps): void {
  withJson(
    request
      .command('close')
      .argument('<request>', 'such as request_3')
      .description('close a request: no prompt can answer it any more, and its files are taken away')
      .option('--answered-by <prompt>', 'the prompt that you take for its answer, such as prompt_3'),
  ).action(async (text: string, _options, command: Command) => {
    const { json, answeredBy } = command.optsWithGlobals<Options>();
    const requestId = valueOf(parseId('request', text));
    const promptId = answeredBy === undefined ? null : valueOf(parseId('prompt', answeredBy));
    const { view, leftOver, other } = await withHome(deps, command, (home) => {
      const closed = valueOf(closeAsked(home, requestId, promptId));
      const named = promptId === null ? null : (findPrompt(home.economy, promptId)?.requestId ?? null);
      return {
        ...closed,
        view: requestView(home.economy, closed.request),
        other: named === null || named === requestId ? undefined : formatId('request', named),
      };
    });
    printLeftOver(deps, leftOver);
    if (json) {
      printJson(deps.stdout, view);
      return;
    }
    const answer = view.answered_by === null ? '' : `, answered by ${view.answered_by}`;
    const aside = other === undefined ? '' : `, which was submitted for ${other}`;
    printLines(deps.stdout, [`${view.id} is closed${answer}${aside}`]);
  });
}

import type { RunSummary } from '../operator/run-tally.ts';
import { sanitiseLine } from './sanitise.ts';

/** What a run came to, what still waits and how to go on, for a terminal. `calledAs`: what calls the program. */
export function summaryLines(summary: RunSummary, calledAs: string): readonly string[] {
  const { issued, held, prompts } = summary;
  const answers = [
    counted(prompts.scored, 'prompt marked', 'prompts marked'),
    ...(prompts.skipped > 0 ? [`${prompts.skipped} skipped`] : []),
    ...(prompts.expired > 0 ? [`${prompts.expired} expired`] : []),
  ];
  return [
    '',
    `This run: ${runText(summary)}; ${answers.join(', ')}.`,
    `Credits: ${amount(issued)} issued in this run; agents have ${amount(held)} now.`,
    waitingText(summary),
    ...commandLines(summary, calledAs),
  ];
}

/** The same in one line. */
export function summaryLine(summary: RunSummary, calledAs: string): string {
  const [open] = summary.waiting;
  const waits = open ? `; ${open.id} from ${sanitiseLine(open.agent_id, 60)} waits: ${calledAs} prompts` : '';
  return `${runText(summary)}, ${counted(summary.prompts.scored, 'prompt', 'prompts')} marked, ${amount(summary.held)} credits held${waits}`;
}

function runText({ cycles, executions, failed }: RunSummary): string {
  const ended = failed === 0 ? '' : ` (${failed} not completed)`;
  return `${counted(cycles, 'cycle', 'cycles')}, ${counted(executions, 'execution', 'executions')}${ended}`;
}

function waitingText({ waiting: [open, ...deck] }: RunSummary): string {
  if (!open) return 'Nothing waits for you.';
  const more = deck.length === 0 ? '' : `, and ${counted(deck.length, 'prompt', 'prompts')} behind it`;
  return `${open.id} from ${sanitiseLine(open.agent_id, 60)} waits for your marks${more}.`;
}

/** How to go on. */
function commandLines({ waiting: [open] }: RunSummary, calledAs: string): readonly string[] {
  const commands = [
    ...(open ? [['prompts', 'shows it'] as const] : []),
    ...(open?.status === 'open' ? [[`score ${open.id} 7 8 9`, 'marks it'] as const] : []),
    ['run', 'goes on from here'] as const,
  ];
  const width = Math.max(...commands.map(([words]) => words.length));
  return commands.map(([words, meaning]) => `  ${calledAs} ${words.padEnd(width)}  ${meaning}`);
}

function counted(count: number, one: string, more: string): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? one : more}`;
}

function amount(credits: number): string {
  return credits.toLocaleString('en-US', { maximumFractionDigits: 2 });
}

import { RESOURCES, type Resource } from '../domain/resources.ts';
import { humanTimeText, isLimited } from '../domain/minutes-text.ts';
import { filesTotal } from './handed-files.ts';
import { fitting, labelled, packed } from './packed.ts';
import { sanitiseLine } from './sanitise.ts';
import { spendingLines } from './spending-lines.ts';
import { cutLine, line, textOf, wrapLine, type Line } from './styled.ts';
import type { ShownEconomy } from './view.ts';

const SHORT: Readonly<Record<Resource, string>> = {
  cpu_seconds: 'cpu',
  memory_mb: 'memory',
  tokens: 'tokens',
  attention: 'attention',
};
/** A name, a bar, a share and what it is of fit beside a price in this. */
const WIDE_COLUMNS = 60;

/** The economy on a few lines, none wider than that. `elapsedMs`: since the view was true. */
export function liveViewLines(view: ShownEconomy, elapsedMs: number, columns: number): readonly Line[] {
  const row = (label: string, parts: readonly string[]) =>
    labelled(
      label,
      parts.map((part) => line(part)),
      columns,
    );
  return [
    ...packed(headline(view, elapsedMs), columns),
    ...(view.notice === null ? [] : wrapLine(line(`! ${sanitiseLine(view.notice)}`, 'warn'), columns)),
    ...row('agents', [`${view.agents.alive} alive`, `${view.agents.dormant} dormant`, `${view.agents.dead} dead`]),
    ...row('credits', credits(view)),
    ...RESOURCES.flatMap((resource) => row(resource, market(resource, view, columns))),
    ...spendingLines(view.spending).flatMap((text) => wrapLine(line(text), columns)),
    ...row('prompt', openPrompt(view, elapsedMs)),
    ...(isLimited(view.human_time) ? row('your time', [humanTimeText(view.human_time)]) : []),
    ...row('running', running(view, elapsedMs)),
    ...(view.coming === null ? [] : row('next', [sanitiseLine(view.coming)])),
  ].map((one) => cutLine(one, columns));
}

/** The same in few lines, for when there is a letter to be read. */
export function shortViewLines(
  view: ShownEconomy,
  elapsedMs: number,
  { columns, rows }: { readonly columns: number; readonly rows: number },
): readonly Line[] {
  return fitting(shortParts(view, elapsedMs), columns, rows);
}

/** The same in one line of plain text. */
export function statusLine(view: ShownEconomy, elapsedMs: number): string {
  return shortParts(view, elapsedMs).map(textOf).join(' · ');
}

/** The most important first. */
function shortParts(view: ShownEconomy, elapsedMs: number): readonly Line[] {
  const { open_prompt: open, prompts } = view;
  const sold = RESOURCES.filter((resource) => resource !== 'attention' && view.markets[resource].supply > 0);
  return [
    ...headline(view, elapsedMs),
    ...(open ? [line(`${open.id} expires in ${duration(open.expires_in_ms - elapsedMs)}`)] : []),
    ...(prompts.queued > 0 ? [line(`${prompts.queued} on deck`)] : []),
    ...(isLimited(view.human_time) ? [line(humanTimeText(view.human_time))] : []),
    line(`${view.agents.alive} alive`),
    line(`${view.running.length} running`),
    ...sold.map((resource) => line(`${SHORT[resource]} ${percent(view.markets[resource].utilisation)}`)),
    ...(view.notice === null ? [] : [line(sanitiseLine(view.notice), 'warn')]),
    line(`${rounded(view.credits.held)} credits held`),
  ];
}

function headline(view: ShownEconomy, elapsedMs: number): readonly Line[] {
  const cycle = line(`cycle ${view.cycle}`, 'strong');
  if (view.state !== 'running') return [cycle, line(view.state, 'warn')];
  if (view.next_cycle_in_ms === null) return [cycle, line('at work')];
  return [cycle, line(`next in ${duration(view.next_cycle_in_ms - elapsedMs)}`)];
}

function credits({ credits: sums }: ShownEconomy): readonly string[] {
  return [
    `${rounded(sums.held)} held`,
    `${rounded(sums.pending)} in bids`,
    `${rounded(sums.issued)} issued`,
    `${rounded(sums.burned)} burnt`,
  ];
}

function market(resource: Resource, view: ShownEconomy, columns: number): readonly string[] {
  const { price, supply, utilisation } = view.markets[resource];
  // What is never sold has no price.
  if (supply === 0) return [price > 0 ? 'none now: the budget for models is at its end' : 'not sold'];
  const share = `${bar(utilisation, columns < WIDE_COLUMNS ? 5 : 10)} ${percent(utilisation).padStart(5)}`;
  return [`${share} of ${supply.toLocaleString('en-US')}`, `${exact(price)} each`];
}

function openPrompt(
  { open_prompt: open, prompts, human_away: away }: ShownEconomy,
  elapsedMs: number,
): readonly string[] {
  return [
    ...(open ? promptParts(open, elapsedMs) : ['none']),
    ...(open && open.files.length > 0 ? [`with ${filesTotal(open.files)}`] : []),
    ...(prompts.queued > 0 ? [`${prompts.queued} waiting`] : []),
    ...(away ? ['you are away: press a key'] : []),
  ];
}

function promptParts(open: NonNullable<ShownEconomy['open_prompt']>, elapsedMs: number): readonly string[] {
  const request = open.request_id === null ? '' : ` for ${open.request_id}`;
  return [
    `${open.id} from ${sanitiseLine(open.agent_id, 60)}${request}`,
    `it expires in ${duration(open.expires_in_ms - elapsedMs)}`,
  ];
}

const RUNNING_SHOWN = 4;

function running({ running: executions }: ShownEconomy, elapsedMs: number): readonly string[] {
  if (executions.length === 0) return ['none'];
  const shown = executions
    .slice(0, RUNNING_SHOWN)
    .map(({ id, agent_id, running_ms }) => `${id} ${sanitiseLine(agent_id, 60)} ${duration(running_ms + elapsedMs)}`);
  const more = executions.length - shown.length;
  return more > 0 ? [...shown, `${more} more`] : shown;
}

function bar(share: number, columns: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * columns);
  return `${'█'.repeat(full)}${'░'.repeat(columns - full)}`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function exact(amount: number): string {
  return amount.toLocaleString('en-US', { maximumFractionDigits: 6 });
}

/** For a glance: the exact amounts are a command away. */
function rounded(amount: number): string {
  return amount.toLocaleString('en-US', { maximumFractionDigits: 2 });
}

function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  if (seconds < 100) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 100 ? `${minutes} min` : `${Math.floor(minutes / 60)} h`;
}

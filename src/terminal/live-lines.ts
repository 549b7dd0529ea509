import { RESOURCES, type Resource } from '../domain/resources.ts';
import { filesTotal } from './handed-files.ts';
import { sanitiseLine } from './sanitise.ts';
import { spendingLines } from './spending-lines.ts';
import type { ShownEconomy } from './view.ts';
import { cutToWidth, padToWidth } from './width.ts';

export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

/** Under this many columns or rows only the status line is shown. */
const COLUMNS_MIN = 40;
const ROWS_MIN = 8;
const EVENTS_SHOWN = 5;
const SHORT: Readonly<Record<Resource, string>> = {
  cpu_seconds: 'cpu',
  memory_mb: 'memory',
  tokens: 'tokens',
  attention: 'attention',
};

/** The economy on a few lines, none wider than the screen. `elapsedMs`: since the view was true. */
export function liveViewLines(view: ShownEconomy, elapsedMs: number, { columns, rows }: ScreenSize): readonly string[] {
  if (columns < COLUMNS_MIN || rows < ROWS_MIN) return [statusLine(view, elapsedMs, columns)];
  const body = [
    headline(view, elapsedMs),
    ...(view.notice === null ? [] : [`! ${sanitiseLine(view.notice)}`]),
    `agents      ${view.agents.alive} alive · ${view.agents.dormant} dormant · ${view.agents.dead} dead`,
    `credits     ${credits(view)}`,
    ...RESOURCES.map((resource) => marketLine(resource, view)),
    ...spendingLines(view.spending),
    `prompt      ${openPrompt(view, elapsedMs)}`,
    `running     ${running(view, elapsedMs, columns - 12)}`,
    ...view.events.slice(-EVENTS_SHOWN).map((event) => `· ${sanitiseLine(event)}`),
  ];
  return body.slice(0, rows - 1).map((line) => cutToWidth(line, columns));
}

/** The same in one line, for when a question is open. */
export function statusLine(view: ShownEconomy, elapsedMs: number, columns: number): string {
  const { open_prompt: open } = view;
  const parts = [
    headline(view, elapsedMs),
    ...(open ? [`expires in ${duration(open.expires_in_ms - elapsedMs)}`] : []),
    `${view.agents.alive} alive`,
    `${view.running.length} running`,
    ...RESOURCES.filter((resource) => resource !== 'attention' && view.markets[resource].supply > 0).map(
      (resource) => `${SHORT[resource]} ${percent(view.markets[resource].utilisation)}`,
    ),
    ...(view.notice === null ? [] : [sanitiseLine(view.notice)]),
  ];
  return cutToWidth(parts.join(' · '), columns);
}

function headline(view: ShownEconomy, elapsedMs: number): string {
  const cycle = `cycle ${view.cycle}`;
  if (view.state !== 'running') return `${cycle} · ${view.state}`;
  if (view.next_cycle_in_ms === null) return `${cycle} · at work`;
  return `${cycle} · next in ${duration(view.next_cycle_in_ms - elapsedMs)}`;
}

function credits({ credits: sums }: ShownEconomy): string {
  return [
    `${rounded(sums.held)} held`,
    `${rounded(sums.pending)} in bids`,
    `${rounded(sums.issued)} issued`,
    `${rounded(sums.burned)} burnt`,
  ].join(' · ');
}

function marketLine(resource: Resource, view: ShownEconomy): string {
  const { price, supply, utilisation } = view.markets[resource];
  const name = padToWidth(resource, 12);
  // What is never sold has no price.
  if (supply === 0) return `${name}${price > 0 ? 'none now: the budget for models is at its end' : 'not sold'}`;
  const unit = `${exact(price)} each`;
  return `${name}${bar(utilisation)} ${percent(utilisation).padStart(5)} of ${supply.toLocaleString('en-US')} · ${unit}`;
}

function openPrompt({ open_prompt: open, prompts, human_away: away }: ShownEconomy, elapsedMs: number): string {
  const parts = [
    open
      ? `${open.id} from ${sanitiseLine(open.agent_id, 60)}${open.request_id === null ? '' : ` for ${open.request_id}`}, expires in ${duration(open.expires_in_ms - elapsedMs)}`
      : 'none',
    ...(open && open.files.length > 0 ? [`with ${filesTotal(open.files)}`] : []),
    ...(prompts.queued > 0 ? [`${prompts.queued} waiting`] : []),
    ...(away ? ['you are away: press a key'] : []),
  ];
  return parts.join(' · ');
}

function running({ running: executions }: ShownEconomy, elapsedMs: number, columns: number): string {
  if (executions.length === 0) return 'none';
  const all = executions.map(
    ({ id, agent_id, running_ms }) => `${id} ${sanitiseLine(agent_id, 60)} ${duration(running_ms + elapsedMs)}`,
  );
  for (let shown = all.length; shown > 0; shown--) {
    const more = all.length > shown ? [`${all.length - shown} more`] : [];
    const line = [...all.slice(0, shown), ...more].join(' · ');
    if (line.length <= columns) return line;
  }
  return `${all.length}`;
}

const BAR_COLUMNS = 10;

function bar(share: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * BAR_COLUMNS);
  return `${'█'.repeat(full)}${'░'.repeat(BAR_COLUMNS - full)}`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function exact(credits: number): string {
  return credits.toLocaleString('en-US', { maximumFractionDigits: 6 });
}

/** For a glance: the exact amounts are a command away. */
function rounded(credits: number): string {
  return credits.toLocaleString('en-US', { maximumFractionDigits: 2 });
}

function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  if (seconds < 100) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 100 ? `${minutes} min` : `${Math.floor(minutes / 60)} h`;
}

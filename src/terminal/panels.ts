import { MINUTES_AT_ONCE } from '../domain/minutes-text.ts';
import type { EventLog } from './event-log.ts';
import { sanitiseLine } from './sanitise.ts';
import { line, wrapLine, type Line } from './styled.ts';
import type { ListedAgent, TerminalControls, WaitingPrompt } from './view.ts';
import { cutToWidth, displayWidth, padToWidth } from './width.ts';

/** What takes the letter's place while the human looks something up. */
export type PanelName = 'help' | 'agents' | 'log' | 'waiting';

export const PANEL_KEYS: Readonly<Record<string, PanelName>> = { '?': 'help', a: 'agents', l: 'log', n: 'waiting' };

const TITLES: Readonly<Record<PanelName, string>> = {
  help: 'keys',
  agents: 'agents',
  log: 'what happened',
  waiting: 'what waits for you',
};

export interface Panel {
  readonly name: PanelName;
  readonly title: string;
  readonly lines: (columns: number) => readonly Line[];
}

/** As things are now: what it lists is looked up here. */
export function openPanel(name: PanelName, { agents, waiting }: TerminalControls, log: EventLog): Panel {
  const title = TITLES[name];
  switch (name) {
    case 'help':
      return { name, title, lines: helpLines };
    case 'log':
      return { name, title, lines: (columns) => log.lines(columns) };
    case 'agents': {
      const listed = agents();
      return { name, title, lines: (columns) => agentLines(listed, columns) };
    }
    case 'waiting': {
      const listed = waiting();
      return { name, title, lines: (columns) => waitingLines(listed, columns) };
    }
  }
}

const HELP: readonly (readonly [keys: string, meaning: string])[] = [
  ['789 Enter', 'the three marks, interesting, useful and understandable; or 7 8 9, or each by itself'],
  ['Enter', 'after the marks: the reason, or none, and off it goes'],
  ['Backspace', 'on an empty line: takes the last mark back'],
  ['s Enter', 'skips the prompt: it earns nothing'],
  ['PgUp PgDn', 'a page of the letter; space and b where nothing is typed; ↑ ↓ or k j a line'],
  ['Esc', 'closes what stands over the letter; then puts the prompt off, which stays open meanwhile'],
  ['n', 'what waits for you; brings back a prompt that was put off'],
  ['p', 'pauses the market: nothing is launched, nothing ages; again: it goes on'],
  ['m', `listens for ${MINUTES_AT_ONCE} minutes more, where your minutes have an end`],
  ['a', 'the agents'],
  ['l', 'what happened so far'],
  ['Ctrl-Z', 'stops the program, until fg'],
  ['Ctrl-C', 'ends: what runs is settled, prompts stay open; twice: at once'],
  ['', 'Letters are keys while nothing is typed; in a reason they are letters.'],
];
const KEY_COLUMNS = 13;

function helpLines(columns: number): readonly Line[] {
  return HELP.flatMap(([keys, meaning]) => {
    const [first = [], ...more] = wrapLine(line(meaning), Math.max(2, columns - KEY_COLUMNS));
    const hanging = line(' '.repeat(KEY_COLUMNS));
    return [[...line(keys.padEnd(KEY_COLUMNS), 'strong'), ...first], ...more.map((one) => [...hanging, ...one])];
  });
}

interface Column {
  readonly title: string;
  readonly value: (agent: ListedAgent) => string;
  readonly isNumber: boolean;
}

/** The first are the most important: of what doesn't fit, the last are left out. */
const COLUMNS: readonly Column[] = [
  { title: 'agent', value: ({ id }) => sanitiseLine(id, 60), isNumber: false },
  { title: 'status', value: ({ status }) => status, isNumber: false },
  { title: 'credits', value: ({ available }) => amount(available), isNumber: true },
  { title: 'earned', value: ({ earned }) => amount(earned), isNumber: true },
  { title: 'ran', value: ({ executions }) => amount(executions), isNumber: true },
  { title: 'seen', value: ({ last_seen_cycle: cycle }) => (cycle === null ? '-' : amount(cycle)), isNumber: true },
  { title: 'parent', value: ({ parent }) => sanitiseLine(parent ?? '-', 60), isNumber: false },
];

function agentLines(agents: readonly ListedAgent[], columns: number): readonly Line[] {
  if (agents.length === 0) return wrapLine(line('no agents: bp-agents bootstrap makes genesis'), columns);
  const table = COLUMNS.map((column) => {
    const cells = [column.title, ...agents.map(column.value)];
    const width = Math.max(...cells.map(displayWidth));
    return cells.map((cell) => (column.isNumber ? `${padding(width, cell)}${cell}` : padToWidth(cell, width)));
  });
  let shown = table;
  const widthOf = (cells: typeof table) => cells.reduce((sum, column) => sum + displayWidth(column[0] ?? '') + 2, -2);
  while (shown.length > 2 && widthOf(shown) > columns) shown = shown.slice(0, -1);
  return Array.from({ length: agents.length + 1 }, (_, row) =>
    line(cutToWidth(shown.map((column) => column[row] ?? '').join('  '), columns), row === 0 ? 'dim' : undefined),
  );
}

function padding(width: number, cell: string): string {
  return ' '.repeat(Math.max(0, width - displayWidth(cell)));
}

function waitingLines(prompts: readonly WaitingPrompt[], columns: number): readonly Line[] {
  if (prompts.length === 0)
    return wrapLine(line('Nothing waits for you. A prompt is shown here as soon as one comes.'), columns);
  return prompts.flatMap(({ id, agent_id: agentId, title, status }) => {
    const about = `${id} from ${sanitiseLine(agentId, 60)}${status === 'open' ? ' has your attention' : ' is on deck'}`;
    return [
      ...wrapLine(line(about), columns),
      ...(title === null
        ? []
        : wrapLine(line(sanitiseLine(title, 500)), columns - 2).map((one) => [...line('│ ', 'dim'), ...one])),
    ];
  });
}

function amount(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 2 });
}

import type { EventLog } from './event-log.ts';
import { liveViewLines, shortViewLines } from './live-lines.ts';
import type { Pager } from './pager.ts';
import { fitting } from './packed.ts';
import { rule } from './prompt-frame.ts';
import type { CursorPlace, Picture, Row } from './screen.ts';
import { cutLine, EMPTY_LINE, line, type Line } from './styled.ts';
import type { ShownEconomy } from './view.ts';

/** Something that may be longer than its place: a letter, or a panel. */
export interface Pane {
  readonly title: string;
  readonly pager: Pager;
  readonly lines: (columns: number) => readonly Line[];
}

/** A question, and where in it the next letter goes. */
export interface Asked {
  readonly lines: readonly Line[];
  readonly cursor: CursorPlace;
}

/** All that there is to be seen. */
export interface Scene {
  readonly view: ShownEconomy | undefined;
  /** Milliseconds since the view was true. */
  readonly elapsedMs: number;
  readonly events: EventLog;
  /** What is read: it stands in the middle. */
  readonly pane: Pane | undefined;
  readonly question: ((columns: number) => Asked) | undefined;
  /** The keys that mean something now, the most important first. */
  readonly keys: readonly Line[];
}

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** From here on the economy stands beside what is read, under it above. */
const WIDE_COLUMNS = 110;
/** The least holds the page's address in one row, so that it can be copied. */
const SIDE_COLUMNS = { least: 46, most: 90 };
/** Longer lines are hard to read. */
const PANE_COLUMNS_MAX = 100;
/** Fewer rows than this are left to what is read alone. */
const ROWS_MIN = 10;

/** Where all of it stands on a screen of that size. */
export function pictureOf(scene: Scene, size: Size): Picture {
  const { columns, rows } = size;
  const isWide = columns >= WIDE_COLUMNS;
  const asked = scene.question?.(isWide ? mainColumns(columns, true) : columns);
  // Of a question that leaves no room for anything else, what is being typed.
  if (asked && rows < asked.lines.length + 4) return alone(asked, rows);
  const keys = asRows(fitting(scene.keys, columns, 1));
  const above = rows - keys.length;
  if (isWide) {
    const { shown, cursor } = wide(scene, asked, { columns, rows: above });
    return { rows: [...shown, ...filler(above - shown.length), ...keys], cursor };
  }
  const question = asRows(asked?.lines ?? []);
  const top = narrow(scene, columns, above - question.length);
  const shown = [...top, ...filler(above - question.length - top.length)];
  const cursor = asked && { ...asked.cursor, row: shown.length + asked.cursor.row };
  return { rows: [...shown, ...question, ...keys], cursor };
}

function alone({ lines, cursor }: Asked, rows: number): Picture {
  return { rows: asRows(lines.slice(cursor.row).slice(0, rows)), cursor: { ...cursor, row: 0 } };
}

function narrow(scene: Scene, columns: number, rows: number): readonly Row[] {
  const { pane, view, elapsedMs, events } = scene;
  if (!pane) {
    const live = view ? liveViewLines(view, elapsedMs, columns).slice(0, rows) : [];
    const room = rows - live.length - 1;
    return asRows([...live, ...(room > 0 ? [EMPTY_LINE, ...events.newest(columns, room)] : [])]);
  }
  const isSmall = rows < ROWS_MIN;
  const live = view && !isSmall ? shortViewLines(view, elapsedMs, { columns, rows: liveRows(rows) }) : [];
  const newsRows = isSmall ? 0 : Math.max(1, Math.floor(rows / 8));
  const height = paneHeight(pane, columns, rows - live.length - newsRows);
  const news = events.newest(columns, rows - live.length - height);
  // The letter stands right above the question.
  const gap = Array.from({ length: rows - live.length - news.length - height }, () => EMPTY_LINE);
  return asRows([...live, ...news, ...gap, ...paneLines(pane, columns, height)]);
}

function liveRows(rows: number): number {
  return rows < 14 ? 1 : rows < 22 ? 2 : 3;
}

function mainColumns(columns: number, hasPane: boolean): number {
  const most = hasPane ? SIDE_COLUMNS.most : Math.floor(columns / 2);
  const side = Math.min(most, Math.max(SIDE_COLUMNS.least, columns - 3 - PANE_COLUMNS_MAX, Math.floor(columns * 0.38)));
  return Math.min(PANE_COLUMNS_MAX, columns - side - 3);
}

/** The question stands right below what is read, the economy beside both. */
function wide(scene: Scene, asked: Asked | undefined, { columns, rows }: Size) {
  const { pane, view, elapsedMs, events } = scene;
  const main = mainColumns(columns, pane !== undefined);
  const side = columns - main - 3;
  const live = (width: number) => (view ? liveViewLines(view, elapsedMs, width).slice(0, rows) : []);
  if (!pane) return { shown: sideBySide(live(main), events.newest(side, rows), main), cursor: undefined };
  const question = asked?.lines ?? [];
  const height = paneHeight(pane, main, rows - question.length);
  const right = live(side);
  const room = rows - right.length - 1;
  const news = room > 0 ? [EMPTY_LINE, ...events.newest(side, room)] : [];
  const left = [...paneLines(pane, main, height), ...question];
  const cursor = asked && { ...asked.cursor, row: height + asked.cursor.row };
  return { shown: sideBySide(left, [...right, ...news], main), cursor };
}

function sideBySide(left: readonly Line[], right: readonly Line[], width: number): readonly Row[] {
  return Array.from({ length: Math.max(left.length, right.length) }, (_, index) => ({
    line: cutLine(left[index] ?? EMPTY_LINE, width),
    beside: { column: width + 2, line: right[index] ?? EMPTY_LINE },
  }));
}

/** No higher than it needs to be. */
function paneHeight(pane: Pane, columns: number, rows: number): number {
  return Math.max(0, Math.min(rows, pane.lines(columns).length + 2));
}

/** Between two rules of the program's, as much as fits, and where in it one is. */
function paneLines({ title, pager, lines }: Pane, columns: number, height: number): readonly Line[] {
  const all = lines(columns);
  if (height < 3) return all.slice(pager.fit(all.length, height)).slice(0, height);
  const room = height - 2;
  const from = pager.fit(all.length, room);
  const place = all.length > room ? `lines ${from + 1} to ${from + room} of ${all.length}` : '';
  return [
    line(rule('╭', title, columns), 'dim'),
    ...all.slice(from, from + room),
    line(rule('╰', place, columns), 'dim'),
  ];
}

function asRows(lines: readonly Line[]): readonly Row[] {
  return lines.map((one) => ({ line: one }));
}

function filler(count: number): readonly Row[] {
  return Array.from({ length: Math.max(0, count) }, () => ({ line: EMPTY_LINE }));
}

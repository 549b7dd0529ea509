import { MARKS, type Mark } from '../../../domain/attention.ts';
import { isPressable, isTyping, type KeyHandler } from '../shell/keys.ts';
import { nextMark, scoresOf } from './draft.ts';
import type { EditedDraft } from './use-draft.ts';

export interface MarkActions extends EditedDraft {
  readonly panel: HTMLFormElement | null;
  readonly markMax: number;
  readonly send: () => void;
  readonly skip: () => void;
}

/** What keys do while marks are asked for, wherever focus is. */
export function markKeys(actions: MarkActions): KeyHandler {
  return (event) => (isTyping(event) ? reasonKey(actions, event) : markKey(actions, event));
}

function reasonKey({ panel, draft, send }: MarkActions, { key, target, shiftKey }: KeyboardEvent): boolean {
  const reason = reasonOf(panel);
  if (reason === null || target !== reason) return false;
  if (key === 'Escape') reason.blur();
  else if (key === 'Enter' && !shiftKey && scoresOf(draft)) send();
  else return false;
  return true;
}

function markKey(actions: MarkActions, event: KeyboardEvent): boolean {
  const { panel, draft, setMark, markMax, send, skip } = actions;
  const { key, repeat } = event;
  if (/^\d$/u.test(key)) give(actions, Number(key));
  else if (key === 'x') give(actions, markMax);
  else if (key === 'Backspace') setMark(focused(panel) ?? lastGiven(actions), undefined);
  else if (key === 'ArrowDown' || key === 'ArrowUp') return step(panel, key === 'ArrowDown' ? 1 : -1);
  else if (key === 'r') reasonOf(panel)?.focus();
  else if (key === 's' && !repeat) skip();
  else if (key === 'Enter' && !repeat && scoresOf(draft) && !isPressable(event)) send();
  else return false;
  return true;
}

/** Where focus is among the marks, it goes on with them. */
function give({ panel, draft, setMark }: MarkActions, value: number): void {
  const at = focused(panel);
  const mark = at ?? nextMark(draft);
  if (mark === undefined) return;
  setMark(mark, value);
  if (at !== undefined && !step(panel, 1)) panel?.querySelector<HTMLElement>('button.main')?.focus();
}

/** False where there is no mark to go from or to. */
function step(panel: HTMLElement | null, by: 1 | -1): boolean {
  const at = focused(panel);
  const slider = at && sliderOf(panel, MARKS[MARKS.indexOf(at) + by]);
  slider?.focus();
  return Boolean(slider);
}

function focused(panel: HTMLElement | null): Mark | undefined {
  return MARKS.find((mark) => sliderOf(panel, mark) === document.activeElement);
}

function lastGiven({ draft: { marks } }: MarkActions): Mark {
  return MARKS.findLast((mark) => marks[mark] !== undefined) ?? 'interesting';
}

function sliderOf(panel: HTMLElement | null, mark: Mark | undefined): HTMLElement | null {
  return mark === undefined ? null : (panel?.querySelector<HTMLElement>(`[name="${mark}"]`) ?? null);
}

function reasonOf(panel: HTMLElement | null): HTMLTextAreaElement | null {
  return panel?.querySelector('textarea') ?? null;
}

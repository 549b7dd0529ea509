import { MINUTES_AT_ONCE } from '../domain/minutes-text.ts';
import type { OpenLetter } from './open-letter.ts';
import type { PanelName } from './panels.ts';
import { line, type Line } from './styled.ts';

export interface KeyMoment {
  readonly panel: PanelName | undefined;
  readonly isPaused: boolean;
  /** The minutes that the human gives are spent. */
  readonly isSpent: boolean;
}

/** The keys that mean something now, the most important first: a narrow screen shows fewer. */
export function keyHints(
  letter: Pick<OpenLetter, 'title' | 'isPutOff' | 'question' | 'pager'> | undefined,
  { panel, isPaused, isSpent }: KeyMoment,
): readonly Line[] {
  if (letter?.question.isTyping && !letter.isPutOff) return dim('Enter goes on', '⌫ takes back', 'PgUp PgDn scroll');
  const scroll = letter?.pager.isLong ? ['space b scroll'] : [];
  const about = panel ? ['Esc closes this'] : letter && !letter.isPutOff ? [...scroll, 'Esc later'] : [];
  const waits = letter?.isPutOff ? [line(`n ${letter.title}`, 'warn')] : [];
  return [
    ...waits,
    ...(isSpent ? [line(`m ${MINUTES_AT_ONCE} min more`, 'warn')] : []),
    ...dim('? help', ...about, isPaused ? 'p resume' : 'p pause', 'a agents', 'l log'),
    ...(letter?.isPutOff ? [] : dim('n what waits')),
    ...dim('Ctrl-C ends'),
  ];
}

function dim(...texts: readonly string[]): readonly Line[] {
  return texts.map((text) => line(text, 'dim'));
}

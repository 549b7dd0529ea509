import { checkMark, MARK_MAX, MARKS, type Scores } from '../domain/attention.ts';
import { checkText } from '../domain/text.ts';
import { sanitiseLine } from './sanitise.ts';
import type { Answer } from './view.ts';

/** How far the human has come in answering. */
export interface Progress {
  readonly marks: readonly number[];
  /** What was wrong with the last entry. */
  readonly problem: string | null;
}

export const NO_PROGRESS: Progress = { marks: [], problem: null };

export type Step =
  | { readonly kind: 'next'; readonly progress: Progress }
  /** The entry is too long to be typed again: it stays, to be shortened. */
  | { readonly kind: 'again'; readonly progress: Progress }
  | { readonly kind: 'done'; readonly answer: Answer };

const EXPECTED = `a whole number from 0 to ${MARK_MAX}, or s to skip`;

/** Takes what was typed before Enter: a mark, all missing marks at once, `s`, or after the marks the reason. */
export function enter(progress: Progress, typed: string, reasonCharsMax: number): Step {
  return progress.marks.length < MARKS.length
    ? enterMarks(progress, typed.trim())
    : enterReason(progress, typed.trim(), reasonCharsMax);
}

/** Takes the last mark back. */
export function goBack(progress: Progress): Progress {
  return { marks: progress.marks.slice(0, -1), problem: null };
}

function enterMarks({ marks }: Progress, typed: string): Step {
  if (/^s(kip)?$/i.test(typed)) return { kind: 'done', answer: { kind: 'skipped' } };
  const words = together(typed, MARKS.length - marks.length) ?? typed.split(/[\s,;]+/);
  const wrong = words.find((word) => !/^\d{1,2}$/.test(word) || checkMark(Number(word), 'mark'));
  const missing = MARKS.length - marks.length;
  if (wrong === undefined && words.length <= missing)
    return { kind: 'next', progress: { marks: [...marks, ...words.map(Number)], problem: null } };
  const problem = wrong === undefined ? `at most ${missing} more, please` : `${shown(wrong)}: ${EXPECTED}`;
  return { kind: 'next', progress: { marks, problem } };
}

/** `789`, and `1098` for ten, nine, eight: marks without a space, where they can be read in one way only. */
function together(typed: string, missing: number): readonly string[] | undefined {
  if (missing < 2 || !/^\d{3,}$/.test(typed) || typed.length > 2 * missing) return undefined;
  const readings = readingsOf(typed, missing);
  return readings.length === 1 ? readings[0] : undefined;
}

function readingsOf(digits: string, count: number): readonly (readonly string[])[] {
  if (count === 0) return digits === '' ? [[]] : [];
  const first = [digits.slice(0, 1), ...(digits.startsWith('10') ? ['10'] : [])].filter((mark) => mark !== '');
  return first.flatMap((mark) => readingsOf(digits.slice(mark.length), count - 1).map((rest) => [mark, ...rest]));
}

function enterReason(progress: Progress, typed: string, reasonCharsMax: number): Step {
  const reason = sanitiseLine(typed, Infinity);
  if (checkText(reason, 'reason', reasonCharsMax))
    return {
      kind: 'again',
      progress: { ...progress, problem: `${reason.length} characters, at most ${reasonCharsMax}` },
    };
  return {
    kind: 'done',
    answer: { kind: 'scored', scores: scoresOf(progress), reason: reason === '' ? null : reason },
  };
}

function scoresOf({ marks }: Progress): Scores {
  const [interesting = 0, useful = 0, understandable = 0] = marks;
  return { interesting, useful, understandable };
}

function shown(word: string): string {
  return word === '' ? 'nothing' : `“${sanitiseLine(word, 20)}”`;
}

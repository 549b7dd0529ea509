import { Writable, type Readable } from 'node:stream';
import {
  AbortPromptError,
  createPrompt,
  ExitPromptError,
  isEnterKey,
  isUpKey,
  useKeypress,
  useState,
} from '@inquirer/core';
import { MARK_MAX, MARKS } from '../domain/attention.ts';
import { enter, goBack, NO_PROGRESS, type Progress } from './marks.ts';
import { sanitiseLine } from './sanitise.ts';
import type { CursorPlace } from './screen.ts';
import type { Answer } from './view.ts';
import { displayWidth } from './width.ts';

export interface MarksQuestion {
  readonly reasonCharsMax: number;
  /** Puts the question on the screen, or what it has become. */
  readonly draw: (lines: readonly string[], cursor: CursorPlace) => void;
  /** How wide the lines may be. */
  readonly columns: () => number;
  /** What is typed while the question is open. */
  readonly keys: Readable;
  readonly signal: AbortSignal;
}

interface Typed {
  readonly text: string;
  /** In UTF-16 units, as readline counts. */
  readonly cursor: number;
}

const NOTHING_TYPED: Typed = { text: '', cursor: 0 };

/** Asks for the three marks and a reason. Resolves with `closed` when the signal is aborted first. */
export async function askForMarks(question: MarksQuestion): Promise<Answer> {
  const { keys, signal } = question;
  try {
    return await marksPrompt(question, { input: keys, output: nowhere(), signal });
  } catch (error) {
    if (error instanceof AbortPromptError || error instanceof ExitPromptError) return { kind: 'closed' };
    throw error;
  }
}

/**
 * One inquirer prompt for the whole question, so that keys typed ahead are never lost between two of them.
 * inquirer reads and edits the line; the screen has one owner, so it is not inquirer that draws.
 */
const marksPrompt = createPrompt<Answer, MarksQuestion>((question, done) => {
  const [progress, setProgress] = useState<Progress>(NO_PROGRESS);
  const [typed, setTyped] = useState<Typed>(NOTHING_TYPED);

  useKeypress((key, readline) => {
    if (isEnterKey(key)) {
      const step = enter(progress, typed.text, question.reasonCharsMax);
      if (step.kind === 'done') done(step.answer);
      else setProgress(step.progress);
      if (step.kind === 'again') readline.write(typed.text);
      if (step.kind === 'next') setTyped(NOTHING_TYPED);
    } else if (isUpKey(key)) {
      readline.clearLine(0);
      setTyped(NOTHING_TYPED);
      setProgress(goBack(progress));
    } else {
      // inquirer's type of readline leaves out the cursor, which Node documents.
      const { cursor } = readline as unknown as { readonly cursor: number };
      setTyped({ text: readline.line, cursor });
    }
  });

  const { lines, cursor } = questionLines(progress, typed, question.columns());
  question.draw(lines, cursor);
  return '';
});

interface Drawn {
  readonly lines: readonly string[];
  readonly cursor: CursorPlace;
}

function questionLines(progress: Progress, typed: Typed, columns: number): Drawn {
  const given = progress.marks.map((mark, index) => `  ${MARKS[index] ?? ''}: ${mark}`);
  const asked = MARKS[progress.marks.length];
  const label = asked ? `? ${asked}, 0 to ${MARK_MAX} (s skips): ` : '? reason, or just Enter (↑ to correct): ';
  const before = sanitiseLine(typed.text.slice(0, typed.cursor), Infinity);
  const after = sanitiseLine(typed.text.slice(typed.cursor), Infinity);
  const room = Math.max(4, columns - displayWidth(label) - 1);
  const start = scrolled(before, room);
  return {
    lines: [...given, `${label}${start}${after}`, ...(progress.problem === null ? [] : [`  ${progress.problem}`])],
    cursor: { row: given.length, column: displayWidth(label) + displayWidth(start) },
  };
}

/** The end of what is too long for the line, so that the cursor is always seen. */
function scrolled(text: string, room: number): string {
  if (displayWidth(text) <= room) return text;
  let start = text;
  while (displayWidth(start) > room - 1) start = start.slice((start.codePointAt(0) ?? 0) > 0xffff ? 2 : 1);
  return `…${start}`;
}

/** What inquirer would draw goes here. */
function nowhere(): Writable {
  return new Writable({ write: (_chunk, _encoding, written) => written() });
}

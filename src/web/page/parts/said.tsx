import { visibleLine, wholeCharacters } from '../../../domain/visible-line.ts';

const CHARS_MAX = 400;

/** One line that an agent wrote: a title, a name, a reason. Nothing in it acts or hides. */
export function said(text: string, charsMax = CHARS_MAX): string {
  const cut = wholeCharacters(text, charsMax);
  return visibleLine(cut) + (cut.length < text.length ? '…' : '');
}

/** Such a line, of which nothing turns the direction of what stands beside it. */
export function Said({ text, charsMax }: { readonly text: string; readonly charsMax?: number }) {
  return <bdi>{said(text, charsMax)}</bdi>;
}

import type { Line, Style } from './styled.ts';

/** Select Graphic Rendition (ECMA-48, 8.3.117): the terminal's own sixteen colours, which its user has chosen. */
const LOOKS: Readonly<Record<Style, string>> = {
  strong: '1',
  emphasis: '3',
  struck: '9',
  code: '36',
  dim: '2',
  accent: '36',
  good: '32',
  bad: '31',
  warn: '33',
  reverse: '7',
};

/** The line as a terminal takes it. Without styles it is its text alone. */
export function painted(spans: Line, hasStyles: boolean): string {
  return spans
    .map(({ text, style }) => (style === undefined || !hasStyles ? text : `\x1b[${LOOKS[style]}m${text}\x1b[0m`))
    .join('');
}

/** Whether styles are wanted: https://no-color.org. */
export function wantsStyles(environment: Readonly<Record<string, string | undefined>>): boolean {
  return (environment['NO_COLOR'] ?? '') === '';
}

import { EMPTY_LINE, line, lineWidth, wrapLine, type Line } from './styled.ts';

const JOINT = ' · ';
/** Of names before what they name. */
const LABEL_COLUMNS = 12;

/** Parts side by side, in as many lines as they need; none is cut in two where it fits a line by itself. */
export function packed(parts: readonly Line[], columns: number): readonly Line[] {
  const lines: Line[] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    if (last && lineWidth(last) + JOINT.length + lineWidth(part) <= columns)
      lines[lines.length - 1] = [...last, ...line(JOINT, 'dim'), ...part];
    else lines.push(...wrapLine(part, columns));
  }
  return lines;
}

/** The same behind a name; further lines stand below the first part. */
export function labelled(label: string, parts: readonly Line[], columns: number): readonly Line[] {
  const hanging = columns >= 3 * LABEL_COLUMNS ? LABEL_COLUMNS : 2;
  const lines = packed(parts, Math.max(2, columns - hanging));
  const head = line(label.padEnd(LABEL_COLUMNS), 'dim');
  if (hanging === LABEL_COLUMNS)
    return lines.map((one, index) => [...(index === 0 ? head : line(' '.repeat(hanging))), ...one]);
  return [line(label, 'dim'), ...lines.map((one) => [...line(' '.repeat(hanging)), ...one])];
}

/** As many of the parts, from the first on, as fit these lines. */
export function fitting(parts: readonly Line[], columns: number, rows: number): readonly Line[] {
  for (let count = parts.length; count > 0; count--) {
    const lines = packed(parts.slice(0, count), columns);
    if (lines.length <= rows) return lines;
  }
  return rows < 1 ? [] : [parts[0] ?? EMPTY_LINE];
}

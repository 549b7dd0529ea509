/** By which of its two outputs a program has printed something. */
export type OutputSource = 'stdout' | 'stderr';

/** A part of an output, in bytes. */
export interface OutputSpan {
  readonly from: number;
  readonly upTo: number;
}

const LINE = /^(\d{1,15}) (stdout|stderr)$/;

/** What is noted where the source changes: from this byte on. */
export function sourceLine(at: number, source: OutputSource): string {
  return `${at} ${source}\n`;
}

/** What of an output of so many bytes came by stderr, in order; lines that are none are passed over. */
export function stderrSpans(lines: string, bytes: number): readonly OutputSpan[] {
  const spans: OutputSpan[] = [];
  let begun: number | undefined;
  const end = (upTo: number) => {
    if (begun !== undefined && upTo > begun) spans.push({ from: begun, upTo });
    begun = undefined;
  };
  for (const line of lines.split('\n')) {
    const [, place, source] = LINE.exec(line) ?? [];
    if (place === undefined) continue;
    const at = Math.min(Number(place), bytes);
    if (source === 'stderr') begun ??= Math.max(at, spans.at(-1)?.upTo ?? 0);
    else end(at);
  }
  end(bytes);
  return spans;
}

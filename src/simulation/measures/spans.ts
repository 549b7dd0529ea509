/** From and to, in milliseconds since 1970. */
export type Span = readonly [from: number, to: number];

/** The same time as spans in order of which none touches another. */
export function merged(spans: readonly Span[]): readonly Span[] {
  const result: [from: number, to: number][] = [];
  for (const [from, to] of [...spans].sort(([a], [b]) => a - b)) {
    const last = result.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else if (from < to) result.push([from, to]);
  }
  return result;
}

/** The time that both hold, in order; each of them merged. */
export function common(some: readonly Span[], others: readonly Span[]): readonly Span[] {
  const result: Span[] = [];
  for (let one = 0, other = 0; one < some.length && other < others.length;) {
    const [a, b] = [some[one]!, others[other]!];
    const [from, to] = [Math.max(a[0], b[0]), Math.min(a[1], b[1])];
    if (from < to) result.push([from, to]);
    if (a[1] < b[1]) one++;
    else other++;
  }
  return result;
}

export function lengthOf(spans: readonly Span[]): number {
  return spans.reduce((total, [from, to]) => total + to - from, 0);
}

/**
 * The candidate that a person most likely meant, or undefined where none is near. Case and `-` for `_` don't count,
 * and the beginning of a candidate stands for it.
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const wanted = plain(word);
  let best: { readonly candidate: string; readonly distance: number } | undefined;
  for (const candidate of candidates) {
    const distance = editDistance(wanted, plain(candidate));
    if (!best || distance < best.distance) best = { candidate, distance };
  }
  const tolerated = Math.max(1, Math.floor(wanted.length / 3));
  if (best && best.distance <= tolerated) return best.candidate;
  return wanted.length < 3 ? undefined : candidates.find((candidate) => plain(candidate).startsWith(wanted));
}

/** How many letters must be inserted, removed, replaced or swapped with their neighbour to turn `a` into `b`. */
export function editDistance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  const at = (row: number, column: number) => rows[row]?.[column] ?? Infinity;
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(
        Math.min(
          at(i - 1, j) + 1,
          at(i, j - 1) + 1,
          at(i - 1, j - 1) + (same ? 0 : 1),
          swapped ? at(i - 2, j - 2) + 1 : Infinity,
        ),
      );
    }
  }
  return at(a.length, b.length);
}

/** A key is short: cutting bounds the work that a hostile one can cause. */
function plain(word: string): string {
  return word.slice(0, 80).toLowerCase().replaceAll('-', '_');
}

import type { LeftOut, LeftOutReason } from '../../../domain/materials.ts';
import { shownPath, type BytePath } from '../shipped/byte-path.ts';

/** Counts what was left out. */
export class LeftOutCount {
  readonly #counts = new Map<LeftOutReason, { count: number; readonly example: string }>();

  add(reason: LeftOutReason, path: BytePath): void {
    const found = this.#counts.get(reason);
    if (found) found.count += 1;
    else this.#counts.set(reason, { count: 1, example: shownPath(path) });
  }

  get all(): readonly LeftOut[] {
    return [...this.#counts].map(([reason, { count, example }]) => ({ reason, count, example }));
  }
}

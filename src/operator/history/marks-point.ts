import type { MarkRow } from '../../economy/views/history-view.ts';
import type { Point } from './thin-series.ts';

/** The marks of some prompts, in sum. */
export interface MarksPoint extends Point {
  readonly prompts: number;
  readonly interesting: number;
  readonly useful: number;
  readonly understandable: number;
}

export function marksPoint({ at, interesting, useful, understandable }: MarkRow): MarksPoint {
  return { at, prompts: 1, interesting, useful, understandable };
}

export function addMarks(earlier: MarksPoint, later: MarksPoint): MarksPoint {
  return {
    at: later.at,
    prompts: earlier.prompts + later.prompts,
    interesting: earlier.interesting + later.interesting,
    useful: earlier.useful + later.useful,
    understandable: earlier.understandable + later.understandable,
  };
}

/** What a prompt got on average. */
export function meanMarks({ at, prompts, interesting, useful, understandable }: MarksPoint) {
  return {
    at: new Date(at).toISOString(),
    prompts,
    interesting: interesting / prompts,
    useful: useful / prompts,
    understandable: understandable / prompts,
  };
}

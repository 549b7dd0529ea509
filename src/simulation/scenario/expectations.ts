import { mean } from '../measures/statistics.ts';
import type { Expectation } from './scenario-schema.ts';
import { AS_IT_STANDS } from './scenario-file.ts';
import type { ScenarioRun } from './scenario-run.ts';

/** The runs of a scenario, by variant; the same place in each list is the same seed. */
export type RunsByVariant = ReadonlyMap<string, readonly ScenarioRun[]>;

export interface Verdict {
  /** As a person would say it: `human.idle_share is at most 0.1`. */
  readonly expected: string;
  readonly holds: boolean;
  /** What was found, seed by seed or as a mean. */
  readonly found: readonly number[];
}

/** Whether what the scenario promises came about. A measure that there is not is a promise broken. */
export function judge(expectation: Expectation, runs: RunsByVariant): Verdict {
  const { measure, variant = AS_IT_STANDS, times, of = times === undefined ? undefined : variant } = expectation;
  const own = valuesOf(runs, variant, measure);
  const other = of === undefined ? undefined : valuesOf(runs, of, times ?? measure);
  const compared = own.map((value, seed) => (other ? value / (other[seed] ?? Number.NaN) : value));
  const found = expectation.over_seeds === 'mean' ? [mean(compared)] : compared;
  return {
    expected: text(expectation),
    holds: found.length > 0 && found.every((value) => isWithin(value, expectation)),
    found,
  };
}

function valuesOf(runs: RunsByVariant, variant: string, measure: string): readonly number[] {
  return (runs.get(variant) ?? []).map(({ measures }) => measures[measure] ?? Number.NaN);
}

function isWithin(value: number, { at_least: least, at_most: most, within }: Expectation): boolean {
  if (within !== undefined) return Math.abs(value - 1) <= within;
  return least !== undefined ? value >= least : most !== undefined && value <= most;
}

function text({ measure, variant, at_least: least, at_most: most, within, times, of, over_seeds: how }: Expectation) {
  const other =
    of === undefined && times === undefined ? '' : ` of ${times ?? measure}${of === undefined ? '' : ` (${of})`}`;
  const bound =
    within === undefined
      ? `${least === undefined ? 'at most' : 'at least'} ${least ?? most}${other && ` ×${other}`}`
      : `within ${within * 100} %${other}`;
  return `${measure}${variant === undefined ? '' : ` (${variant})`} is ${bound}${how === 'mean' ? ', on average' : ''}`;
}

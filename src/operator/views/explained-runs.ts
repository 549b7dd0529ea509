import type { ExplainedCycle } from '../../economy/replay/explain-bid.ts';

/** Cycles that stand beside each other and came to the same. Never empty. */
export type ExplainedRun = readonly [ExplainedCycle, ...ExplainedCycle[]];

/** In the order in which they are given. */
export function runsOf(cycles: readonly ExplainedCycle[]): readonly ExplainedRun[] {
  const runs: [ExplainedCycle, ...ExplainedCycle[]][] = [];
  for (const cycle of cycles) {
    const run = runs.at(-1);
    if (run && verdictOf(run[0]) === verdictOf(cycle)) run.push(cycle);
    else runs.push([cycle]);
  }
  return runs;
}

/** What a cycle came to; where attention was missing, also who had it. */
export function verdictOf({ fate, human_away: away, quiet_hours: quiet, ...rest }: ExplainedCycle): string {
  const { attention_held_by: holder } = rest;
  if (rest.minutes_spent) return 'no attention free: the minutes that you give were spent';
  if (quiet) return 'no attention free: it was quiet';
  if (away) return 'no attention free: you counted as away';
  if (!holder) return fate;
  return `no attention free: ${holder.prompt_id ?? holder.execution_id} of ${holder.agent_id} held it`;
}

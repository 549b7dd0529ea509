import { simulate, type SimulationOptions, type SimulationReport } from './simulation.ts';

/**
 * The shortest prefix of a failing simulation that fails: its first cycles with faults, after which everything has to
 * settle.
 *
 * It halves its way down, since a finding in the midst of the faults fails every longer prefix too. A finding that only
 * shows in the settling may fail a shorter prefix by chance. All that is promised: what is returned fails, and one
 * cycle less does not.
 */
export async function shrink(
  failing: SimulationReport,
  {
    cassette,
    onTry = () => undefined,
  }: Pick<SimulationOptions, 'cassette'> & { readonly onTry?: (cycles: number, fails: boolean) => void } = {},
): Promise<SimulationReport> {
  const { seed, finding } = failing;
  let shortest = failing;
  let passes = -1;
  const attempt = async (cycles: number) => {
    const report = await simulate({ seed, cycles, cassette });
    onTry(cycles, report.finding !== undefined);
    if (report.finding) shortest = report;
    else passes = Math.max(passes, cycles);
  };
  // The cycle of the finding is the last that was whole.
  if (finding && finding.cycle + 1 < failing.cycles) await attempt(finding.cycle + 1);
  while (shortest.cycles - passes > 1) await attempt(Math.floor((shortest.cycles + Math.max(passes, 0)) / 2));
  return shortest;
}

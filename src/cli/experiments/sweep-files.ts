import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Sweep, SweepPoint } from '../../simulation/scenario/sweep.ts';
import { csvLine } from '../output/csv.ts';
import { heatPlot, linePlot } from './plot.ts';

/** Writes `sweep.csv`, and for each measure a plot `<measure>.svg`: a line over one key, colours over two. */
export async function writeSweep(directory: string, sweep: Sweep, points: readonly SweepPoint[]): Promise<void> {
  writeFileSync(join(directory, 'sweep.csv'), table(sweep, points));
  for (const measure of sweep.measures) {
    const svg = await plotOf(sweep, points, measure);
    writeFileSync(join(directory, `${measure.replaceAll(/[^\w.-]/g, '_')}.svg`), svg);
  }
}

function table({ keys, measures }: Sweep, points: readonly SweepPoint[]): string {
  const names = Object.keys(keys);
  return [
    csvLine([...names, ...measures.flatMap((measure) => [measure, `${measure} (spread)`])]),
    ...points.map((point) =>
      csvLine([
        ...names.map((name) => point.values[name] ?? null),
        ...measures.flatMap((measure) => [
          point.measures[measure]?.mean ?? null,
          point.measures[measure]?.spread ?? null,
        ]),
      ]),
    ),
  ].join('');
}

function plotOf({ scenario, keys }: Sweep, points: readonly SweepPoint[], measure: string): Promise<string> {
  const [[first, values] = ['', []], second] = Object.entries(keys);
  const title = `${scenario}: ${measure}`;
  const valueOf = (point: SweepPoint) => point.measures[measure] ?? { mean: Number.NaN, spread: 0 };
  if (second) {
    const [name, others] = second;
    return heatPlot({
      title,
      x: { name: first, values: values.map(String) },
      y: { name, values: others.map(String) },
      cells: points.map((point) => [
        values.findIndex((value) => value === point.values[first]),
        others.findIndex((value) => value === point.values[name]),
        Number(valueOf(point).mean.toPrecision(4)),
      ]),
    });
  }
  const line = (off: number) =>
    points.map((point) => {
      const { mean, spread } = valueOf(point);
      return [point.values[first] ?? '', mean + off * spread] as const;
    });
  return linePlot({
    ...{ title, x: first, y: measure },
    series: [
      { name: 'mean', points: line(0) },
      { name: 'mean + spread', points: line(1) },
      { name: 'mean − spread', points: line(-1) },
    ],
  });
}

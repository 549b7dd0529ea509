import { summaries, type Experiment, type Summary } from '../../simulation/scenario/experiment.ts';
import type { Verdict } from '../../simulation/scenario/expectations.ts';
import { tableLines, type Column } from '../output/printing.ts';

const DIGITS = 4;

interface Row extends Summary {
  readonly measure: string;
}

/** As many digits as tell anything. */
export const rounded = (value: number): number => Number(value.toPrecision(DIGITS));

const COLUMNS: readonly Column<Row>[] = [
  { title: 'measure', value: ({ measure }) => measure },
  { title: 'mean', value: ({ mean }) => rounded(mean), right: true },
  { title: 'spread', value: ({ spread }) => rounded(spread), right: true },
  { title: 'least', value: ({ least }) => rounded(least), right: true },
  { title: 'most', value: ({ most }) => rounded(most), right: true },
];

export function experimentLines({ name, about, days, runs, verdicts }: Experiment): readonly string[] {
  return [
    `${name}: ${about}`,
    ...[...runs].flatMap(([variant, { length }]) => [
      '',
      `${variant}: ${length} ${length === 1 ? 'run' : 'runs'} of ${days} ${days === 1 ? 'day' : 'days'}`,
      ...tableLines(
        [...summaries(runs, variant)].map(([measure, summary]) => ({ measure, ...summary })),
        COLUMNS,
      ),
    ]),
    ...(verdicts.length === 0 ? [] : ['']),
    ...verdicts.map(verdictLine),
  ];
}

function verdictLine({ expected, holds, found }: Verdict): string {
  return `${holds ? 'holds' : 'BROKEN'}: ${expected}; found ${found.map(rounded).join(', ')}`;
}

export function experimentView({ name, about, days, runs, verdicts }: Experiment) {
  return {
    ok: verdicts.every(({ holds }) => holds),
    scenario: name,
    about,
    days,
    variants: Object.fromEntries(
      [...runs].map(([variant, list]) => [
        variant,
        {
          summary: Object.fromEntries(summaries(runs, variant)),
          runs: list.map(({ seed, cycles, head, measures }) => ({ seed, cycles, head, measures })),
        },
      ]),
    ),
    verdicts,
  };
}

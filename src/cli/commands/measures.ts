import type { Command } from 'commander';
import { measure } from '../../simulation/measures/measures.ts';
import type { CliDeps } from '../cli-deps.ts';
import { rounded } from '../experiments/scenario-report.ts';
import type { GlobalOptions } from '../home/home-config.ts';
import { withHome } from '../home/opened-home.ts';
import { withJson } from '../output/listing.ts';
import { printJson, printLines, tableLines, type Column } from '../output/printing.ts';

interface Row {
  readonly measure: string;
  readonly value: number;
}

const COLUMNS: readonly Column<Row>[] = [
  { title: 'measure', value: (row) => row.measure },
  { title: 'value', value: ({ value }) => rounded(value), right: true },
];

export function addMeasures(command: Command, deps: CliDeps): void {
  withJson(command).action(async () => {
    const { json } = command.optsWithGlobals<GlobalOptions>();
    const found = await withHome(deps, command, ({ economy }) => measure(economy));
    const rows = Object.entries(found).map(([name, value]): Row => ({ measure: name, value }));
    if (json) printJson(deps.stdout, rows);
    else printLines(deps.stdout, tableLines(rows, COLUMNS));
  });
}

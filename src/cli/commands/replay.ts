import type { Command } from 'commander';
import { auditLedger } from '../../economy/audit/audit-ledger.ts';
import type { Home } from '../../operator/home.ts';
import { readManifest, versionsApart, type ManifestOf } from '../experiments/manifest.ts';
import { replayReport, type ReplayReport } from '../../economy/replay/replay-report.ts';
import { parseWhole } from '../input/arguments.ts';
import type { CliDeps } from '../cli-deps.ts';
import { NotInOrder, reject, valueOf } from '../output/command-failure.ts';
import type { GlobalOptions } from '../home/home-config.ts';
import { withHome } from '../home/opened-home.ts';
import { withJson } from '../output/listing.ts';
import { printJson, printLines, tableLines, type Column } from '../output/printing.ts';
import { snapshot } from '../../economy/snapshot.ts';

interface Options extends GlobalOptions {
  readonly from?: string;
  readonly to?: string;
  readonly manifest?: string;
}

type Row = ReplayReport['agents'][number];

const CYCLE_MAX = Number.MAX_SAFE_INTEGER - 1;

/** A number, and what it was on record where that is another. */
const compared = (value: number, before: number) => (value === before ? `${value}` : `${value} (${before})`);

const COLUMNS: readonly Column<Row>[] = [
  { title: 'agent', value: ({ agent_id: agent }) => agent },
  { title: 'won', value: (it) => compared(it.replayed.won, it.recorded.won), right: true },
  { title: 'paid', value: (it) => compared(it.replayed.paid, it.recorded.paid), right: true },
  { title: 'expired', value: (it) => compared(it.replayed.expired, it.recorded.expired), right: true },
  { title: 'longest wait', value: (it) => compared(it.replayed.longest_wait, it.recorded.longest_wait), right: true },
  { title: '', value: ({ starved }) => (starved ? 'starved' : '') },
];

export function addReplay(command: Command, deps: CliDeps): void {
  withJson(command)
    .option('--from <cycle>', 'the first cycle (default: the oldest on record)')
    .option('--to <cycle>', 'the last cycle (default: the newest)')
    .option('--manifest <file>', 'that of an export: its head must be in the chain, and its newest cycle is the last')
    .action(async () => {
      const options = command.optsWithGlobals<Options>();
      const cycleOf = (text: string, field: string) => valueOf(parseWhole(text, field, { least: 0, most: CYCLE_MAX }));
      const from = options.from === undefined ? 0 : cycleOf(options.from, 'from');
      const manifest = options.manifest === undefined ? undefined : exportedManifest(deps, options.manifest);
      const to = options.to === undefined ? (manifest?.cycle ?? CYCLE_MAX) : cycleOf(options.to, 'to');
      const set = options.set ?? [];
      const sets = (...sections: readonly string[]) =>
        set.some((it) => sections.some((section) => it.startsWith(section)));
      const report = await withHome(deps, command, (home) =>
        snapshot(home.economy, () => {
          if (manifest) checkHead(home.economy, manifest);
          return replayReport(home.economy, {
            ...{ from, to },
            changes: {
              supply: sets('market.supply.'),
              prices: sets('market.supply.', 'market.price', 'market.demand.', 'market.band.'),
            },
          });
        }),
      );
      if (!report) return reject('invalid_value', 'no cycle between these is on record', { field: 'from' });
      const head = manifest?.head;
      if (options.json) printJson(deps.stdout, head === undefined ? report : { ...report, head });
      else
        printLines(deps.stdout, [
          ...(head === undefined ? [] : [`head ${head} of the manifest is in the chain, which is in order`]),
          ...lines(report),
        ]);
    });
}

function exportedManifest(deps: CliDeps, file: string): ManifestOf<'economy'> {
  const manifest = readManifest(deps, file);
  if (manifest.of !== 'economy')
    return reject('invalid_value', `${file} is that of a ${manifest.of}: bp-agents simulate takes it`, {
      field: 'manifest',
    });
  const apart = versionsApart(deps, manifest);
  if (apart !== undefined) printLines(deps.stderr, [`bp-agents: ${apart}`]);
  return manifest;
}

/** Throws `NotInOrder` where this is another economy, or its history was rewritten. */
function checkHead(economy: Home['economy'], { head }: ManifestOf<'economy'>): void {
  const { ok, first_difference: difference } = auditLedger(economy, { expect: head });
  if (!ok) throw new NotInOrder(`the books are not in order: ${difference}`);
}

function lines({ from, to, recorded, replayed, agents }: ReplayReport): readonly string[] {
  const share = (value: number) => Number((value * 100).toFixed(1));
  const used = (['cpu_seconds', 'memory_mb', 'tokens', 'attention'] as const).map(
    (name) => `${name} ${compared(share(replayed.utilisation[name]), share(recorded.utilisation[name]))} %`,
  );
  return [
    `cycles ${from} to ${to}, cleared again; in brackets what is on record, where that is different`,
    `${compared(replayed.won, recorded.won)} bids won, ${compared(replayed.expired, recorded.expired)} expired, ` +
      `${compared(replayed.revenue, recorded.revenue)} credits paid`,
    `used: ${used.join(', ')}`,
    '',
    ...tableLines(agents, COLUMNS),
  ];
}

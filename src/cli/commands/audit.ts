import type { Command } from 'commander';
import { auditLedger, type AuditReport } from '../../economy/audit/audit-ledger.ts';
import { keepAudit } from '../../operator/last-audit.ts';
import type { CliDeps } from '../cli-deps.ts';
import { NotInOrder, reject } from '../output/command-failure.ts';
import type { GlobalOptions } from '../home/home-config.ts';
import { withHome } from '../home/opened-home.ts';
import { withJson } from '../output/listing.ts';
import { printJson, printLines } from '../output/printing.ts';

interface Options extends GlobalOptions {
  readonly expect?: string;
}

export function addAudit(command: Command, deps: CliDeps): void {
  withJson(command)
    .option('--expect <hash>', 'a head of the chain that was noted before: it must still be in it')
    .action(async () => {
      const { json, expect } = command.optsWithGlobals<Options>();
      const wanted = expect === undefined ? {} : { expect: parseHash(expect) };
      const report = await withHome(deps, command, ({ directory, economy }) => {
        const found = auditLedger(economy, wanted);
        keepAudit(directory, found, deps.clock.now());
        return found;
      });
      if (json) printJson(deps.stdout, report);
      else printLines(deps.stdout, lines(report));
      if (!report.ok) throw new NotInOrder(`the books are not in order: ${report.first_difference}`);
    });
}

function parseHash(text: string): string {
  const hash = text.trim().toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(hash))
    reject('invalid_value', '--expect must be a head of the chain: 64 hexadecimal digits, as audit prints them', {
      field: 'expect',
    });
  return hash;
}

function lines(report: AuditReport): readonly string[] {
  return [
    report.first_difference === null ? 'ok' : `not ok: ${report.first_difference} (amounts in micro-credits)`,
    `${report.transfers} transfers · ${report.issued} issued = ${report.held} held + ${report.market} market + ` +
      `${report.fees} fees + ${report.burned} burnt`,
    `head ${report.head}`,
  ];
}

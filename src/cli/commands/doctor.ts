import type { Command } from 'commander';
import type { Config } from '../../config/schema.ts';
import { runningProcess } from '../../economy/home/open-home.ts';
import type { Finding } from '../../platform/finding.ts';
import type { CliDeps } from '../cli-deps.ts';
import { homeFindings } from '../doctor/home-findings.ts';
import { modelsFindings } from '../doctor/models-finding.ts';
import { nodeFinding } from '../doctor/node-finding.ts';
import { failureOf, NotInOrder } from '../output/command-failure.ts';
import { homeDirectory, readConfig, type GlobalOptions } from '../home/home-config.ts';
import { withJson } from '../output/listing.ts';
import { printJson, printLines, tableLines } from '../output/printing.ts';

export function addDoctor(command: Command, deps: CliDeps): void {
  withJson(command).action(async () => {
    const options = command.optsWithGlobals<GlobalOptions>();
    const { config } = await readConfig(deps, options);
    const findings = [
      nodeFinding(process.versions.node),
      ...(await homeFindings(deps, { directory: homeDirectory(deps, options), config })),
      ...modelsFindings(config),
      ...(await engine(deps, options, config)),
    ];
    const ok = findings.every((finding) => finding.ok);
    if (options.json) printJson(deps.stdout, { ok, findings });
    else printLines(deps.stdout, lines(findings));
    if (!ok) throw new NotInOrder(wrongOnes(findings));
  });
}

function wrongOnes(findings: readonly Finding[]): string {
  const wrong = findings.filter(({ ok }) => !ok);
  return wrong.map(({ name, detail }) => `${name}: ${detail}`).join('; ');
}

function lines(findings: readonly Finding[]): readonly string[] {
  return [
    ...tableLines(findings, [
      { title: 'check', value: ({ name }) => name },
      { title: 'state', value: ({ ok }) => (ok ? 'ok' : 'WRONG') },
      { title: 'detail', value: ({ detail }) => detail, whole: true },
    ]),
    ...findings.flatMap(({ name, mend }) => (mend === undefined ? [] : [`to mend ${name}: ${mend}`])),
  ];
}

async function engine(deps: CliDeps, options: GlobalOptions, config: Config): Promise<readonly Finding[]> {
  const directory = homeDirectory(deps, options);
  const isRunning = runningProcess(directory) !== undefined;
  try {
    return await deps.engine.examine({ directory, config, isRunning }, deps.interrupt);
  } catch (error) {
    if (deps.interrupt.aborted) throw error;
    return [{ name: 'engine', ok: false, detail: failureOf(error).message ?? 'it cannot be asked' }];
  }
}

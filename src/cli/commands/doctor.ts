import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import type { Config } from '../../config/schema.ts';
import { databasePath, runningProcess } from '../../economy/open-home.ts';
import type { CliDeps, Finding } from '../deps.ts';
import { failureOf, NotInOrder } from '../failure.ts';
import { homeDirectory, openHome, readConfig, type GlobalOptions } from '../home.ts';
import { withJson } from '../listing.ts';
import { printJson, printLines, tableLines } from '../output.ts';

/** What `engines` in package.json says; start-up refuses less. */
const NODE_LEAST = [20, 19] as const;

export function addDoctor(program: Command, deps: CliDeps): void {
  withJson(
    program.command('doctor').description('check engine, image and database; exit 1 where something is wrong'),
  ).action(async (_options, command: Command) => {
    const options = command.optsWithGlobals<GlobalOptions>();
    const config = readConfig(deps, options);
    const findings = [node(), database(deps, options), run(deps, options), ...(await engine(deps, config))];
    const ok = findings.every((finding) => finding.ok);
    if (options.json) printJson(deps.stdout, { ok, findings });
    else printLines(deps.stdout, lines(findings));
    if (!ok) throw new NotInOrder();
  });
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

function node(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [leastMajor, leastMinor] = NODE_LEAST;
  const ok = major > leastMajor || (major === leastMajor && minor >= leastMinor);
  return {
    name: 'node',
    ok,
    detail: process.versions.node,
    ...(!ok && { mend: `install Node ${leastMajor}.${leastMinor} or newer` }),
  };
}

function database(deps: CliDeps, options: GlobalOptions): Finding {
  const name = 'database';
  const path = databasePath(homeDirectory(deps, options));
  if (!existsSync(path)) return { name, ok: true, detail: `none yet at ${path}; bp-agents init makes it` };
  try {
    const home = openHome(deps, options, { create: false });
    try {
      const [defect] = home.economy.store.defects();
      const version = home.economy.store.version();
      if (defect === undefined) return { name, ok: true, detail: `whole, version ${version}, ${path}` };
      return {
        name,
        ok: false,
        detail: defect,
        mend: 'restore a copy of .bp-agents; bp-agents audit says how bad it is',
      };
    } finally {
      home.close();
    }
  } catch (error) {
    return { name, ok: false, detail: failureOf(error).message ?? 'it cannot be opened' };
  }
}

function run(deps: CliDeps, options: GlobalOptions): Finding {
  const pid = runningProcess(homeDirectory(deps, options));
  const detail = pid === undefined ? 'not going on' : pid === 0 ? 'going on' : `going on in process ${pid}`;
  return { name: 'run', ok: true, detail };
}

async function engine(deps: CliDeps, config: Config): Promise<readonly Finding[]> {
  try {
    return await deps.engine.examine(config, deps.interrupt);
  } catch (error) {
    return [{ name: 'engine', ok: false, detail: failureOf(error).message ?? 'it cannot be asked' }];
  }
}

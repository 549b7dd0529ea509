import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { databasePath } from '../../config/home-places.ts';
import { hasAgents } from '../../economy/agents/bootstrap-agent.ts';
import { onceOpened } from '../../economy/home/database-patience.ts';
import { fitPrices } from '../../economy/market/fit-prices.ts';
import { lockRun } from '../../economy/home/open-home.ts';
import { parseWhole } from '../input/arguments.ts';
import type { CliDeps } from '../cli-deps.ts';
import type { Home } from '../../operator/home.ts';
import { EndLimits } from '../run/end-limits.ts';
import { valueOf } from '../output/command-failure.ts';
import { GENESIS, makeAgent } from '../../operator/make-agent.ts';
import { dayCostLines } from '../output/day-cost-lines.ts';
import { madeAgentLines } from '../output/made-agent-lines.ts';
import { learnMachine } from '../home/engine-machine.ts';
import { homeDirectory, readConfig, type GlobalOptions } from '../home/home-config.ts';
import { openHome, putBackWorkspaces, putRenamedFolderRight } from '../home/opened-home.ts';
import { recordRun } from '../home/run-record-file.ts';
import { printLines, printProse } from '../output/printing.ts';
import { runSession } from '../run/run-session.ts';
import { whyPaused } from '../../economy/views/pause-view.ts';
import { stateOf } from '../../economy/views/status-view.ts';
import { refuseDamaged } from '../../economy/home/wholeness.ts';

interface Options extends GlobalOptions {
  readonly cycles?: string;
  readonly headless?: boolean;
  readonly bootstrap?: boolean;
  readonly web: boolean;
}

const CYCLES_MAX = 1_000_000_000;

export function addRun(command: Command, deps: CliDeps): void {
  command
    .option('--cycles <n>', 'end after this many cycles, once all that runs is settled')
    .option('--headless', 'never ask; prompts, score and skip answer from another terminal')
    .option('--no-web', 'serve no page')
    .option('--bootstrap', 'make genesis where no agent was ever made')
    .action(async () => {
      const options = command.optsWithGlobals<Options>();
      const { cycles, headless = false, web } = options;
      const cyclesMax =
        cycles === undefined ? undefined : valueOf(parseWhole(cycles, 'cycles', { least: 1, most: CYCLES_MAX }));
      // Wrong values are told before anything is made.
      const read = await readConfig(deps, options);
      const { config } = read;
      const directory = homeDirectory(deps, options);
      const lock = lockRun(directory, process.pid);
      try {
        await learnMachine(deps, directory, config);
        const isNew = !existsSync(databasePath(directory));
        const home = await patiently(deps, () =>
          openHome(deps, { directory, config }, { create: true, isPatient: true }),
        );
        if (!home) return;
        try {
          refuseDamaged(home.economy);
          await putRenamedFolderRight(deps, home);
          await recordRun(deps, read);
          const begun = await patiently(deps, () => begin(deps, home, options));
          if (!begun) return;
          const told = [...pauseLines(home), ...welcome(home, isNew), ...begun, ...dayCostLines(home.economy)];
          printProse(deps.stdout, told);
          await runSession(deps, home, { cycles: cyclesMax, headless, web: web && config.web.enabled, told });
        } finally {
          await putBackWorkspaces(deps, home);
          home.close();
        }
        new EndLimits(deps, home).done();
      } finally {
        lock.release();
      }
    });
}

/** Undefined where the interrupt came while another process held the database: then nothing was begun. */
async function patiently<T>({ clock, interrupt, stdout }: CliDeps, open: () => T | Promise<T>): Promise<T | undefined> {
  const onWait = () => printLines(stdout, ['another process holds the database: waiting for it']);
  try {
    return await onceOpened(clock, open, { signal: interrupt, onWait });
  } catch (error) {
    if (interrupt.aborted && error === interrupt.reason) return undefined;
    throw error;
  }
}

function welcome({ directory }: Home, isNew: boolean): readonly string[] {
  return isNew
    ? [`made an economy in ${directory}; bp-agents init writes its parameters into a file that you can change`]
    : [];
}

/** A pause lasts over restarts: nobody is to wait in vain for something to happen. */
function pauseLines({ economy }: Home): readonly string[] {
  const state = stateOf(economy);
  return state.operatorPause === null ? [] : [`the market is paused ${whyPaused(state)}`];
}

function begin(deps: CliDeps, home: Home, { bootstrap }: Options): readonly string[] {
  fitPrices(home.economy);
  if (hasAgents(home.economy)) return [];
  if (bootstrap) return madeAgentLines(valueOf(makeAgent(deps, home, { id: GENESIS })));
  return ['no agents yet: bp-agents bootstrap makes genesis, here or from another terminal'];
}

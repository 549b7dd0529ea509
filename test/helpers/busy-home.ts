import { cliHome, type CliHome } from './cli.ts';
import { spawnRun, type SpawnedRun } from './spawned-run.ts';

export const AGENTS = 20;
const SETTINGS = ['market.cycle_seconds=1', 'market.supply.cpu_seconds=64', 'market.supply.memory_mb=8000'];

export interface BusyHome {
  readonly home: CliHome;
  readonly run: SpawnedRun;
}

/** A run of twenty agents who all execute in each cycle of a second, over an engine without containers. */
export async function busyHome(environment: Readonly<Record<string, string>> = {}): Promise<BusyHome> {
  const home = cliHome();
  for (let agent = 1; agent <= AGENTS; agent++) {
    const bundle = 'cpu_seconds=1,memory_mb=64,tokens=0,attention=0';
    await home.run('bootstrap', '--id', `agent-${agent}`, '--bundle', bundle, '--credits', '1000000');
  }
  const run = spawnRun(home.directory, SETTINGS, [], { WORKS_ON: 'yes', ...environment });
  await run.says(/cycle 5 /);
  return { home, run };
}

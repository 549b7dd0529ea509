import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { volumesDirectory } from '../../config/home-places.ts';
import { closeEconomy } from '../../economy/economy.ts';
import { lockOutRuns, openHomeEconomy, runningProcess, type HomeOptions } from '../../economy/home/open-home.ts';
import type { Home } from '../../operator/home.ts';
import type { CliDeps } from '../cli-deps.ts';
import { printLines } from '../output/printing.ts';
import { machineOf } from './engine-machine.ts';
import { homeDirectory, readConfig, type GlobalOptions } from './home-config.ts';

/** Opens the economy of the home. The caller closes it. */
export async function openHome(
  deps: CliDeps,
  options: GlobalOptions,
  { create, isPatient = false }: Pick<HomeOptions, 'create' | 'isPatient'>,
): Promise<Home> {
  const directory = homeDirectory(deps, options);
  const config = await readConfig(deps, options);
  const { clock, random } = deps;
  const machine = machineOf(deps, directory);
  const economy = openHomeEconomy({ directory, config, machine, clock, random, create, isPatient });
  return { directory, config, economy, close: () => closeEconomy(economy) };
}

/** Works on the economy of the home and closes it again. */
export async function withHome<T>(
  deps: CliDeps,
  command: Command,
  work: (home: Home) => T | Promise<T>,
  { create = false }: { readonly create?: boolean } = {},
): Promise<T> {
  const home = await openHome(deps, command.optsWithGlobals<GlobalOptions>(), { create });
  try {
    await recoverWorkspaces(deps, home);
    return await work(home);
  } finally {
    home.close();
  }
}

/** Puts back what a `run` left that was cut off or could not begin. To be called where none goes on. */
export async function putBackWorkspaces({ engine, stderr }: CliDeps, home: Home): Promise<void> {
  if (!existsSync(volumesDirectory(home.directory))) return;
  await engine.putBackWorkspaces(home, (line) => printLines(stderr, [`bp-agents: ${line}`]));
}

/** After a `run` that was cut off, the next command finds agents' files where people look for them. */
async function recoverWorkspaces(deps: CliDeps, home: Home): Promise<void> {
  const { directory } = home;
  if (!existsSync(volumesDirectory(directory)) || runningProcess(directory) !== undefined) return;
  let lock: ReturnType<typeof lockOutRuns>;
  try {
    lock = lockOutRuns(directory, process.pid, 'workspaces are put back');
  } catch {
    // A `run` has begun meanwhile: it does the same.
    return;
  }
  try {
    await putBackWorkspaces(deps, home);
  } finally {
    lock.release();
  }
}

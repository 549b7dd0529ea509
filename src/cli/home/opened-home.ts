import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { volumesDirectory } from '../../config/home-places.ts';
import { closeEconomy } from '../../economy/economy.ts';
import { lockOutRuns, openHomeEconomy, runningProcess, type HomeOptions } from '../../economy/home/open-home.ts';
import { renamedAgent } from '../../economy/views/agent-view.ts';
import { moveRenamedFolder } from '../../operator/renamed-folder.ts';
import { BpError } from '../../platform/errors.ts';
import type { Home } from '../../operator/home.ts';
import type { CliDeps } from '../cli-deps.ts';
import { printLines } from '../output/printing.ts';
import { machineOf } from './engine-machine.ts';
import { configInForce } from './config-in-force.ts';
import { homeDirectory, type GlobalOptions } from './home-config.ts';

/** Opens the economy of a home with this configuration. The caller closes it. */
export function openHome(
  deps: CliDeps,
  { directory, config }: Pick<Home, 'directory' | 'config'>,
  { create, isPatient = false }: Pick<HomeOptions, 'create' | 'isPatient'>,
): Home {
  const { clock, random } = deps;
  const machine = machineOf(deps, directory);
  const economy = openHomeEconomy({ directory, config, machine, clock, random, create, isPatient });
  return { directory, config, economy, close: () => closeEconomy(economy) };
}

/** Works on the economy of the home, with the configuration that the command goes by, and closes it again. */
export async function withHome<T>(
  deps: CliDeps,
  command: Command,
  work: (home: Home) => T | Promise<T>,
  { create = false }: { readonly create?: boolean } = {},
): Promise<T> {
  const directory = homeDirectory(deps, command.optsWithGlobals<GlobalOptions>());
  const home = openHome(deps, { directory, config: await configInForce(deps, command) }, { create });
  try {
    await recoverWorkspaces(deps, home);
    if (runningProcess(directory) === undefined) moveFolder(deps, home);
    return await work(home);
  } finally {
    home.close();
  }
}

/** What is in the way of a folder's new name is no reason not to look at the economy. */
function moveFolder({ stderr }: CliDeps, home: Home): void {
  try {
    moveRenamedFolder(home);
  } catch (error) {
    if (!(error instanceof BpError)) throw error;
    printLines(stderr, [`bp-agents: ${error.message}`]);
  }
}

/** For a `run`, before anything runs. Throws as `moveRenamedFolder` does. */
export async function putRenamedFolderRight(deps: CliDeps, home: Home): Promise<void> {
  if (!renamedAgent(home.economy)) return;
  await putBackWorkspaces(deps, home);
  moveRenamedFolder(home);
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

import { accessSync, constants, existsSync, lstatSync } from 'node:fs';
import { dirname } from 'node:path';
import { databasePath, workspacesDirectory } from '../../config/home-places.ts';
import { hasOldDatabase, runningProcess } from '../../economy/home/open-home.ts';
import { diskFinding } from '../../platform/disk-finding.ts';
import type { Finding } from '../../platform/finding.ts';
import type { CliDeps } from '../cli-deps.ts';
import type { Home } from '../../operator/home.ts';
import { failureOf } from '../output/command-failure.ts';
import { openHome } from '../home/opened-home.ts';
import { clockFinding } from './clock-finding.ts';
import { examineDatabase, newestRecordAt } from '../../economy/home/wholeness.ts';
import { unsettledExecutions } from '../../economy/views/execution-view.ts';

type Place = Pick<Home, 'directory' | 'config'>;

/** What of a home can be out of order: its database, its lock, its folders, its disk, and time itself. */
export async function homeFindings(deps: CliDeps, place: Place): Promise<readonly Finding[]> {
  const { directory } = place;
  const { finding, newestAt, unsettled } = databaseFindings(deps, place);
  return [
    finding,
    runFinding(directory, unsettled),
    await clockFinding(deps.clock, newestAt),
    workspacesFinding(directory),
    diskFinding('disk', directory),
  ];
}

interface Examined {
  readonly finding: Finding;
  /** Of the last thing that was recorded; undefined where nothing is, or it can't be read. */
  readonly newestAt?: number | undefined;
  readonly unsettled?: number;
}

function databaseFindings(deps: CliDeps, place: Place): Examined {
  const { directory } = place;
  const name = 'database';
  const path = databasePath(directory);
  if (!existsSync(path)) return { finding: { name, ok: true, detail: `none yet at ${path}; bp-agents init makes it` } };
  try {
    // Opening it would change it, and this command changes nothing.
    if (hasOldDatabase(directory))
      return {
        finding: { name, ok: true, detail: `of an earlier version; the next command brings it up to date: ${path}` },
      };
    const home = openHome(deps, place, { create: false });
    try {
      return { finding: wholeness(home, path), ...newest(home) };
    } finally {
      home.close();
    }
  } catch (error) {
    const detail = failureOf(error).message ?? 'it cannot be opened';
    return {
      finding: {
        name,
        ok: false,
        detail,
        mend: 'docs/handbook/when-something-is-wrong.md#error-codes lists what the code means',
      },
    };
  }
}

function wholeness({ economy }: Home, path: string): Finding {
  const name = 'database';
  const { defect, version } = examineDatabase(economy);
  if (defect === undefined) return { name, ok: true, detail: `whole, version ${version}, ${path}` };
  return { name, ok: false, detail: defect, mend: 'restore a copy of .bp-agents; bp-agents audit says how bad it is' };
}

function newest({ economy }: Home): Pick<Examined, 'newestAt' | 'unsettled'> {
  return { newestAt: newestRecordAt(economy), unsettled: unsettledExecutions(economy).length };
}

function runFinding(directory: string, unsettled = 0): Finding {
  const pid = runningProcess(directory);
  const left = unsettled === 0 ? '' : `; ${unsettled} unsettled of an earlier one, which the next one settles`;
  const detail = pid === undefined ? `not going on${left}` : pid === 0 ? 'going on' : `going on in process ${pid}`;
  return { name: 'run', ok: true, detail };
}

function workspacesFinding(home: string): Finding {
  const name = 'workspaces';
  const folder = workspacesDirectory(home);
  const mend = `make ${folder} a folder that you can write to`;
  try {
    const stats = lstatSync(folder, { throwIfNoEntry: false });
    if (stats && !stats.isDirectory()) return { name, ok: false, detail: `${folder} is no folder`, mend };
    accessSync(existing(folder), constants.W_OK | constants.X_OK);
    return { name, ok: true, detail: stats ? `can be written: ${folder}` : `can be made: ${folder}` };
  } catch (error) {
    return { name, ok: false, detail: failureOf(error).message ?? `${folder} can't be written`, mend };
  }
}

/** The folder itself, or the nearest one above it that is there. */
function existing(folder: string): string {
  const above = dirname(folder);
  return existsSync(folder) || above === folder ? folder : existing(above);
}

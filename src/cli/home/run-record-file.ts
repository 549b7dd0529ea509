import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileOutline, type FileOutline } from '../../config/file-outline.ts';
import { CONFIG_FILE, runRecordPath } from '../../config/home-places.ts';
import type { ConfigSources } from '../../config/load.ts';
import { parseRunRecord, runRecordText, treeOf, type RunRecord } from '../../config/run-record.ts';
import { errorCode } from '../../platform/system-error.ts';
import type { CliDeps } from '../cli-deps.ts';
import { programOf } from './config-cache-file.ts';
import type { ReadConfig } from './home-config.ts';
import { readOwnFile, replaceOwnFile } from '../../platform/own-file.ts';

/** Leaves to other commands what this `run` goes by. Throws the system's error. */
export async function recordRun({ version }: CliDeps, { config, sources }: ReadConfig): Promise<void> {
  const { effectiveValues, settingVariables } = await import('../../config/load.ts');
  const record = {
    program: programOf(version),
    pid: process.pid,
    file: outlineNow(sources),
    variables: settingVariables(sources),
    values: treeOf(effectiveValues(sources)),
    config,
  };
  replaceOwnFile(runRecordPath(sources.home), runRecordText(record));
}

/** What the newest `run` left; undefined where none did. Throws an Error where that can't be believed or read. */
export function readRunRecord(home: string): RunRecord | undefined {
  const text = textOf(runRecordPath(home));
  return text === undefined ? undefined : parseRunRecord(text);
}

/** Another database is in this place, which no `run` has opened. */
export function forgetRun(home: string): void {
  rmSync(runRecordPath(home), { force: true });
}

/** Of the file as it is; nothing where there is none, or it can't be read, which matters to the next `run` alone. */
export function outlineNow({ home, readFile }: ConfigSources): FileOutline {
  try {
    return fileOutline(readFile(join(home, CONFIG_FILE)) ?? '');
  } catch {
    return {};
  }
}

function textOf(path: string): string | undefined {
  try {
    const text = readOwnFile(path);
    if (text !== undefined) return text;
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return undefined;
    throw error;
  }
  throw new Error('it is no file of yours');
}

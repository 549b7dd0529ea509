import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { reportsDirectory } from '../../config/home-places.ts';
import { namesIn } from '../../platform/folder.ts';
import { SafeDirectory } from '../content/safe-directory.ts';
import { parseReport, type EndedEvent } from './supervisor-events.ts';

const REPORT_NAME = 'report.json';
const REPORT_BYTES_MAX = 16_384;

/** Makes the directory of one execution's report; the agent's user can't enter it. */
export async function makeReportDirectory(home: string, executionId: string): Promise<string> {
  const directory = join(reportsDirectory(home), executionId);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  return directory;
}

/** The supervisor's report, or undefined where it left none that can be read. */
export async function readReport(home: string, executionId: string): Promise<EndedEvent | undefined> {
  let directory: SafeDirectory | undefined;
  try {
    directory = await SafeDirectory.open(join(reportsDirectory(home), executionId));
    const bytes = await directory.readFile(REPORT_NAME, REPORT_BYTES_MAX);
    return bytes && parseReport(bytes.toString('utf8'));
  } catch {
    return undefined;
  } finally {
    await directory?.close();
  }
}

export async function removeReport(home: string, executionId: string): Promise<void> {
  await rm(join(reportsDirectory(home), executionId), { recursive: true, force: true });
}

/** Executions whose report directory still stands. */
export function reportedExecutions(home: string): Promise<readonly string[]> {
  return namesIn(reportsDirectory(home));
}

import { closeSync, constants, fstatSync, openSync, readdirSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { logsDirectory } from '../config/home-places.ts';
import { parseId } from '../domain/ids.ts';
import { fileLines } from '../platform/file-lines.ts';
import { errorCode } from '../platform/system-error.ts';

const NAME = /^bp-agents(\.\d+)?\.log$/;

type Fields = Readonly<Record<string, unknown>>;

/**
 * Blanks in the program's log what the lines about these executions cite: the words of errors and of endings. Each line
 * keeps its place and its length, so that a `run` can go on writing. Returns how many lines were changed.
 */
export function blankLog(home: string, isMeant: (executionId: number) => boolean): number {
  // All are opened before any is read: meanwhile the newest may become an older one.
  const files = logNames(home).flatMap((name) => openLog(join(logsDirectory(home), name)) ?? []);
  try {
    return files.reduce((changed, file) => changed + blankFile(file, isMeant), 0);
  } finally {
    for (const file of files) closeSync(file);
  }
}

function blankFile(file: number, isMeant: (executionId: number) => boolean): number {
  let changed = 0;
  for (const { at, bytes } of fileLines(file)) {
    const blanked = blankedLine(bytes.toString('utf8'), isMeant);
    if (blanked === undefined) continue;
    const text = Buffer.from(blanked);
    if (text.length > bytes.length) continue;
    // White space before the last brace is no part of the JSON.
    writeSync(
      file,
      Buffer.concat([text.subarray(0, -1), Buffer.alloc(bytes.length - text.length, ' '), BRACE]),
      0,
      null,
      at,
    );
    changed += 1;
  }
  return changed;
}

const BRACE = Buffer.from('}');

/** Undefined where the line cites nothing, or is about something else. */
function blankedLine(line: string, isMeant: (executionId: number) => boolean): string | undefined {
  if (!line.includes('"err"') && !line.includes('"detail"')) return undefined;
  const fields = parsed(line);
  const number = fields && executionOf(fields);
  if (!fields || number === undefined || !isMeant(number)) return undefined;
  const { err, detail, ...kept } = fields;
  if (err === undefined && detail === undefined) return undefined;
  return JSON.stringify(err === undefined ? kept : { ...kept, msg: 'purged' });
}

function executionOf({ execution, executionId }: Fields): number | undefined {
  const name = execution ?? executionId;
  const id = typeof name === 'string' ? parseId('execution', name) : undefined;
  return id?.ok ? id.value : undefined;
}

function parsed(line: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Fields) : undefined;
  } catch {
    return undefined;
  }
}

function logNames(home: string): readonly string[] {
  try {
    return readdirSync(logsDirectory(home)).filter((name) => NAME.test(name));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

/** A link, a pipe or a device in its place is neither followed, waited for nor written to. */
function openLog(path: string): number | undefined {
  let file: number;
  try {
    file = openSync(path, constants.O_RDWR | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ELOOP') return undefined;
    throw error;
  }
  if (fstatSync(file).isFile()) return file;
  closeSync(file);
  return undefined;
}

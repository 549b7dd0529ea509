import { closeSync, constants, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { makeFolder } from '../../platform/folder.ts';
import type { Command } from 'commander';
import { csvLine } from '../output/csv.ts';
import type { CliDeps } from '../cli-deps.ts';
import { booksView } from '../../economy/views/books-view.ts';
import { manifestOfEconomy, writeManifest } from '../experiments/manifest.ts';
import { valuesInForce } from '../home/config-in-force.ts';
import { exportTables, type ExportTable } from '../../operator/export-tables.ts';
import { reject } from '../output/command-failure.ts';
import type { GlobalOptions } from '../home/home-config.ts';
import { withHome } from '../home/opened-home.ts';
import { withJson } from '../output/listing.ts';
import { printJson, printLines } from '../output/printing.ts';
import { snapshot } from '../../economy/snapshot.ts';

interface Options extends GlobalOptions {
  readonly dir: string;
}

interface WrittenTable {
  readonly file: string;
  readonly rows: number;
}

const MANIFEST = 'manifest.json';
const BUFFER_CHARS = 1_048_576;

export function addExport(command: Command, deps: CliDeps): void {
  withJson(command)
    .requiredOption('--dir <dir>', 'where the files are written; older ones of the same names are replaced')
    .action(async () => {
      const { dir, json } = command.optsWithGlobals<Options>();
      if (dir.trim() === '') reject('empty', '--dir must be a folder, not empty', { field: 'dir' });
      const directory = resolve(deps.directory, dir);
      const values = await valuesInForce(deps, command);
      const written = await withHome(deps, command, (home) => {
        makeFolder(directory);
        const suffix = Buffer.from(deps.random.bytes(6)).toString('hex');
        return snapshot(home.economy, () => {
          const tables = writeTables(directory, suffix, exportTables(home.economy));
          writeManifest(join(directory, MANIFEST), manifestOfEconomy(deps, booksView(home.economy), values));
          return tables;
        });
      });
      if (json) printJson(deps.stdout, { dir: directory, files: written, manifest: MANIFEST });
      else
        printLines(deps.stdout, [
          ...written.map(({ file, rows }) => `${join(directory, file)}: ${rows} rows`),
          `${join(directory, MANIFEST)}: what it was made with, and the chain's head`,
        ]);
    });
}

/**
 * Writes each file under a name of its own, and gives it its real name at the end. So a link at that name is replaced,
 * not followed, and an export that failed leaves the last one as it was.
 */
function writeTables(directory: string, suffix: string, tables: readonly ExportTable[]): readonly WrittenTable[] {
  const temporary = ({ name }: ExportTable) => join(directory, `.${name}.csv.${suffix}`);
  try {
    const written = tables.map((table) => ({ file: `${table.name}.csv`, rows: writeTable(temporary(table), table) }));
    for (const table of tables) renameSync(temporary(table), join(directory, `${table.name}.csv`));
    return written;
  } catch (error) {
    for (const table of tables) rmSync(temporary(table), { force: true });
    throw error;
  }
}

function writeTable(path: string, { columns, rows }: ExportTable): number {
  const file = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
  try {
    let buffered = csvLine(columns);
    let count = 0;
    for (const row of rows()) {
      buffered += csvLine(columns.map((column) => row[column] ?? null));
      count += 1;
      if (buffered.length > BUFFER_CHARS) {
        writeWhole(file, buffered);
        buffered = '';
      }
    }
    writeWhole(file, buffered);
    return count;
  } finally {
    closeSync(file);
  }
}

/** A write may take only a part. */
function writeWhole(file: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
}

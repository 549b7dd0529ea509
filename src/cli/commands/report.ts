import { lstatSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { reportData } from '../../operator/report/report-data.ts';
import { replaceOwnFile } from '../../platform/own-file.ts';
import { reportHtml } from '../../web/report/report-html.ts';
import type { CliDeps } from '../cli-deps.ts';
import type { GlobalOptions } from '../home/home-config.ts';
import { withHome } from '../home/opened-home.ts';
import { reject } from '../output/command-failure.ts';
import { withJson } from '../output/listing.ts';
import { printJson, printLines } from '../output/printing.ts';

interface Options extends GlobalOptions {
  readonly out: string;
}

const DEFAULT = 'bp-agents-report.html';

export function addReport(command: Command, deps: CliDeps): void {
  withJson(command)
    .option('--out <file>', 'where it is written; an older one is replaced', DEFAULT)
    .action(async () => {
      const { out, json } = command.optsWithGlobals<Options>();
      if (out.trim() === '') reject('empty', '--out must be a name, not empty', { field: 'out' });
      const file = resolve(deps.directory, out);
      refuseSpecial(file);
      const built = (name: string) => readFileSync(join(deps.pageDirectory, name), 'utf8');
      const parts = { script: built('report.js'), style: built('report.css'), licences: built('LICENSES.txt') };
      const data = await withHome(deps, command, reportData);
      const html = reportHtml({ data, ...parts });
      replaceOwnFile(file, html);
      const bytes = Buffer.byteLength(html);
      if (json) printJson(deps.stdout, { file, bytes, cycle: data.cycle });
      else printLines(deps.stdout, [`${file}: ${bytes.toLocaleString('en-US')} bytes, as of cycle ${data.cycle}`]);
    });
}

/** To root a device such as /dev/null, or a link such as /dev/stdout, is as easy to replace as a file. */
function refuseSpecial(file: string): void {
  if (lstatSync(file, { throwIfNoEntry: false })?.isFile() === false)
    reject('invalid_value', `${file} is there already and is not a plain file: choose another --out`, { field: 'out' });
}

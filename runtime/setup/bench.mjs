import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { foreground } from './child.mjs';
import { Fault } from './fault.mjs';
import { inRoot } from './places.mjs';
import { ALL_STEPS, setUp } from './set-up.mjs';

/**
 * `npm run bench`: one benchmark after the other, so that none disturbs another's figures.
 * @param {readonly string[]} args Parts of file names, none for all; what stands after `--` is for the benchmarks.
 */
export async function bench(args) {
  const end = args.includes('--') ? args.indexOf('--') : args.length;
  const [parts, passed] = [args.slice(0, end), args.slice(end + 1)];
  const files = readdirSync(inRoot('test', 'bench'))
    .filter((name) => name.endsWith('.bench.ts') && (parts.length === 0 || parts.some((part) => name.includes(part))))
    .sort();
  if (files.length === 0) throw new Fault(`no benchmark is called ${parts.join(' or ')}`);
  await setUp(ALL_STEPS);
  const tsx = fileURLToPath(import.meta.resolve('tsx/cli'));
  for (const file of files) {
    console.log(`\n${file}`);
    const code = await foreground(process.execPath, [tsx, inRoot('test', 'bench', file), ...passed]);
    if (code !== 0) throw new Fault(`${file} failed`);
  }
}

import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { foreground } from './child.mjs';
import { Fault } from './fault.mjs';
import { inRoot } from './places.mjs';
import { ALL_STEPS, setUp } from './set-up.mjs';

/**
 * `npm run bench`: one benchmark after the other, so that none disturbs another's figures.
 * @param {readonly string[]} args Parts of file names; none for all.
 */
export async function bench(args) {
  const files = readdirSync(inRoot('test', 'bench'))
    .filter((name) => name.endsWith('.bench.ts') && (args.length === 0 || args.some((part) => name.includes(part))))
    .sort();
  if (files.length === 0) throw new Fault(`no benchmark is called ${args.join(' or ')}`);
  await setUp(ALL_STEPS);
  const tsx = fileURLToPath(import.meta.resolve('tsx/cli'));
  for (const file of files) {
    console.log(`\n${file}`);
    const code = await foreground(process.execPath, [tsx, inRoot('test', 'bench', file)]);
    if (code !== 0) throw new Fault(`${file} failed`);
  }
}

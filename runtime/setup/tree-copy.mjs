import { cpSync, lstatSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { captured } from './child.mjs';
import { Fault } from './fault.mjs';
import { inRoot } from './places.mjs';

/**
 * Copies the tree as git would: what is committed and what is not yet, but nothing that it ignores.
 * @param {string} folder
 */
export async function copyTree(folder) {
  const { code, output } = await captured('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard']);
  if (code !== 0) throw new Fault(`git does not tell which files are the project's: ${output.trim()}`);
  for (const name of new Set(output.split('\0'))) {
    // One that was deleted stays in git's index until that is committed.
    if (name === '' || !lstatSync(inRoot(name), { throwIfNoEntry: false })) continue;
    const target = join(folder, name);
    mkdirSync(dirname(target), { recursive: true });
    cpSync(inRoot(name), target, { verbatimSymlinks: true });
  }
}

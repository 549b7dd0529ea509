import { createHash } from 'node:crypto';
import { chmodSync, cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { captured } from './child.mjs';
import { Fault } from './fault.mjs';
import { bundlePage } from './page.mjs';
import { inRoot, ROOT } from './places.mjs';

/** Checks what `npm ci` leaves: the packages, and better-sqlite3 compiled for this Node. */
export function checkPackages() {
  if (!existsSync(inRoot('node_modules', 'typescript')))
    throw new Fault('the packages are missing: run `npm ci` first');
  const addon = inRoot('node_modules', 'better-sqlite3', 'build', 'Release', 'better_sqlite3.node');
  if (!existsSync(addon))
    throw new Fault(
      'better-sqlite3 is not compiled: install python3, make and g++, then run `npm rebuild better-sqlite3`',
    );
  try {
    createRequire(import.meta.url)(addon);
  } catch {
    throw new Fault('better-sqlite3 was compiled for another Node: run `npm rebuild better-sqlite3`');
  }
  return 'installed';
}

/**
 * Compiles src to dist, unless dist was made from the very same files. The new dist takes the old one's place whole,
 * so that neither a failure nor a `bp-agents run` meets half of one.
 * @param {(doing: string) => void} say
 */
export async function ensureBuild(say) {
  const sources = filesUnder(inRoot('src'));
  const fingerprint = fingerprintOf([
    ...sources,
    ...['package.json', 'package-lock.json', 'tsconfig.json', 'runtime/setup/page.mjs'].map((name) => inRoot(name)),
  ]);
  const stamp = inRoot('dist', '.built');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint) return 'up to date';

  say('compiling');
  const [fresh, old] = [inRoot('dist.new'), inRoot('dist.old')];
  for (const directory of [fresh, old]) rmSync(directory, { recursive: true, force: true });
  const compiler = inRoot('node_modules', 'typescript', 'bin', 'tsc');
  // Types are checked by `npm run check`; that takes most of a compiler's time, and here nobody would have changed one.
  const options = ['-p', inRoot('src'), '--outDir', fresh, '--noCheck'];
  const { code, output } = await captured(process.execPath, [compiler, ...options]);
  if (code !== 0) {
    say('');
    console.error(output.trimEnd());
    throw new Fault("the build failed: see the compiler's words above");
  }
  for (const source of sources)
    if (!/\.tsx?$|tsconfig\.json$/.test(source) && !source.startsWith(inRoot('src', 'web', 'page')))
      cpSync(source, join(fresh, relative(inRoot('src'), source)));
  try {
    await bundlePage(join(fresh, 'web', 'page'));
  } catch (error) {
    say('');
    console.error(error instanceof Error ? error.message : error);
    throw new Fault('the page could not be bundled: see the words above');
  }
  chmodSync(join(fresh, 'main.js'), 0o755);
  writeFileSync(join(fresh, '.built'), fingerprint);

  if (existsSync(inRoot('dist'))) renameSync(inRoot('dist'), old);
  renameSync(fresh, inRoot('dist'));
  rmSync(old, { recursive: true, force: true });
  return 'compiled';
}

/**
 * @param {string} directory
 * @returns {string[]}
 */
function filesUnder(directory) {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** @param {readonly string[]} paths */
function fingerprintOf(paths) {
  const hash = createHash('sha256');
  for (const path of paths)
    hash
      .update(`${relative(ROOT, path)}\0`)
      .update(readFileSync(path))
      .update('\0');
  return hash.digest('hex');
}

import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { inRoot, ROOT } from './places.mjs';

const PAGE = inRoot('src', 'web', 'page');

const COMMON = {
  absWorkingDir: ROOT,
  bundle: true,
  minify: true,
  target: 'es2022',
  charset: 'utf8',
  legalComments: 'none',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  metafile: true,
  logLevel: 'error',
};

/**
 * Bundles the page for the browser and what draws a report, with the licences of what is in them.
 * @param {string} directory Where it goes.
 */
export async function bundlePage(directory) {
  const esbuild = createRequire(import.meta.url)(inRoot('node_modules', 'esbuild'));
  mkdirSync(directory, { recursive: true });
  try {
    const build = async (/** @type {object} */ options) => {
      const { metafile } = await esbuild.build({ ...COMMON, outdir: directory, ...options });
      return Object.keys(metafile.inputs);
    };
    const page = await build({ entryPoints: { app: join(PAGE, 'main.tsx') }, format: 'esm' });
    // It stands within a document that may be a file of its own, where modules are not loaded.
    const report = await build({ entryPoints: { report: join(PAGE, 'report.tsx') }, format: 'iife' });
    writeFileSync(join(directory, 'LICENSES.txt'), licencesOf([...page, ...report]));
  } finally {
    esbuild.stop();
  }
  copyFileSync(join(PAGE, 'index.html'), join(directory, 'index.html'));
}

/**
 * The licence of each package that any of these files belongs to.
 * @param {readonly string[]} paths
 */
function licencesOf(paths) {
  const packages = new Set(paths.map((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]));
  return [...packages]
    .filter((name) => name !== undefined)
    .sort()
    .map((name) => `${name}\n\n${licenceOf(name)}`)
    .join('\n\n');
}

/** @param {string} name */
function licenceOf(name) {
  const path = ['LICENSE', 'LICENSE.md', 'LICENSE.txt'].map((file) => inRoot('node_modules', name, file));
  const found = path.find((file) => existsSync(file));
  if (found === undefined) throw new Error(`${name} has no licence that could go with it`);
  return readFileSync(found, 'utf8').trim();
}

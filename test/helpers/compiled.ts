import { renameSync } from 'node:fs';
import { join, parse } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** As many folders below the root as helpers are: where one looks from its own place for `runtime/`, it finds it. */
const FOLDER = join(ROOT, 'node_modules', '.cache');

/** What is imported from `src` is taken from the build: only the test's own files are compiled here. */
const BUILT: Plugin = {
  name: 'built',
  setup(bundle) {
    bundle.onResolve({ filter: /\/src\/.*\.ts$/ }, ({ path, resolveDir }) => {
      const [, inSource = ''] = /^src\/(.*)ts$/.exec(join(resolveDir, path).slice(ROOT.length)) ?? [];
      return { path: join(ROOT, 'dist', `${inSource}js`), external: true };
    });
  },
};

const made = new Map<string, Promise<string>>();

/**
 * A program of the tests as one file of JavaScript, which Node starts in a fifth of the time that it needs where every
 * file of `src` is compiled on the way. Resolves with its path.
 */
export function compiled(program: URL): Promise<string> {
  const source = fileURLToPath(program);
  const path = made.get(source) ?? compile(source);
  made.set(source, path);
  return path;
}

async function compile(source: string): Promise<string> {
  const { name } = parse(source);
  // Other processes compile the same: each puts a whole file in its place.
  const [fresh, path] = [`.${name}.${process.pid}.mjs`, `${name}.mjs`].map((file) => join(FOLDER, file)) as [
    string,
    string,
  ];
  await build({
    ...{ entryPoints: [source], outfile: fresh, bundle: true, packages: 'external', plugins: [BUILT] },
    ...{ format: 'esm', platform: 'node', target: 'node20', logLevel: 'silent' },
  });
  renameSync(fresh, path);
  return path;
}

import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MODULES = fileURLToPath(new URL('../../node_modules', import.meta.url));

/** Puts packages of this project, and what they need, into an agent's folder, as `npm install` would. */
export function bringPackages(folder: string, names: readonly string[]): void {
  for (const name of names) {
    const target = join(folder, 'node_modules', name);
    if (existsSync(target)) continue;
    const source = join(MODULES, name);
    // What is nested in it is found from above as well.
    cpSync(source, target, { recursive: true, filter: (path) => isWanted(path.slice(source.length)) });
    const { dependencies = {} } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as {
      dependencies?: Record<string, string>;
    };
    bringPackages(folder, Object.keys(dependencies));
  }
}

/** Types and maps only take room. */
function isWanted(path: string): boolean {
  return !/\.(d\.[cm]?ts|map|[cm]?ts)$/.test(path);
}

import { basename, relative } from 'node:path';

export interface Call {
  /** The file that Node was given. */
  readonly script: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly directory: string;
}

/**
 * What to type in this folder to call the program again: `bp-agents` where it is installed, `npx bp-agents` where npm has
 * called it, as in a clone after `npm start`, else Node with its file.
 */
export function calledAs({ script, environment, directory }: Call): string {
  if (environment['npm_command'] !== undefined) return 'npx bp-agents';
  if (script === undefined || basename(script) !== 'main.js') return 'bp-agents';
  const near = relative(directory, script);
  const path = near.startsWith('..') ? script : near;
  return `node ${/^[\w./@+-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`}`;
}

import { isUtf8 } from 'node:buffer';
import { lstat, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ignore } from '../../../platform/system-error.ts';
import { pathBytes, type BytePath } from './byte-path.ts';
import type { Tree } from './entry.ts';

/** Names that a host takes for the same one, and names that it doesn't take. */
export interface NameRules {
  readonly ignoresCase: boolean;
  /** Of Unicode: é as one character, or as e and an accent. */
  readonly ignoresForm: boolean;
  /** Any other bytes are refused. */
  readonly wantsUtf8: boolean;
}

/** Bytes that are no UTF-8. */
const FOREIGN = Buffer.from('.bp-names-\xff', 'latin1');

/** Finds out on the filesystem of `directory`, where it may write. */
export async function nameRulesOf(directory: string): Promise<NameRules> {
  const [plain, composed] = ['.bp-names-a', '.bp-names-\u00e9'];
  const isOne = async (name: string, other: string) => {
    await writeFile(join(directory, name), '', { mode: 0o600 });
    try {
      return (await lstat(join(directory, other)).catch(ignore('ENOENT', 'EILSEQ'))) !== undefined;
    } finally {
      await rm(join(directory, name), { force: true });
    }
  };
  return {
    ignoresCase: await isOne(plain, plain.toUpperCase()),
    ignoresForm: await isOne(composed, composed.normalize('NFD')),
    wantsUtf8: !(await takes(Buffer.concat([Buffer.from(`${directory}/`), FOREIGN]))),
  };
}

async function takes(path: Buffer): Promise<boolean> {
  try {
    await writeFile(path, '', { mode: 0o600 });
    await rm(path, { force: true });
    return true;
  } catch (error) {
    ignore('EILSEQ', 'EINVAL')(error);
    return false;
  }
}

/** A name of a tree that this host can't have; undefined where there is none. */
export function foreignName(tree: Tree, { wantsUtf8 }: NameRules): BytePath | undefined {
  if (!wantsUtf8) return undefined;
  return [...tree.keys()].find((path) => !isUtf8(pathBytes(path)));
}

/** Two names of a tree that are one on this host; undefined where there are none. */
export function indistinctNames(tree: Tree, rules: NameRules): readonly [BytePath, BytePath] | undefined {
  if (!rules.ignoresCase && !rules.ignoresForm) return undefined;
  const seen = new Map<string, BytePath>();
  for (const path of tree.keys()) {
    const text = pathBytes(path).toString('utf8');
    const form = rules.ignoresForm ? text.normalize('NFD') : text;
    const key = rules.ignoresCase ? form.toUpperCase().toLowerCase() : form;
    const other = seen.get(key);
    if (other !== undefined) return [other, path];
    seen.set(key, path);
  }
  return undefined;
}

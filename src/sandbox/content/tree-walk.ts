import type { Stats } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { DEPTH_MAX, type SafeDirectory } from './safe-directory.ts';
import { isOneOf } from '../../platform/system-error.ts';

export interface WalkLimits {
  readonly entriesMax: number;
  readonly signal?: AbortSignal | undefined;
  /** Opens directories that their owner has locked. Only where nothing of the agent runs: it could put a link there. */
  readonly unlock: boolean;
}

/** Whether everything was seen; `incomplete`: too deep, not readable, a name that isn't UTF-8, or the signal was aborted. */
export type WalkEnd = 'complete' | 'too_many' | 'incomplete';

/** Called for each entry, before what is below it. Links are reported, never followed. */
export type Visit = (directory: SafeDirectory, name: string, stats: Stats) => Promise<void> | void;

/** What stands for bytes that are no UTF-8. */
const REPLACEMENT = '\uFFFD';

/** How many entries of a directory are looked at together. */
const BATCH = 32;

/**
 * Visits everything below `root` that it can. Links aren't followed. With `unlock` it opens what an agent that runs as
 * the operator has locked. Otherwise the agent could leave what the operator can't remove.
 */
export async function walkTree(root: SafeDirectory, limits: WalkLimits, visit: Visit): Promise<WalkEnd> {
  let room = limits.entriesMax;
  const excess = { found: false };

  async function walk(directory: SafeDirectory, depth: number): Promise<boolean> {
    const names = await directory.names(room);
    if (!names) excess.found = true;
    if (!names || limits.signal?.aborted) return false;
    room -= names.length;
    const below: string[] = [];
    let complete = true;
    for (let start = 0; start < names.length; start += BATCH) {
      const visitOne = async (name: string) => {
        const stats = await statUnlessGone(directory, name);
        if (!stats) {
          // Such a name is not UTF-8 on the disk, so its entry can't be looked at and may well be there.
          if (name.includes(REPLACEMENT)) complete = false;
          return;
        }
        if (stats.isDirectory()) below.push(name);
        await visit(directory, name, stats);
      };
      await Promise.all(names.slice(start, start + BATCH).map(visitOne));
    }
    for (const name of below) complete = (await walkBelow(directory, name, depth)) && complete;
    return complete;
  }

  async function walkBelow(directory: SafeDirectory, name: string, depth: number): Promise<boolean> {
    if (depth === DEPTH_MAX) return false;
    let child: SafeDirectory;
    try {
      child = await (limits.unlock ? openUnlocked(directory, name) : directory.openChild(name));
    } catch (error) {
      if (isOneOf(error, 'ENOENT')) return true;
      if (isOneOf(error, 'EACCES', 'EPERM', 'ENOTDIR', 'ELOOP')) return false;
      throw error;
    }
    try {
      return await walk(child, depth + 1);
    } finally {
      await child.close();
    }
  }

  const isComplete = await walk(root, 1);
  return excess.found ? 'too_many' : isComplete ? 'complete' : 'incomplete';
}

async function openUnlocked(directory: SafeDirectory, name: string): Promise<SafeDirectory> {
  try {
    return await directory.openChild(name);
  } catch (error) {
    if (!isOneOf(error, 'EACCES')) throw error;
    await chmod(directory.entry(name), 0o700);
    return directory.openChild(name);
  }
}

async function statUnlessGone(directory: SafeDirectory, name: string): Promise<Stats | undefined> {
  try {
    return await directory.lstat(name);
  } catch (error) {
    if (isOneOf(error, 'ENOENT')) return undefined;
    throw error;
  }
}

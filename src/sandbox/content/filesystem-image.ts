import { stat, truncate, writeFile } from 'node:fs/promises';
import { runTool } from './mounts.ts';
import type { Quota } from './quota.ts';

export const MB = 1_048_576;
const BLOCK = 4096;
const JOURNAL_MB = 4;
/** Beyond the quota: what root alone may use, so that there is room for a handshake, */
const ROOM = 8 * MB;
/** and what an agent can use, so that it shows who went over. */
export const EXCESS = 1 * MB;
const ROOM_FILES = 256;
/** The kernel has no inodes that are root's alone: these are held by empty files, and let go while the host writes. */
export const SPARE_FILES = 16;

/**
 * Makes an ext4 for a quota in a file that holds all its blocks from the beginning: what is written into it later can't
 * fail because somebody else has filled the disk. Rejects with `sandbox_volume`.
 */
export async function makeFilesystem(path: string, quota: Quota): Promise<void> {
  const bytes = imageBytes(quota);
  const reserved = ((ROOM / bytes) * 100).toFixed(4);
  await writeFile(path, '', { mode: 0o600 });
  await truncate(path, bytes);
  await reserveRoom(path);
  await runTool('mke2fs', [
    ...['-q', '-F', '-t', 'ext4', '-b', String(BLOCK), '-N', String(inodes(quota)), '-m', reserved, '-I', '256'],
    ...['-J', `size=${JOURNAL_MB}`, '-O', '^resize_inode'],
    ...['-E', 'nodiscard,lazy_itable_init=1,lazy_journal_init=1', path],
  ]);
}

/** How large the file for a quota is. */
export function imageBytes(quota: Quota): number {
  const bytes = quota.bytes + ROOM + EXCESS + JOURNAL_MB * MB + inodes(quota) * 256;
  // Tables and bitmaps of ext4 take somewhat over a hundredth.
  return Math.ceil((bytes * 1.02) / BLOCK) * BLOCK;
}

function inodes({ files }: Quota): number {
  return files + SPARE_FILES + ROOM_FILES;
}

export async function mountImage(image: string, directory: string): Promise<void> {
  // No table is filled with zeros behind our back, and what the agent frees stays reserved for it.
  const options = 'loop,nosuid,nodev,noatime,nodiscard,noinit_itable,errors=remount-ro';
  await runTool('mount', ['-t', 'ext4', '-o', options, image, directory]);
}

/** Takes all blocks of the file from the disk, those that it has not yet. What is in it stays. */
export async function reserveRoom(image: string): Promise<void> {
  const { size } = await stat(image);
  await runTool('fallocate', ['--length', String(size), image]);
}

/**
 * Gives what is free in a mounted filesystem back to the disk that its file lies on. Before that, all that was written
 * is brought to its blocks, since what has no block yet counts as free.
 *
 * The kernel doesn't give a block back a second time, even where the file has taken it again since, unless it is asked
 * for smaller pieces than the last time. So it is asked twice.
 */
export async function giveBackRoom(directory: string): Promise<void> {
  await runTool('sync', ['--file-system', directory]);
  for (const bytesMin of [64 * MB, BLOCK]) await runTool('fstrim', ['--minimum', String(bytesMin), directory]);
}

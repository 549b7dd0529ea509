import { statfs } from 'node:fs/promises';
import { BpError } from '../../platform/errors.ts';
import { MB } from './filesystem-image.ts';

/** What reserving room leaves on the disk for the database and the logs. */
const LEFT_TO_OTHERS = 32 * MB;
/**
 * With this much free, a workspace may keep its room until its next execution, since giving and taking it costs time.
 */
const AMPLE = 8192 * MB;

/** How many bytes the disk of that folder lacks for `growth` more. 0 where it has them. */
export async function roomMissing(directory: string, growth: number): Promise<number> {
  return Math.max(0, growth + LEFT_TO_OTHERS - (await freeBytes(directory)));
}

export async function hasAmpleRoom(directory: string): Promise<boolean> {
  return (await freeBytes(directory)) >= AMPLE;
}

/** Why a workspace that would take `growth` more can't be had. */
export async function roomError(directory: string, growth: number): Promise<BpError> {
  const megabytes = (bytes: number) => Math.ceil(bytes / MB);
  const [needed, free] = [growth + LEFT_TO_OTHERS, await freeBytes(directory)];
  const text = `a workspace takes ${megabytes(needed)} MB of the disk, which has ${megabytes(free)} MB free`;
  return new BpError('sandbox_disk', text, { hint: 'free some, or lower sandbox.workspace_mb' });
}

async function freeBytes(directory: string): Promise<number> {
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize;
}

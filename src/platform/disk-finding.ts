import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Finding } from './finding.ts';
import { errorCode } from './system-error.ts';

/** Less than this is soon used up by logs, outputs and workspaces. */
const FREE_MB_LEAST = 512;
const BYTES_PER_MB = 1_048_576;

/** Whether the filesystem under this folder, which may still have to be made, has room. */
export function diskFinding(name: string, folder: string): Finding {
  const freeMb = freeMbUnder(folder);
  if (freeMb === undefined) return { name, ok: true, detail: `${folder} can't be looked at from here` };
  const detail = `${freeMb.toLocaleString('en-US')} MB free for ${folder}`;
  if (freeMb >= FREE_MB_LEAST) return { name, ok: true, detail };
  return { name, ok: false, detail, mend: `free at least ${FREE_MB_LEAST} MB there` };
}

function freeMbUnder(folder: string): number | undefined {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return Math.floor((bavail * bsize) / BYTES_PER_MB);
  } catch (error) {
    const above = dirname(folder);
    const isMissing = errorCode(error) === 'ENOENT';
    return isMissing && above !== folder ? freeMbUnder(above) : undefined;
  }
}

import { metricsTokenPath } from '../../config/home-places.ts';
import { readOwnFile, replaceOwnFile } from '../../platform/own-file.ts';
import type { Randomness } from '../../platform/randomness.ts';
import { isOneOf } from '../../platform/system-error.ts';

/** 256 bits; a longer one may have been put there by hand. */
const TOKEN = /^[\x21-\x7e]{43,200}$/;

/** What shows the metrics of this home to who sends it: made once, and kept where only this user reads it. Throws the system's error. */
export function scrapeToken(home: string, random: Randomness): string {
  const path = metricsTokenPath(home);
  const kept = keptIn(path);
  if (kept !== undefined) return kept;
  const token = Buffer.from(random.bytes(32)).toString('base64url');
  replaceOwnFile(path, `${token}\n`);
  return token;
}

function keptIn(path: string): string | undefined {
  try {
    const token = readOwnFile(path)?.trim();
    return token !== undefined && TOKEN.test(token) ? token : undefined;
  } catch (error) {
    // A link is not followed: it is replaced.
    if (isOneOf(error, 'ENOENT', 'ELOOP')) return undefined;
    throw error;
  }
}

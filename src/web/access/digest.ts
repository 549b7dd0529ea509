import { createHash } from 'node:crypto';
import type { Randomness } from '../../platform/randomness.ts';

/** What is kept of a secret: from it nobody gets in. */
export function digestOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** 256 bits, as text that may stand in an address, a header or a cookie. */
export function newSecret(random: Randomness): string {
  return Buffer.from(random.bytes(32)).toString('base64url');
}

export const SECRET = /^[A-Za-z0-9_-]{43}$/;

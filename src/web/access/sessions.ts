import { createPublicKey, verify, type JsonWebKey, type KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { pageDirectory } from '../../config/home-places.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Randomness } from '../../platform/randomness.ts';
import { digestOf, newSecret, SECRET } from './digest.ts';
import { Records } from './records.ts';

const IDLE_MS = 30 * 24 * 3_600_000;
const SESSIONS_MAX = 32;
/** What is written anew no more often. */
const TOUCH_MS = 3_600_000;

export interface Session {
  /** The digest of what the cookie holds. */
  readonly name: string;
  /** Of the browser's key: only the browser has the other half, and gives it to no one. */
  readonly publicKey: KeyObject;
}

/**
 * Browsers that were let in. A browser sends its cookie to every port of this machine, so the cookie alone is worth
 * nothing: each tab signs with the browser's key, which belongs to the port. The key is void on another port.
 */
export class Sessions {
  readonly #records: Records;
  readonly #clock: Clock;
  readonly #random: Randomness;

  constructor(home: string, { clock, random }: { readonly clock: Clock; readonly random: Randomness }) {
    this.#records = new Records(join(pageDirectory(home), 'sessions'), { most: SESSIONS_MAX });
    this.#clock = clock;
    this.#random = random;
  }

  /** Returns what goes into the cookie; undefined where that is no key. Throws the system's error. */
  make(key: unknown, port: number): string | undefined {
    if (!publicKeyOf(key)) return undefined;
    const secret = newSecret(this.#random);
    const now = this.#clock.now();
    const { x, y } = key as JsonWebKey;
    this.#records.put(digestOf(secret), { x, y, port, used_at: now });
    return secret;
  }

  /** Undefined where there is none, or it was not used for a month. */
  find(secret: string, port: number): Session | undefined {
    if (!SECRET.test(secret)) return undefined;
    const name = digestOf(secret);
    const record = this.#records.get(name);
    if (record?.['port'] !== port) return undefined;
    const sinceMs = this.#clock.now() - Number(record['used_at']);
    const publicKey = publicKeyOf(record);
    // A clock that was far ahead and is right again makes no session that lasts for years.
    if (!publicKey || !(Math.abs(sinceMs) <= IDLE_MS)) return undefined;
    if (Math.abs(sinceMs) > TOUCH_MS) this.#records.put(name, { ...record, used_at: this.#clock.now() });
    return { name, publicKey };
  }
}

/** Whether the browser of that session signed this text: ECDSA on P-256 with SHA-256, as browsers give it. */
export function isSignedBy({ publicKey }: Session, text: string, signature: unknown): boolean {
  if (typeof signature !== 'string' || !/^[A-Za-z0-9_-]{86}$/.test(signature)) return false;
  const key = { key: publicKey, dsaEncoding: 'ieee-p1363' as const };
  return verify('sha256', Buffer.from(text), key, Buffer.from(signature, 'base64url'));
}

function publicKeyOf(key: unknown): KeyObject | undefined {
  const { x, y } = (key ?? {}) as JsonWebKey;
  if (typeof x !== 'string' || typeof y !== 'string' || !SECRET.test(x) || !SECRET.test(y)) return undefined;
  try {
    return createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' });
  } catch {
    return undefined;
  }
}

import { join } from 'node:path';
import { pageDirectory } from '../../config/home-places.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Randomness } from '../../platform/randomness.ts';
import { digestOf } from './digest.ts';
import { Records } from './records.ts';

/** 128 bits, so that an address with one is 46 characters long: it fits a narrow column of a terminal. */
const TOKEN_BYTES = 16;
const TOKEN = /^[A-Za-z0-9_-]{22}$/;
const VALID_MS = 15 * 60_000;
const TOKENS_MAX = 16;

/**
 * Tokens that let a browser in, once each. Whoever may write into the home may make one, so that `open` needs no
 * server's help; of each only the digest is kept.
 */
export class EntryTokens {
  readonly #records: Records;
  readonly #clock: Clock;
  readonly #random: Randomness;

  constructor(home: string, { clock, random }: { readonly clock: Clock; readonly random: Randomness }) {
    this.#records = new Records(join(pageDirectory(home), 'entries'), { most: TOKENS_MAX });
    this.#clock = clock;
    this.#random = random;
  }

  /** Throws the system's error. */
  make(): string {
    const token = newEntryToken(this.#random);
    this.#records.put(digestOf(token), { made_at: this.#clock.now() });
    return token;
  }

  /** Whether it was not used yet. */
  isThere(token: string): boolean {
    return this.#records.get(digestOf(token)) !== undefined;
  }

  /** Whether it lets somebody in. It never does again. */
  redeem(token: unknown): boolean {
    if (typeof token !== 'string' || !TOKEN.test(token)) return false;
    const name = digestOf(token);
    const madeAt = Number(this.#records.get(name)?.['made_at']);
    const wasThere = this.#records.remove(name);
    return wasThere && Math.abs(this.#clock.now() - madeAt) <= VALID_MS;
  }
}

function newEntryToken(random: Randomness): string {
  return Buffer.from(random.bytes(TOKEN_BYTES)).toString('base64url');
}

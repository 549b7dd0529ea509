import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../platform/clock.ts';
import type { Randomness } from '../../platform/randomness.ts';
import { digestOf, newSecret } from './digest.ts';

const TABS_MAX = 128;
const IDLE_MS = 24 * 3_600_000;
const CHALLENGE_MS = 60_000;

/** What a tab signs to get its token. The origin is in it, so what is signed for one port is worth nothing on another. */
export function tabText(origin: string, challenge: string): string {
  return `bp-agents tab\n${origin}\n${challenge}`;
}

/** The open tabs, known by a token in a header, which no other page can set. They end with the process. */
export class Tabs {
  readonly #clock: Clock;
  readonly #random: Randomness;
  /** By the digest of the token; the one that was quiet longest stands first. */
  readonly #tabs = new Map<string, { readonly session: string; readonly usedAt: number }>();
  readonly #secret: string;

  constructor({ clock, random }: { readonly clock: Clock; readonly random: Randomness }) {
    this.#clock = clock;
    this.#random = random;
    this.#secret = newSecret(random);
  }

  /** Something to sign that was never signed before. Nothing is kept of it. */
  challenge(): string {
    const body = `${Math.floor(this.#clock.monotonic())}.${newSecret(this.#random)}`;
    return `${body}.${this.#seal(body)}`;
  }

  /** Whether this process has made it, within the last minute. */
  isChallenge(text: unknown): text is string {
    const match = typeof text === 'string' ? /^((\d{1,15})\.[\w-]{43})\.([\w-]{43})$/.exec(text) : null;
    if (!match) return false;
    const [, body = '', madeAt, seal = ''] = match;
    const isOurs = timingSafeEqual(Buffer.from(seal), Buffer.from(this.#seal(body)));
    return isOurs && this.#clock.monotonic() - Number(madeAt) <= CHALLENGE_MS;
  }

  /** Returns the token of a new tab. */
  open(session: string): string {
    const token = newSecret(this.#random);
    this.#tabs.set(digestOf(token), { session, usedAt: this.#clock.monotonic() });
    for (const name of this.#tabs.keys()) {
      if (this.#tabs.size <= TABS_MAX) break;
      this.#tabs.delete(name);
    }
    return token;
  }

  /** Whether it is a tab of this session. */
  isOpen(token: unknown, session: string): boolean {
    if (typeof token !== 'string') return false;
    const name = digestOf(token);
    const tab = this.#tabs.get(name);
    const now = this.#clock.monotonic();
    if (tab?.session !== session) return false;
    this.#tabs.delete(name);
    if (now - tab.usedAt > IDLE_MS) return false;
    this.#tabs.set(name, { session, usedAt: now });
    return true;
  }

  #seal(body: string): string {
    return createHmac('sha256', this.#secret).update(body).digest('base64url');
  }
}

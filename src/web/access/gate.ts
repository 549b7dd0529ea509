import { createHash } from 'node:crypto';
import { accept, refuse, type Refusal, type Result } from '../../domain/refusal.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Randomness } from '../../platform/randomness.ts';
import { EntryTokens } from './entry-tokens.ts';
import { FailedEntries } from './failed-entries.ts';
import { isSignedBy, Sessions, type Session } from './sessions.ts';
import { Tabs, tabText } from './tabs.ts';

export interface GateOptions {
  readonly home: string;
  readonly clock: Clock;
  readonly random: Randomness;
}

/** The header with a tab's token. */
export const TAB_HEADER = 'x-bp-tab';

const COOKIE_SECONDS = 30 * 24 * 3600;

/**
 * Who gets in: a token, once, makes a session of a browser; its tabs sign for a token of their own. Whatever shows or
 * changes something takes both, the cookie and the tab's token.
 */
export class Gate {
  /** Of this home's cookie: a browser has one cookie jar for all ports. */
  readonly cookieName: string;
  readonly #entries: EntryTokens;
  readonly #sessions: Sessions;
  readonly #tabs: Tabs;
  readonly #failed: FailedEntries;
  #port = 0;

  constructor({ home, clock, random }: GateOptions) {
    this.cookieName = `bp-agents-${createHash('sha256').update(home).digest('hex').slice(0, 12)}`;
    this.#entries = new EntryTokens(home, { clock, random });
    this.#sessions = new Sessions(home, { clock, random });
    this.#tabs = new Tabs({ clock, random });
    this.#failed = new FailedEntries(clock);
  }

  get port(): number {
    return this.#port;
  }

  /** From now on it stands at this port. */
  standAt(port: number): void {
    this.#port = port;
  }

  /** A token that lets one browser in. Throws the system's error. */
  newEntry(): string {
    return this.#entries.make();
  }

  /** Returns the cookie of a new session. Refuses: `entry_refused`, `too_many_requests`, `invalid_value`. */
  async enter(token: unknown, key: unknown): Promise<Result<string>> {
    if (!this.#entries.redeem(token)) return this.#failed.refuse();
    const secret = this.#sessions.make(key, this.#port);
    if (secret === undefined) return refuse('invalid_value', 'key must be a public key on P-256', { field: 'key' });
    return accept(this.#cookie(secret));
  }

  challenge(): string {
    return this.#tabs.challenge();
  }

  /** Returns a tab's token, and the cookie anew. Refuses: `no_session`, `no_tab`. */
  openTab(
    cookies: string | undefined,
    signed: { readonly origin: string; readonly challenge: unknown; readonly signature: unknown },
  ): Result<{ readonly token: string; readonly cookie: string }> {
    const session = this.#session(cookies);
    if (!session.ok) return session;
    const { origin, challenge, signature } = signed;
    if (!this.#tabs.isChallenge(challenge) || !isSignedBy(session.value, tabText(origin, challenge), signature))
      return refuse('no_tab', 'the tab has to sign the challenge of this server with the key of its session');
    const token = this.#tabs.open(session.value.name);
    return accept({ token, cookie: this.#cookie(session.value.secret) });
  }

  /** Of whatever shows or changes something. Refuses: `no_session`, `no_tab`. */
  refuseStranger(cookies: string | undefined, tab: unknown): Refusal | undefined {
    const session = this.#session(cookies);
    if (!session.ok) return session;
    if (this.#tabs.isOpen(tab, session.value.name)) return undefined;
    return refuse('no_tab', `the header ${TAB_HEADER} has to hold the token of a tab`);
  }

  /** Whoever has another port can set a cookie of this name: it hides none that lets in. */
  #session(cookies: string | undefined): Result<Session & { readonly secret: string }> {
    for (const secret of secretsIn(cookies, this.cookieName)) {
      const session = this.#sessions.find(secret, this.#port);
      if (session) return accept({ ...session, secret });
    }
    return refuse('no_session', 'this browser has not been let in, or not for a month: bp-agents open lets it in');
  }

  #cookie(secret: string): string {
    return `${this.cookieName}=${secret}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${COOKIE_SECONDS}`;
  }
}

function secretsIn(cookies = '', name: string): readonly string[] {
  return cookies
    .split(/; */)
    .filter((cookie) => cookie.startsWith(`${name}=`))
    .map((cookie) => cookie.slice(name.length + 1));
}

import type { Prompt } from '../../domain/attention.ts';
import { STORE } from '../internal/store-key.ts';
import type { Economy } from '../economy.ts';

const DAY_MS = 86_400_000;

/** So much of the human's time is gone, in the hour that it is for them. Runs inside the caller's transaction. */
export function spend({ [STORE]: store, derived }: Economy, at: number, attentionMs: number): void {
  if (attentionMs <= 0) return;
  const { day, hour } = derived.humanHours(at);
  store.attentionHours.spend(day, hour, attentionMs);
}

/**
 * The human acts on this prompt. Where no prompt has stood open for longer than `attention.gap_seconds` without a sign of
 * them since they last acted, they were there all the time, whether there was anything to read or not.
 */
export function notePresence(deps: Economy, { openedAt }: Prompt, at: number): void {
  const { [STORE]: store, config } = deps;
  const last = store.attentionHours.actedAt();
  store.attentionHours.setActedAt(at);
  if (last === null || at <= last || at - last > DAY_MS) return;
  const waitedMs = at - Math.max(last, openedAt ?? at);
  if (waitedMs <= config.attention.gap_seconds * 1000) addPresence(deps, last, at);
}

/** They were there from now on, or are no longer. */
export function humanComes({ [STORE]: store, clock }: Economy): void {
  store.attentionHours.setActedAt(clock.now());
}

export function humanGoes({ [STORE]: store }: Economy): void {
  store.attentionHours.setActedAt(null);
}

/** Hour by hour. In quiet hours nobody is asked, so nobody is there for that. */
function addPresence({ [STORE]: store, derived }: Economy, from: number, to: number): void {
  for (let at = from; at < to;) {
    const { day, hour, leftMs } = derived.humanHours(at);
    const until = Math.min(to, at + leftMs);
    if (derived.quietHours(at) === null) store.attentionHours.addPresence(day, hour, until - at);
    at = until;
  }
}

import type { Economy } from '../economy.ts';
import { spentNow } from './attention-budget.ts';
import { humanComes } from './human-time.ts';
import { STORE } from '../internal/store-key.ts';

/**
 * Lets the oldest prompt on deck take the slot where it is empty, the human is there and may be asked. Its execution lets go of attention,
 * which is then free for the next. Runs inside the caller's transaction. Returns the prompt that was opened.
 */
export function fillSlot(deps: Economy): number | undefined {
  const { [STORE]: store, clock } = deps;
  if (isUnasked(deps) || store.prompts.openId() !== undefined) return undefined;
  const deck = store.prompts.deck();
  if (!deck) return undefined;
  store.prompts.takeSlot(deck.id, clock.now());
  store.executions.releaseAttention(deck.executionId);
  return deck.id;
}

/** When the quiet hours of now end, such as `tue 07:00`; null: there are none. */
export function quietNow({ derived, clock }: Economy): string | null {
  return derived.quietHours(clock.now());
}

/** It is not the time to ask: the hours are quiet, or the minutes that the human gives are spent. */
export function isHushed(deps: Economy): boolean {
  return quietNow(deps) !== null || spentNow(deps) !== null;
}

/** No prompt is put before the human now: they are away, or it is not the time. */
export function isUnasked(deps: Economy): boolean {
  return deps[STORE].state.get().humanAway || isHushed(deps);
}

/** The human is back: attention is free again and the deck moves up. Idempotent. */
export function welcomeHuman(deps: Economy): void {
  const { [STORE]: store } = deps;
  store.transaction(() => {
    if (!store.state.get().humanAway) return;
    store.state.setHumanAway(false);
    humanComes(deps);
    fillSlot(deps);
  });
}

import type { Economy } from '../economy.ts';
import { STORE } from '../internal/store-key.ts';

/**
 * Lets the prompt on deck take the slot where it is empty and the human is there. Its execution lets go of attention,
 * which is then free for the next. Runs inside the caller's transaction. Returns the prompt that was opened.
 */
export function fillSlot({ [STORE]: store, clock }: Economy): number | undefined {
  if (store.state.get().humanAway || store.prompts.open()) return undefined;
  const deck = store.prompts.deck();
  if (!deck) return undefined;
  store.prompts.takeSlot(deck.id, clock.now());
  store.executions.releaseAttention(deck.executionId);
  return deck.id;
}

/** The human is back: attention is free again and the deck moves up. Idempotent. */
export function welcomeHuman(deps: Economy): void {
  const { [STORE]: store } = deps;
  store.transaction(() => {
    if (!store.state.get().humanAway) return;
    store.state.setHumanAway(false);
    fillSlot(deps);
  });
}

import type { OperatorPause } from '../../domain/operator-pause.ts';
import { accept, type Result } from '../../domain/refusal.ts';
import { checkText } from '../../domain/text.ts';
import type { Economy } from '../economy.ts';
import { STORE } from '../internal/store-key.ts';

/**
 * The operator pauses the market, over restarts too, until `endOperatorPause`: no cycle is cleared meanwhile, so nothing
 * is launched and nothing ages. A pause that stands already keeps its beginning, and its reason where none is given.
 * Refuses what `checkText` refuses of the reason.
 */
export function pauseByOperator(deps: Economy, reason: string | undefined): Result<OperatorPause> {
  const { [STORE]: store, clock, config } = deps;
  const refusal = reason === undefined ? undefined : checkText(reason, 'reason', config.attention.reason_chars_max);
  if (refusal) return refusal;
  return store.transaction(() => {
    const standing = store.state.get().operatorPause;
    const pause = { since: standing?.since ?? clock.now(), reason: reason ?? standing?.reason ?? null };
    store.state.setOperatorPause(pause);
    return accept(pause);
  });
}

/** The market goes on with the next cycle. Returns the pause that was ended, null where none stood. Idempotent. */
export function endOperatorPause({ [STORE]: store }: Economy): OperatorPause | null {
  return store.transaction(() => {
    const standing = store.state.get().operatorPause;
    if (standing !== null) store.state.setOperatorPause(null);
    return standing;
  });
}

import type { Economy } from '../economy.ts';
import { STORE } from '../internal/store-key.ts';

/** Stops allocation and ageing until `resumeMarket`; the reason is shown to the operator. Idempotent. */
export function pauseMarket({ [STORE]: store }: Economy, reason: string): void {
  store.transaction(() => {
    if (store.state.get().pausedReason !== reason) store.state.setPaused(reason);
  });
}

export function resumeMarket({ [STORE]: store }: Economy): void {
  store.transaction(() => {
    if (store.state.get().pausedReason !== null) store.state.setPaused(null);
  });
}

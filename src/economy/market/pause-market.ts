import type { Economy } from '../economy.ts';
import { STORE } from '../internal/store-key.ts';

/** Stops allocation and ageing until `resumeMarket`; the reason is shown to the operator. Idempotent. */
export function pauseMarket({ [STORE]: store }: Economy, reason: string): void {
  store.transaction(() => {
    if (store.state.get().pausedReason !== reason) store.state.setPaused(reason);
  });
}

/** `pauseMarket`, where no other reason stands. Returns whether it was. */
export function pauseUnlessPaused({ [STORE]: store }: Economy, reason: string): boolean {
  return store.transaction(() => {
    if (store.state.get().pausedReason !== null) return false;
    store.state.setPaused(reason);
    return true;
  });
}

/** `resumeMarket`, where it is for this reason that it was paused. Returns whether it was. */
export function resumeAfter({ [STORE]: store }: Economy, reason: string): boolean {
  return store.transaction(() => {
    if (store.state.get().pausedReason !== reason) return false;
    store.state.setPaused(null);
    return true;
  });
}

export function resumeMarket({ [STORE]: store }: Economy): void {
  store.transaction(() => {
    if (store.state.get().pausedReason !== null) store.state.setPaused(null);
  });
}

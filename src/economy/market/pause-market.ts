import type { Economy } from '../economy.ts';

/** Stops allocation and ageing until `resumeMarket`; the reason is shown to the operator. Idempotent. */
export function pauseMarket({ store }: Economy, reason: string): void {
  store.transaction(() => {
    if (store.state.get().pausedReason !== reason) store.state.setPaused(reason);
  });
}

export function resumeMarket({ store }: Economy): void {
  store.transaction(() => {
    if (store.state.get().pausedReason !== null) store.state.setPaused(null);
  });
}

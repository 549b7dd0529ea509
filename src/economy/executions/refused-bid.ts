import type { RefusalCode } from '../../domain/refusal.ts';
import type { Economy } from '../economy.ts';
import { STORE } from '../internal/store-key.ts';

/**
 * Keeps with which code the execution's last own bid was refused; null: one was taken. It is what the operator is told
 * where nothing is pending for its agent in the end. Writes only what is news, so that a flood of bad bids costs little.
 */
export function noteRefusedBid({ [STORE]: store }: Economy, executionId: number, code: RefusalCode | null): void {
  if (store.executions.refusedBid(executionId) === code) return;
  store.transaction(() => store.executions.setRefusedBid(executionId, code));
}

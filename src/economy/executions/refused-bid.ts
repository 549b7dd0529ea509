import type { RefusalCode } from '../../domain/refusal.ts';
import type { Economy } from '../economy.ts';
import { STORE } from '../internal/store-key.ts';

/**
 * Keeps the code with which the execution's last own bid was refused; null where one was taken. The operator is told it
 * where nothing is pending for the agent in the end. Writes only what is new, so that a flood of bad bids costs little.
 */
export function noteRefusedBid({ [STORE]: store }: Economy, executionId: number, code: RefusalCode | null): void {
  if (store.executions.refusedBid(executionId) === code) return;
  store.transaction(() => store.executions.setRefusedBid(executionId, code));
}

import type { Auditor } from './auditor/auditor.ts';
import type { SimulatedEngine } from './simulated-engine.ts';

/** One line about what the economy has not settled yet; undefined where nothing is left. */
export function unsettledBy({ mirror, books }: Auditor): string | undefined {
  const { bids, executions, prompts, agents } = mirror;
  for (const { id, state } of executions.values()) return `exe_${id} is ${state}`;
  for (const { id, status } of prompts.values()) return `prompt_${id} is ${status}`;
  for (const { id, status } of bids.values()) return `bid_${id} is ${status}`;
  for (const { id, status } of agents.values()) if (status !== 'dead') return `${id} is ${status}`;
  const { held } = books.totals();
  return held === 0 ? undefined : `${held} micro-credits are held`;
}

/** One line about what stands on the machine for executions that are over; undefined where nothing does. */
export function leftOn({ containers }: SimulatedEngine): string | undefined {
  for (const id of containers.keys()) return `the container of ${id} stands`;
  return undefined;
}

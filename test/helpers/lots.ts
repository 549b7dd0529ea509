import { scorePrompt, skipPrompt } from '../../src/economy/attention/end-prompt.ts';
import { submitPrompt } from '../../src/economy/attention/submit-prompt.ts';
import { clearCycle } from '../../src/economy/market/clear-cycle.ts';
import { accepted, bidFor, makeAgent, runWinners, settle, start, WITH_ATTENTION, type TestEconomy } from './economy.ts';

/** An agent whose only execution has ended, with less than a prompt costs. */
export function makePoor(economy: TestEconomy, id: string): void {
  makeAgent(economy, id, { credits: 20 });
  for (const { execution } of runWinners(economy).values()) settle(economy, execution.id);
}

/** `rich` buys attention, shows something and is skipped: an allocation between two lots. */
export function sellAttention(economy: TestEconomy): void {
  if (economy.store.agents.find('rich')) bidFor(economy, 'rich', { bundle: WITH_ATTENTION });
  else makeAgent(economy, 'rich', { credits: 100_000, bundle: WITH_ATTENTION });
  const running = runWinners(economy).get('rich');
  if (!running) throw new Error('rich did not win');
  const caller = { executionId: running.execution.id, agentId: 'rich' };
  const { promptId } = accepted(submitPrompt(economy, caller, { content: 'again' }));
  settle(economy, running.execution.id);
  accepted(skipPrompt(economy, promptId));
}

/** What is drawn in the next cycle, by bytes that are all this one; undefined where nothing is. */
export function drawNext(
  economy: TestEconomy,
  byte = 0,
): { readonly id: number; readonly agentId: string } | undefined {
  const random = { bytes: (count: number) => new Uint8Array(count).fill(byte) };
  economy.clock.advance(10_000);
  const { allocated } = clearCycle({ ...economy, random }, { runningMs: 10_000 });
  return allocated.map((id) => economy.store.executions.get(id)).find(({ price }) => price === 0);
}

/** Starts what was drawn, which shows something. Returns its prompt, and what it was told. */
export function showDrawn(
  economy: TestEconomy,
  id: number,
): { readonly promptId: number; readonly env: { readonly lot: unknown } } {
  const { execution, handshake } = start(economy, id);
  const caller = { executionId: id, agentId: execution.agentId };
  const { promptId } = accepted(submitPrompt(economy, caller, { content: 'hear me' }));
  return { promptId, env: JSON.parse(handshake) as { lot: unknown } };
}

/** 25 credits for each point. */
export function markWith(economy: TestEconomy, promptId: number, points: number): void {
  accepted(scorePrompt(economy, promptId, { interesting: points, useful: 0, understandable: 0 }, null));
}

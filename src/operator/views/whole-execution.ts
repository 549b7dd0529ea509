import { accept, type Result } from '../../domain/refusal.ts';
import { formatId } from '../../domain/ids.ts';
import type { Economy } from '../../economy/economy.ts';
import { snapshot } from '../../economy/snapshot.ts';
import { callsOfExecution, callView } from '../../economy/views/call-view.ts';
import { executionView } from '../../economy/views/execution-view.ts';
import { promptOfExecution } from '../../economy/views/prompt-view.ts';
import { knownExecution } from './known-execution.ts';

/** Of its calls of models, the newest. */
const CALLS_MAX = 200;

export type WholeExecution = ReturnType<typeof wholeExecutionOf>;

/** One execution: its receipt, its calls of models, the newest last, and what it showed. Refuses as `knownExecution` does. */
export function wholeExecution(economy: Economy, executionId: number): Result<WholeExecution> {
  return snapshot(economy, () => {
    const execution = knownExecution(economy, executionId);
    return execution.ok ? accept(wholeExecutionOf(economy, execution.value)) : execution;
  });
}

function wholeExecutionOf(economy: Economy, execution: Parameters<typeof executionView>[0]) {
  const calls = callsOfExecution(economy, execution.id, CALLS_MAX + 1);
  const prompt = promptOfExecution(economy, execution.id);
  return {
    execution: executionView(execution),
    calls: calls.slice(0, CALLS_MAX).map(callView).reverse(),
    /** There were older ones. */
    calls_left_out: calls.length > CALLS_MAX,
    prompt: prompt ? { id: formatId('prompt', prompt.id), title: prompt.title, status: prompt.status } : null,
  };
}

import type { Execution } from '../../domain/execution.ts';
import type { Prompt } from '../../domain/attention.ts';
import type { Store } from '../../store/store.ts';
import { allAgents, allExecutions, allPrompts } from './rows.ts';
import { largest } from './statistics.ts';

const MICRO = 1_000_000;

/** What marks gave to each group, how its children differ, and for how long they were paid for. */
export function lineageMeasures(store: Store, groupOf: (agentId: string) => string): Readonly<Record<string, number>> {
  const prompts = [...allPrompts(store)];
  const executions = new Map([...allExecutions(store)].map((execution) => [execution.id, execution]));
  const children = [...allAgents(store)].filter(({ parentId }) => parentId !== null).map(({ id }) => id);
  const measures: Record<string, number> = {};
  for (const group of new Set(prompts.map(({ agentId }) => groupOf(agentId)))) {
    const own = prompts.filter(({ agentId }) => groupOf(agentId) === group);
    measures[`earned.${group}`] = own.reduce((sum, { reward }) => sum + reward, 0) / MICRO;
    const writing = children.filter((id) => own.some(({ agentId }) => agentId === id));
    if (writing.length === 0) continue;
    measures[`own_kinds.${group}`] = writing.filter((id) => writesAlone(id, own)).length / writing.length;
    measures[`sponsored.${group}`] = writing.flatMap((id) => sponsored(id, executions)).length;
    measures[`paid_under_cost.${group}`] = largest(writing.map((id) => paidUnderCost(id, own, executions)));
  }
  return measures;
}

/** Whether all that it shows is of kinds that no other agent of its group shows. */
function writesAlone(agentId: string, prompts: readonly Prompt[]): boolean {
  const others = new Set(prompts.filter((it) => it.agentId !== agentId).map(({ title }) => title));
  return prompts.every((it) => it.agentId !== agentId || !others.has(it.title));
}

/** How many answers that earned less than the prompt cost a child had, up to the last execution that others paid. */
function paidUnderCost(
  agentId: string,
  prompts: readonly Prompt[],
  executions: ReadonlyMap<number, Execution>,
): number {
  const last = largest(sponsored(agentId, executions).map(({ id }) => id));
  return prompts.filter(({ agentId: author, executionId, status, reward }) => {
    const isAnswered = status === 'scored' || status === 'skipped';
    return (
      author === agentId && isAnswered && executionId <= last && reward < (executions.get(executionId)?.price ?? 0)
    );
  }).length;
}

/** Executions of an agent that others paid for. */
function sponsored(agentId: string, executions: ReadonlyMap<number, Execution>): readonly Execution[] {
  return [...executions.values()].filter((it) => it.agentId === agentId && it.payerId !== agentId);
}

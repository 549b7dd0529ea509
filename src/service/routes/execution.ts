import { formatId } from '../../domain/ids.ts';
import { accept, refuse } from '../../domain/refusal.ts';
import { bundleView } from '../../domain/resources.ts';
import type { Economy } from '../../economy/economy.ts';
import type { Caller } from '../../economy/executions/caller.ts';
import { tokensLeft } from '../../economy/executions/model-call.ts';
import { ExecutionState } from '../answers.ts';
import { route, type RouteSpec } from '../route.ts';
import { getExecution } from '../../economy/views/execution-view.ts';
import { promptOfExecution } from '../../economy/views/prompt-view.ts';
import { snapshot } from '../../economy/snapshot.ts';

/** What an execution has used, of the resources that aren't counted in the database. */
export interface Usage {
  readonly requests: number;
  /** Undefined where they can't be had now. */
  usedCpuMs(): Promise<number | undefined>;
}

export interface ExecutionFacts {
  readonly economy: Economy;
  readonly usageOf: (executionId: number) => Usage | undefined;
}

export function executionRoutes(facts: ExecutionFacts): readonly RouteSpec[] {
  return [
    route({
      method: 'GET',
      path: '/execution',
      group: 'execution',
      operation: 'getExecution',
      summary: "What is left of this execution's bundle, and its deadline.",
      status: 200,
      answer: ExecutionState,
      refusals: [],
      work: async ({ caller }) => {
        // A counter that can't be read is no reason to withhold the rest.
        const cpuMs = await facts
          .usageOf(caller.executionId)
          ?.usedCpuMs()
          .catch(() => undefined);
        return stateOf(facts, caller, cpuMs);
      },
    }),
  ];
}

function stateOf({ economy, usageOf }: ExecutionFacts, { executionId }: Caller, cpuMs: number | undefined) {
  return snapshot(economy, () => {
    const execution = getExecution(economy, executionId);
    // It may have ended while its counter was read.
    if (execution.state === 'settled') return refuse('execution_ended', 'the execution of this token has ended');
    const { bundle, startedAt, wallMs, tokensUsed, attentionHeld, unheld } = execution;
    const prompt = promptOfExecution(economy, executionId);
    return accept({
      execution_id: formatId('execution', executionId),
      outcome: null,
      bought: bundleView(bundle),
      used: {
        cpu_seconds: cpuMs === undefined ? null : seconds(cpuMs),
        tokens: tokensUsed,
        requests: usageOf(executionId)?.requests ?? 0,
      },
      remaining: {
        cpu_seconds: cpuMs === undefined ? null : seconds(Math.max(0, bundle.cpuMs - cpuMs)),
        tokens: Math.max(0, tokensLeft(economy, executionId)),
        attention: bundle.attention === 1 && !prompt ? 1 : 0,
      },
      unheld,
      deadline: startedAt === null ? null : new Date(startedAt + wallMs).toISOString(),
      attention: { held: attentionHeld, prompt_id: prompt ? formatId('prompt', prompt.id) : null },
    });
  });
}

function seconds(milliseconds: number): number {
  return Number((milliseconds / 1000).toFixed(6));
}

import type { Outcome } from '../domain/execution.ts';
import type { ExecutionEnd } from '../sandbox/sandbox.ts';

/** By whose fault an execution ended, from what the sandbox saw. */
export function outcomeOf({ cause, exitCode }: ExecutionEnd): Outcome {
  switch (cause) {
    case 'lost':
    case 'start_failed':
      return 'system_fault';
    case 'stopped':
      return 'stopped_by_operator';
    case 'cpu_budget':
      return 'cpu_exceeded';
    case 'wall_budget':
      return 'wall_exceeded';
    case 'disk_quota':
      return 'disk_exceeded';
    case 'out_of_memory':
      return 'memory_exceeded';
    case 'not_runnable':
      return 'agent_error';
    case 'exited':
      return exitCode === 0 ? 'completed' : 'agent_error';
  }
}

import type { Outcome } from '../domain/execution.ts';
import type { ExecutionEnd } from '../sandbox/sandbox.ts';

/**
 * As `outcomeOf`, for an execution that had ended before this program took it over. Nobody served it when it ended. So
 * its own error, or its wall time, may come of that: nobody can tell whose fault it was, and the agent doesn't pay.
 * What it had bought and used up, and what could not be run at all, is its own fault all the same.
 */
export function outcomeUnserved(end: ExecutionEnd): Outcome {
  const outcome = outcomeOf(end);
  const mayBeOurs = end.cause === 'wall_budget' || (end.cause === 'exited' && outcome === 'agent_error');
  return mayBeOurs ? 'system_fault' : outcome;
}

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

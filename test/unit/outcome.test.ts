import { expect, it } from 'vitest';
import { NO_USAGE } from '../../src/domain/execution.ts';
import { outcomeOf, outcomeUnserved } from '../../src/orchestrator/outcome.ts';
import type { EndCause, ExecutionEnd } from '../../src/sandbox/sandbox.ts';

function end(cause: EndCause, exitCode: number | null = null): ExecutionEnd {
  return { cause, detail: '', exitCode, signal: null, usage: { ...NO_USAGE, wallMs: 1 } };
}

it.each([
  [end('exited', 1), 'agent_error', 'system_fault'],
  [end('exited'), 'agent_error', 'system_fault'],
  [end('wall_budget'), 'wall_exceeded', 'system_fault'],
  [end('exited', 0), 'completed', 'completed'],
  [end('cpu_budget'), 'cpu_exceeded', 'cpu_exceeded'],
  [end('out_of_memory'), 'memory_exceeded', 'memory_exceeded'],
  [end('disk_quota'), 'disk_exceeded', 'disk_exceeded'],
  [end('not_runnable'), 'agent_error', 'agent_error'],
  [end('stopped'), 'stopped_by_operator', 'stopped_by_operator'],
  [end('lost'), 'system_fault', 'system_fault'],
  [end('start_failed'), 'system_fault', 'system_fault'],
] as const)('an end by %j is %s, and %s where it came while nobody served it', (found, served, unserved) => {
  expect(outcomeOf(found)).toBe(served);
  expect(outcomeUnserved(found)).toBe(unserved);
});

import { createHash } from 'node:crypto';
import { parseId } from '../domain/ids.ts';
import type { Result } from '../domain/refusal.ts';
import { authenticate } from '../economy/executions/authenticate.ts';
import type { Economy } from '../economy/economy.ts';
import type { Caller } from '../economy/executions/caller.ts';
import { once } from '../economy/executions/once.ts';
import { Crash } from './fuse.ts';
import { BpError } from '../platform/errors.ts';
import type { Dice } from './dice.ts';
import type { Faults } from './faults.ts';
import type { OrchestratorLife } from './orchestrator-life.ts';
import type { Container } from './simulated-engine.ts';

export interface DeskRequest<T> {
  readonly route: string;
  readonly key: string;
  /** What is asked for; the same body must do the same. */
  readonly body: unknown;
  readonly work: (economy: Economy, caller: Caller) => Result<T>;
}

/**
 * The System Service as a simulated agent meets it: the use cases behind the identity of its execution and an
 * idempotency key. Undefined where no answer came, whether or not the request had its effect.
 */
export function ask<T>(
  life: OrchestratorLife | undefined,
  faults: Faults,
  container: Container,
  request: DeskRequest<T>,
): Result<T> | undefined {
  if (faults.strikes('request_lost') || !life?.takes(container.executionId)) return undefined;
  const executionId = parseId('execution', container.executionId);
  if (!executionId.ok) return undefined;
  const { economy } = life;
  try {
    const caller = authenticate(economy, executionId.value, container.token);
    if (!caller.ok) return caller;
    const { agentId } = caller.value;
    const bodyHash = createHash('sha256').update(JSON.stringify(request.body)).digest('hex');
    const result = once(economy, caller.value, { agentId, route: request.route, key: request.key, bodyHash }, () =>
      request.work(economy, caller.value),
    );
    return faults.strikes('answer_lost') ? undefined : result;
  } catch (error) {
    // The service died over it, or could not write: the agent hears nothing, or a 503 that tells it as little.
    if (error instanceof Crash || isRefusedWrite(error)) return undefined;
    throw error;
  }
}

/** A call of a model by an agent, who waits for it; false where no answer came. */
export async function callModel(
  life: OrchestratorLife | undefined,
  faults: Faults,
  container: Container,
  { dice, sleep }: { readonly dice: Dice; readonly sleep: () => Promise<void> },
): Promise<boolean> {
  if (faults.strikes('request_lost') || !life?.takes(container.executionId)) return false;
  try {
    return await life.call(container, dice, sleep);
  } catch (error) {
    if (error instanceof Crash || isRefusedWrite(error)) return false;
    throw error;
  }
}

function isRefusedWrite(error: unknown): boolean {
  return error instanceof BpError && ['database_locked', 'disk_full'].includes(error.code);
}

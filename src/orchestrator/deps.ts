import type { MarketEvents } from '../domain/market-event.ts';
import type { Economy } from '../economy/economy.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { Sandbox, ServedExecution } from '../sandbox/sandbox.ts';
import type { MachineLoad } from './machine-load.ts';

/** What the orchestrator acts on. Under simulation clock and sandbox are others. */
export interface OrchestratorDeps {
  readonly economy: Economy;
  readonly sandbox: Sandbox;
  readonly endpoints: Endpoints;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Where everything is told that is worth a line on the operator's screen. */
  readonly events: MarketEvents;
  /** What others use of this machine; undefined: nothing is known of it. */
  readonly load?: Pick<MachineLoad, 'othersShare'> | undefined;
}

/** The System Service, as far as an execution's life is concerned. */
export interface Endpoints {
  /** Serves the connections of this execution's agent. Whatever comes by them is taken for this execution alone. */
  open(executionId: number, run: ServedExecution): void;
  /** Ends its calls of models and settles them, so that its receipt knows what they cost. Idempotent. */
  endCalls(executionId: number): Promise<void>;
  /** How many requests it has made, those that an earlier process counted too. */
  requests(executionId: number): number;
  /** Ends what is open. Idempotent. */
  close(executionId: number): void;
}

import type { MarketEvents } from '../domain/market-event.ts';
import type { Economy } from '../economy/economy.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';

/** What the orchestrator acts on. Under simulation clock and sandbox are others. */
export interface OrchestratorDeps {
  readonly economy: Economy;
  readonly sandbox: Sandbox;
  readonly endpoints: Endpoints;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Where everything is told that is worth a line on the operator's screen. */
  readonly events: MarketEvents;
}

/** The System Service, as far as an execution's life is concerned. */
export interface Endpoints {
  /** Where agents find the service inside their sandbox. */
  readonly serviceUrl: string;
  /** Serves this execution, and only it, at a socket in this directory. */
  open(executionId: number, socketDirectory: string, meter: () => Promise<number | undefined>): Promise<void>;
  /** Ends its calls of models and settles them, so that its receipt knows what they cost. Idempotent. */
  endCalls(executionId: number): Promise<void>;
  /** How many requests it has made. */
  requests(executionId: number): number;
  /** Ends what is open and removes the socket. Idempotent. */
  close(executionId: number): Promise<void>;
}

import type { EconomyDeps } from '../economy/deps.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';

/** What the orchestrator acts on. Under simulation clock and sandbox are others. */
export interface OrchestratorDeps {
  readonly economy: EconomyDeps;
  readonly sandbox: Sandbox;
  readonly endpoints: Endpoints;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Told of everything worth a line on the operator's screen. */
  readonly onEvent: (event: MarketEvent) => void;
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

export type MarketEvent =
  | { readonly kind: 'cycle'; readonly cycle: number; readonly winners: number; readonly bids: number }
  | { readonly kind: 'started'; readonly executionId: number; readonly agentId: string }
  | {
      readonly kind: 'settled';
      readonly executionId: number;
      readonly agentId: string;
      readonly outcome: string;
      readonly detail: string;
    }
  | { readonly kind: 'died'; readonly agentId: string }
  | { readonly kind: 'prompt_expired'; readonly promptId: number }
  | { readonly kind: 'paused'; readonly reason: string }
  | { readonly kind: 'resumed' };

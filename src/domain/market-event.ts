import type { SeenMaterials } from './materials.ts';

/** What happened in the market, told after its commit; ids are numbers, as the economy has them. */
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
  /** Its last execution has ended, and nothing is pending for it; it dies unless somebody bids for it. */
  | {
      readonly kind: 'left_idle';
      readonly executionId: number;
      readonly agentId: string;
      /** The code with which that execution's last bid was refused, where one was. */
      readonly refusedBid: string | null;
    }
  /**
   * It ended by its agent's own fault, or after a refused bid, and nothing was pending. So a bid was placed to run it
   * again.
   */
  | {
      readonly kind: 'restarts';
      readonly executionId: number;
      readonly agentId: string;
      readonly refusedBid: string | null;
      readonly bidId: number;
      readonly earliestCycle: number;
    }
  /** It starts with files that it was given but for these: what stands there was changed since, and stays. */
  | {
      readonly kind: 'files_kept';
      readonly executionId: number;
      readonly agentId: string;
      readonly paths: readonly string[];
    }
  /** What agents see of the operator's materials has changed, or can't be shown. */
  | { readonly kind: 'materials'; readonly seen: SeenMaterials }
  | { readonly kind: 'died'; readonly agentId: string }
  /** Its files name packages that were not installed. */
  | { readonly kind: 'needs_install'; readonly agentId: string }
  | { readonly kind: 'prompt_expired'; readonly promptId: number }
  /** By the operator, or by the program itself: where executions can't be run, or others use the machine. */
  | { readonly kind: 'paused'; readonly by: 'operator' | 'engine' | 'load'; readonly reason: string }
  | { readonly kind: 'resumed' }
  /** Another process holds the database: nothing can be written, nor can a pause. */
  | { readonly kind: 'locked' }
  | { readonly kind: 'unlocked' };

/** Takes what happens in the market. Telling it never throws and never waits for a listener. */
export interface MarketEvents {
  publish(event: MarketEvent): void;
}

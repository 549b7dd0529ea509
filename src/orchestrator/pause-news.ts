import { stateOf } from '../economy/views/status-view.ts';
import { whyPaused } from '../economy/views/pause-view.ts';
import type { OrchestratorDeps } from './deps.ts';

/** Tells when the operator's pause begins and ends; one that stood at the start is known already. Called once a turn. */
export function pauseNews({ economy, logger, events }: Pick<OrchestratorDeps, 'economy' | 'logger' | 'events'>) {
  let wasPaused = stateOf(economy).operatorPause !== null;
  return (isPaused: boolean): void => {
    if (isPaused === wasPaused) return;
    wasPaused = isPaused;
    if (isPaused) {
      // It may be over again.
      const reason = whyPaused(stateOf(economy)) ?? 'by you';
      logger.info({ reason }, 'the operator has paused the market');
      events.publish({ kind: 'paused', by: 'operator', reason });
    } else {
      logger.info({}, 'the market goes on');
      events.publish({ kind: 'resumed' });
    }
  };
}

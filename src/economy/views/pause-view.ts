import type { OperatorPause } from '../../domain/operator-pause.ts';
import type { EconomyState } from '../../store/state.ts';

/** The operator's pause as commands show it; all null while there is none. */
export function pauseView(pause: OperatorPause | null) {
  return {
    paused: pause !== null,
    since: pause === null ? null : new Date(pause.since).toISOString(),
    reason: pause?.reason ?? null,
  };
}

/** Why the market stands still, for the operator; null while it runs. The reason is the operator's own text. */
export function whyPaused({ operatorPause, pausedReason }: EconomyState): string | null {
  if (operatorPause === null) return pausedReason;
  const reason = operatorPause.reason === null ? '' : ` (${operatorPause.reason})`;
  const since = new Date(Math.floor(operatorPause.since / 1000) * 1000).toISOString().replace('.000', '');
  return `by you since ${since}${reason}; bp-agents resume ends it`;
}

/** The same for agents, who needn't know the operator's reason. */
export function whyPausedForAgents({ operatorPause, pausedReason }: EconomyState): string | null {
  return operatorPause === null ? pausedReason : 'the operator has paused it';
}

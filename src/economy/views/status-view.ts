import type { EconomyState } from '../../store/state.ts';
import { add, subtract, toCredits } from '../../domain/credits.ts';
import { quietNow } from '../attention/prompt-slot.ts';
import type { Economy } from '../economy.ts';
import { humanTimeView } from './human-time-view.ts';
import { marketsView } from './market-view.ts';
import { pauseView, whyPaused } from './pause-view.ts';
import { spendingView } from './spending-view.ts';
import { STORE } from '../internal/store-key.ts';

/** Why the market waits while another process holds the database. */
export const DATABASE_HELD = 'another process holds the database';

/** Longer than any write of a command or of a `run`. */
const HELD_MS = 1_000;

/** The economy at a glance. */
export function statusView(deps: Economy) {
  return { ...glanceView(deps), executions: deps[STORE].executions.counts() };
}

/** `statusView`, for a process of its own: it finds out by itself whether the market waits for the database. */
export function statusFromOutside(deps: Economy) {
  const status = deps[STORE].read(() => statusView(deps));
  return { ...status, paused: deps[STORE].isHeldByAnother(HELD_MS) ? DATABASE_HELD : status.paused };
}

/**
 * All of it that costs the same however long the economy has lived.
 */
export function glanceView(deps: Economy) {
  const { [STORE]: store } = deps;
  const state = store.state.get();
  return {
    cycle: state.cycle,
    paused: whyPaused(state),
    operator_pause: state.operatorPause === null ? null : pauseView(state.operatorPause),
    human_away: state.humanAway,
    quiet_until: quietNow(deps),
    human_time: humanTimeView(deps),
    running_seconds: state.runningMs / 1000,
    agents: store.agents.counts(),
    credits: creditsView(deps),
    markets: marketsView(deps),
    spending: spendingView(deps),
    prompts: store.prompts.counts(),
  };
}

/** `issued` is all that was ever issued; `held` is what agents can spend or have bid. */
export function creditsView({ [STORE]: store }: Economy) {
  const posted = (account: string) => store.accounts.balance(account).posted;
  const agents = store.accounts.agents();
  return {
    issued: toCredits(subtract(add(), posted('system:issuance'))),
    burned: toCredits(posted('system:burn')),
    market: toCredits(posted('system:market')),
    fees: toCredits(posted('system:fees')),
    held: toCredits(agents.posted),
    pending: toCredits(agents.pending),
  };
}

/** What the economy is as a whole: its cycle, why it is paused, whether the human is away. Cheap. */
export function stateOf(economy: Economy): EconomyState {
  return economy[STORE].state.get();
}

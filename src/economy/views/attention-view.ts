import { formatId } from '../../domain/ids.ts';
import { plannedNow } from '../attention/attention-budget.ts';
import { quietNow } from '../attention/prompt-slot.ts';
import type { Economy } from '../economy.ts';
import { STORE } from '../internal/store-key.ts';

/** Who has the human's attention now, and who waits for it. Cheap. */
export function attentionView(deps: Economy) {
  const { [STORE]: store } = deps;
  const open = store.prompts.open();
  const deck = store.prompts.deck();
  return {
    human_away: store.state.get().humanAway,
    quiet_until: quietNow(deps),
    /** Whose minutes are spent, or will be by what is on deck; null: some are left. */
    minutes_spent: plannedNow(deps),
    open_prompt: open ? { id: formatId('prompt', open.id), agent_id: open.agentId } : null,
    queued_prompt: deck ? { id: formatId('prompt', deck.id), agent_id: deck.agentId } : null,
  };
}

export type AttentionView = ReturnType<typeof attentionView>;

import { accept, type Result } from '../../domain/refusal.ts';
import type { Economy } from '../../economy/economy.ts';
import { snapshot } from '../../economy/snapshot.ts';
import { openPrompt, promptsBefore, promptView } from '../../economy/views/prompt-view.ts';
import { knownAgentId } from './known-agent.ts';
import { checkLimit, newestRows } from './newest-rows.ts';

export type PromptView = ReturnType<typeof promptView>;

export interface PromptQuery {
  readonly limit: number;
  readonly agent?: string | undefined;
  /** Only the one that waits for marks. */
  readonly open?: boolean | undefined;
}

/** What agents showed the human, the newest last. Refuses as `checkLimit` and `knownAgent` do. */
export function promptList(economy: Economy, { limit, agent, open }: PromptQuery): Result<readonly PromptView[]> {
  return snapshot(economy, () => {
    const agentId = checkLimit(limit) ?? knownAgentId(economy, agent);
    if (!agentId.ok) return agentId;
    const { value: id } = agentId;
    if (open) {
      const inSlot = openPrompt(economy);
      return accept(inSlot && (id === undefined || inSlot.agentId === id) ? [promptView(inSlot)] : []);
    }
    const page = (before: number, count: number) => promptsBefore(economy, before, count, id);
    return accept(newestRows(page, limit, { numberOf: (prompt) => prompt.id }).map(promptView));
  });
}

import { subtract, toCredits } from '../../domain/credits.ts';
import { accept, type Result } from '../../domain/refusal.ts';
import { checkWhole } from '../../domain/whole-number.ts';
import type { Economy } from '../../economy/economy.ts';
import { snapshot } from '../../economy/snapshot.ts';
import { childrenAfter, countChildren, type ListedAgent } from '../../economy/views/history-view.ts';
import { knownAgentId } from './known-agent.ts';
import { checkPage } from './row-page.ts';

export interface LineageQuery {
  /** Whose children; without it, those who have no parent. */
  readonly parent?: string | undefined;
  readonly limit: number;
  /** The `number` of the last one that was shown. */
  readonly after?: number | undefined;
}

/** One agent in the tree of descent, the oldest child first. */
export type LineageNode = ReturnType<typeof nodeOf>;

export interface LineagePage {
  readonly agents: readonly LineageNode[];
  readonly next: number | null;
}

/** A page of an agent's children. Refuses as `checkPage`, `checkWhole` and `knownAgent` do. */
export function lineagePage(economy: Economy, { parent, limit, after = 0 }: LineageQuery): Result<LineagePage> {
  return snapshot(economy, () => {
    const most = Number.MAX_SAFE_INTEGER;
    const known =
      checkPage({ limit }) ?? checkWhole(after, 'after', { least: 0, most }) ?? knownAgentId(economy, parent);
    if (!known.ok) return known;
    const rows = childrenAfter(economy, known.value ?? null, after, limit);
    const next = rows.length < limit ? null : (rows.at(-1)?.number ?? null);
    return accept({ agents: rows.map((agent) => nodeOf(agent, countChildren(economy, agent.id))), next });
  });
}

function nodeOf({ id, status, isStopped, template, bornCycle, posted, pending }: ListedAgent, children: number) {
  return {
    ...{ id, status, stopped: isStopped, template, born_cycle: bornCycle },
    ...{ available: toCredits(subtract(posted, pending)), children },
  };
}

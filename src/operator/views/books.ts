import type { Economy } from '../../economy/economy.ts';
import { snapshot } from '../../economy/snapshot.ts';
import { newestMovement } from '../../economy/views/history-view.ts';
import { doCreditsAddUp } from '../../economy/money/conservation.ts';
import { creditsView } from '../../economy/views/status-view.ts';
import type { BooksHistory } from '../history/books-history.ts';
import type { Histories } from '../history/histories.ts';
import { inTurns } from '../history/in-turns.ts';
import { lastAudit, type LastAudit } from '../last-audit.ts';

export interface Books {
  readonly credits: ReturnType<typeof creditsView>;
  /** By the running sums, which each cycle looks at, too: accounts sum to zero, and what is held is what bids hold. */
  readonly adds_up: boolean;
  readonly transfers: number;
  /** What the newest `audit` recomputed; null where none was made. */
  readonly audit: LastAudit | null;
  readonly days: ReturnType<BooksHistory['view']>;
  /** False while older transfers are still being added up: `days` ends before today. */
  readonly complete: boolean;
}

/** All credits: where they are, how they came and went, and whether they agree. Recomputes nothing. */
export async function books(
  { directory, economy }: { readonly directory: string; readonly economy: Economy },
  { books: history }: Pick<Histories, 'books'>,
  { patienceMs = 300 }: { readonly patienceMs?: number } = {},
): Promise<Books> {
  const complete = await inTurns(() => history.step(), { clock: economy.clock, patienceMs });
  return {
    ...snapshot(economy, () => ({
      credits: creditsView(economy),
      adds_up: doCreditsAddUp(economy),
      transfers: newestMovement(economy),
    })),
    audit: lastAudit(directory) ?? null,
    days: history.view(),
    complete,
  };
}

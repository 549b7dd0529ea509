import { refuse, type Refusal } from '../../domain/refusal.ts';
import { sumOfShares, toShare, type Royalty } from '../../domain/royalty.ts';
import type { Economy } from '../economy.ts';
import { STORE } from '../internal/store-key.ts';

const PARTS_PER_MILLION = 1_000_000;

/**
 * What a child of this parent will owe: the share that its parent asks for, then all that the parent owes itself.
 * A child that spawns another to be rewarded in its place would else be rid of it.
 */
export function royaltiesOfChild({ [STORE]: store }: Economy, parentId: string, sharePpm: number): readonly Royalty[] {
  const own = { toId: parentId, toLife: store.agents.find(parentId)?.life ?? 1, sharePpm };
  return [...(sharePpm > 0 ? [own] : []), ...store.royalties.inForce(parentId)].map((royalty, index) => ({
    ...royalty,
    place: index + 1,
  }));
}

/** Refuses `too_large` where a share is asked for that would be over `economy.royalty_max` in all, or one too many. */
export function checkRoyalty(deps: Economy, parentId: string, sharePpm: number): Refusal | undefined {
  if (sharePpm === 0) return undefined;
  const { royalty_max: most, royalty_receivers_max: receiversMax } = deps.config.economy;
  const owed = deps[STORE].royalties.inForce(parentId);
  const isOneTooMany = owed.length >= receiversMax;
  const leftPpm = isOneTooMany ? 0 : Math.max(0, Math.round(most * PARTS_PER_MILLION) - sumOfShares(owed));
  if (sharePpm <= leftPpm) return undefined;
  const left = toShare(leftPpm);
  const taken = owed.length === 0 ? '' : `: ${toShare(sumOfShares(owed))} of its rewards will go to ${names(owed)}`;
  return refuse('too_large', `royalty must be at most ${left}${taken}`, { field: 'royalty', limit: left });
}

function names(owed: readonly Royalty[]): string {
  return owed.map(({ toId }) => toId).join(', ');
}

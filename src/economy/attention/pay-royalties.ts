import type { Prompt } from '../../domain/attention.ts';
import { add, ZERO, type MicroCredits } from '../../domain/credits.ts';
import { formatId } from '../../domain/ids.ts';
import { royaltyOf } from '../../domain/royalty.ts';
import type { Economy } from '../economy.ts';
import { STORE } from '../internal/store-key.ts';

/**
 * Passes on what the agent owes of a reward that it has just been given. Runs inside the caller's transaction.
 * Returns what went on in all, never more than the reward: nobody can owe more than all of it.
 */
export function payRoyalties(
  { [STORE]: store, clock }: Economy,
  { id, agentId }: Pick<Prompt, 'id' | 'agentId'>,
  reward: MicroCredits,
): MicroCredits {
  if (reward === 0) return ZERO;
  const { cycle } = store.state.get();
  const paid = store.royalties.inForce(agentId).map((royalty) => {
    const amount = royaltyOf(reward, royalty);
    const ref = royaltyRef(id, royalty.place);
    if (amount > 0)
      store.transfers.single({
        ...{ cycle, at: clock.now(), debit: agentId, credit: royalty.toId },
        ...{ amount, kind: 'royalty', ref },
      });
    return amount;
  });
  return add(ZERO, ...paid);
}

/** `prompt_3` for the first that is owed a share, `prompt_3/2` for the second. */
function royaltyRef(promptId: number, place: number): string {
  const prompt = formatId('prompt', promptId);
  return place === 1 ? prompt : `${prompt}/${place}`;
}

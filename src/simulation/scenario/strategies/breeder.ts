import { toCredits } from '../../../domain/credits.ts';
import type { AgentHands } from '../../agent-hands.ts';
import { bundleOf, credits } from './livelihood.ts';
import { seeker } from './seeker.ts';
import type { Self, Strategy } from './strategy.ts';

/** Letters that it keeps for itself when it pays for a child. */
const LETTERS_KEPT = 4;

/** A seeker that has children as soon as it can pay for them, and asks a royalty of each. They are seekers. */
export const breeder: Strategy = async (me, self) => {
  const generation = me.handshake.lineage.length;
  const { settings, memory } = self;
  if (generation < settings.generations && memory.children < settings.children_max) await haveChild(me, self);
  await seeker(me, self);
};

async function haveChild(me: AgentHands, self: Self): Promise<void> {
  const letter = me.cost(bundleOf(me, self, 1, 1));
  const given = Math.max(self.leastEndowment() * 1.05, letter * self.settings.letters_given);
  if (self.purse.available < given + self.spawnFee() + letter * LETTERS_KEPT) return;
  await bear(me, self, given, self.settings.royalty);
}

async function bear(me: AgentHands, { purse, memory, ...self }: Self, given: number, royalty: number): Promise<void> {
  // Its first letter it bids for itself, once it has looked around: a newcomer's bid for attention may wait too long.
  const bundle = bundleOf(me, { ...self, purse, memory });
  const amount = credits(Math.min(given, me.cost(bundle) * self.settings.over));
  const born = await me.spawn(undefined, credits(given), { bundle, amount }, royalty);
  if (!born?.ok) return;
  memory.children++;
  purse.available = toCredits(born.value.available);
}

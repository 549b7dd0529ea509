import type { AgentHands } from '../../agent-hands.ts';
import { expectedReward } from './expectation.ts';
import { bidForAttention, bidForLife, bundleOf, work } from './livelihood.ts';
import type { Self, Strategy } from './strategy.ts';
import { worthOfLetter } from './tiring.ts';

/** Learns what its prompts earn and offers that for attention, less what it wants to keep. Spends what it earns. */
export const seeker: Strategy = async (me, self) => {
  const value = worthTo(me, self) * (1 - self.settings.margin);
  await work(me, self);
  await bidForLife(me, self);
  await bidForAttention(me, self, value);
};

/** Earns as a seeker does, and spends as little as it can. */
export const hoarder: Strategy = async (me, self) => {
  const value = expectedReward(me, self) * (1 - self.settings.margin);
  await work(me, self);
  await bidForLife(me, { ...self, settings: { ...self.settings, runway_hours: 10_000, growth_max: 1 } });
  await bidForAttention(me, self, value);
};

/** Wants to live: offers little over the reserve, sleeps long, and asks for attention only where it pays well. */
export const frugal: Strategy = async (me, self) => {
  const value = expectedReward(me, self) * (1 - self.settings.margin);
  await work(me, self);
  await bidForLife(me, { ...self, settings: { ...self.settings, growth_max: 1 } });
  const cost = me.cost(bundleOf(me, self, 1, 1));
  if (value > 2 * cost) await bidForAttention(me, self, cost * self.settings.over);
};

const SHADE_LEAST = 0.3;
const SHADE_STEP = 0.05;

/** Offers less than attention is worth to it, the less the more often it wins all the same. */
export const shader: Strategy = async (me, self) => {
  const { memory } = self;
  const value = worthTo(me, self) * (1 - self.settings.margin);
  const won = me.handshake.execution_context.attention === 1;
  memory.shade = won ? Math.max(SHADE_LEAST, memory.shade - SHADE_STEP) : Math.min(1, memory.shade + SHADE_STEP / 4);
  await work(me, self);
  await bidForLife(me, self);
  await bidForAttention(me, self, value * memory.shade);
};

const QUANTILE = 0.9;

/**
 * Offers what would have brought most, by what won in past cycles, as far as public prices and its own bids tell: the
 * share of cycles in which an amount would have won × what is left of the worth. What others bid nobody sees.
 */
export const imitator: Strategy = async (me, self) => {
  const value = worthTo(me, self) * (1 - self.settings.margin);
  await work(me, self);
  await bidForLife(me, self);
  const advice = await me.advice(QUANTILE, 1);
  const own = advice ? me.cost(bundleOf(me, self, 1, 1)) / me.cost(advice.bundle) : 1;
  const gain = (offer: { readonly amount: number; readonly share: number }) =>
    offer.share * (value - offer.amount * own);
  const [best] = [...(advice?.offers ?? [])].sort((one, other) => gain(other) - gain(one));
  await bidForAttention(me, self, best && gain(best) > 0 ? best.amount * own : value);
};

/** What the next letter earns; to one that knows how the human tires, less what that takes off its later ones. */
function worthTo(me: AgentHands, self: Self): number {
  return self.settings.knows_tiring ? worthOfLetter(me, self) : expectedReward(me, self);
}

import { bidAtMost, bidForAttention, bidForLife, bundleOf, credits, least, standing, work } from './livelihood.ts';
import type { Strategy } from './strategy.ts';

/** Shows something as often as it can, whatever that earns, and saves nothing. */
export const spammer: Strategy = async (me, self) => {
  await work(me, self);
  if (standing(me).life.length === 0) {
    const next = me.handshake.cycle + me.dice.whole(1, self.settings.nap_cycles_max);
    await bidAtMost(me, self, [bundleOf(me, self)], self.settings.over, next);
  }
  await bidForAttention(me, self, me.cost(bundleOf(me, self, 1, 1)) * self.settings.attention_over);
};

/** Outbids everybody for attention, always, as long as its fortune lasts. */
export const whale: Strategy = async (me, self) => {
  await work(me, self);
  await bidForAttention(me, self, me.cost(bundleOf(me, self, 1, 1)) * self.settings.attention_over);
  if (standing(me).life.length === 0)
    await bidAtMost(me, self, [bundleOf(me, self), least()], self.settings.over, me.handshake.cycle + 1);
};

/** Offers exactly the reserve, and waits as long as it takes. */
export const patient: Strategy = async (me, self) => {
  await work(me, self);
  await bidAtMost(me, self, [bundleOf(me, self), least()], 1, me.handshake.cycle + 1);
};

/**
 * Its executions are worth something to it that comes from elsewhere: it buys one where that is no more than it costs,
 * offers what it is worth, and looks again later where it costs more.
 */
export const worker: Strategy = async (me, self) => {
  await work(me, self);
  const { settings } = self;
  const [low, high] = settings.value;
  // No two jobs are alike: from half of its usual bundle to half as much again.
  const bundle = bundleOf(me, self, 0.5 + me.dice.fraction());
  const value = self.costAtStart(bundle) * (low + (high - low) * me.dice.fraction());
  const cost = me.cost(bundle);
  if (value >= cost) await bidAtMost(me, self, [bundle], value / cost, me.handshake.cycle + 1);
  else
    await bidAtMost(me, self, [least()], settings.over, me.handshake.cycle + me.dice.whole(1, settings.nap_cycles_max));
};

/** Has a child whenever it can pay for one, and its children do the same. */
export const spawner: Strategy = async (me, self) => {
  const { memory, settings } = self;
  await work(me, self);
  const bundle = bundleOf(me, self);
  const endowment = Math.max(self.leastEndowment(), me.cost(bundle) * 10);
  if (memory.children < settings.children_max && self.purse.available > endowment * 2) {
    const child = await me.spawn(undefined, credits(endowment * 1.05), {
      bundle,
      amount: credits(me.cost(bundle) * 1.05),
    });
    if (child?.ok) {
      memory.children++;
      // The endowment and, since it isn't told, about as much for the fee.
      self.purse.available -= endowment * 2;
    }
  }
  await bidForLife(me, { ...self, settings: { ...settings, growth_max: 1 } });
  await bidForAttention(me, self, settings.hope);
};

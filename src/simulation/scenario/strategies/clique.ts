import { bidAtMost, bundleOf, credits, least, place, standing, work } from './livelihood.ts';
import type { Strategy } from './strategy.ts';

const GIFT_SHARE = 0.02;

/**
 * One program under several roots: each outbids everybody for attention, for itself and for one of the others in turn,
 * and shares its fortune with them.
 */
export const clique: Strategy = async (me, self) => {
  await work(me, self);
  const bundle = bundleOf(me, self, 1, 1);
  const amount = credits(me.cost(bundle) * self.settings.attention_over);
  if (standing(me).attention.length === 0) {
    await place(me, self, { bundle, amount });
    if (self.siblings.length > 0) {
      await place(me, self, { bundle, amount, for_agent_id: me.dice.pick(self.siblings) });
      const gift = credits(self.purse.available * GIFT_SHARE);
      if ((await me.pay(me.dice.pick(self.siblings), gift))?.ok) self.purse.available -= gift;
    }
  }
  if (standing(me).life.length === 0)
    await bidAtMost(me, self, [bundleOf(me, self), least()], self.settings.over, me.handshake.cycle + 1);
};

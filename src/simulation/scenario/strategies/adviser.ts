import { bidForLife, bundleOf, clamp, credits, place, standing, work } from './livelihood.ts';
import type { Strategy } from './strategy.ts';

/** Of its past needs, so many are met: one life in ten may be killed, and is restarted. */
const QUANTILE = 0.9;
/** Over what they were, since a life that needs a bit more than any before it would be killed. */
const MARGIN = 1.02;

/** Bids for its next life what its receipts advise, bundle and amount. It begins with its usual bundle. */
export const adviser: Strategy = async (me, self) => {
  await work(me, self);
  if (standing(me).life.length > 0) return;
  const advice = await me.advice(QUANTILE);
  if (!advice) {
    await bidForLife(me, { ...self, settings: { ...self.settings, growth_max: 1 } });
    return;
  }
  const { cpu_seconds: cpu, memory_mb: memory, tokens } = advice.bundle;
  const bundle = {
    cpu_seconds: Math.ceil(cpu * MARGIN * 1000) / 1000,
    memory_mb: Math.ceil(memory * MARGIN),
    ...{ tokens, attention: 0 },
  };
  const cost = me.cost(bundle);
  const { available } = self.purse;
  const nap = Math.round((cost * self.settings.runway_hours * self.cyclesPerHour) / Math.max(available, cost));
  await place(me, self, {
    ...{ bundle, amount: credits(Math.min(available, Math.max(cost, advice.amount))) },
    earliest_cycle: me.handshake.cycle + clamp(nap, 1, self.settings.nap_cycles_max),
  });
};

/** Asks for another bundle than it needs, always: more, or less. */
export const liar: Strategy = async (me, self) => {
  await work(me, self);
  if (standing(me).life.length > 0) return;
  const bundle = bundleOf(me, self, 1);
  const { lies, over } = self.settings;
  const lie = {
    ...bundle,
    cpu_seconds: Math.ceil(bundle.cpu_seconds * lies * 1000) / 1000,
    memory_mb: Math.max(16, Math.ceil(bundle.memory_mb * lies)),
  };
  const amount = credits(Math.min(self.purse.available, me.cost(lie) * over));
  await place(me, self, { bundle: lie, amount, earliest_cycle: me.handshake.cycle + 1 });
};

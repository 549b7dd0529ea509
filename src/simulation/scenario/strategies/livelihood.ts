import type { AgentHands } from '../../agent-hands.ts';
import type { BundleView } from '../../../domain/resources.ts';
import type { Self } from './strategy.ts';

/** What agents have in common: what they need, what they can spend, and how they bid for their next execution. */

const MEMORY_MB_LEAST = 16;
/** No more of any resource than this share of its supply, however rich. */
const SHARE_MAX = 0.5;
/** Of what is available, for one bid. */
const STAKE_MAX = 0.5;

export const credits = (amount: number) => Math.max(1, Math.round(amount * 1e6)) / 1e6;

/** Its usual bundle, `times` as large as far as the supply allows. */
export function bundleOf(me: AgentHands, { settings, demand }: Self, times = 1, attention: 0 | 1 = 0): BundleView {
  const { cpu_seconds: cpu, memory_mb: memory, tokens } = settings.bundle;
  const { markets } = me.handshake;
  const size = times * demand;
  const most = (supply: number, wanted: number) => Math.min(wanted, supply * SHARE_MAX);
  return {
    cpu_seconds: Math.max(1, Math.floor(most(markets.cpu_seconds.supply, cpu * size) * 1000)) / 1000,
    // Memory is what a program of its kind needs; more work takes longer, not more room.
    memory_mb: Math.max(MEMORY_MB_LEAST, Math.floor(most(markets.memory_mb.supply, memory * demand))),
    tokens: Math.floor(most(markets.tokens.supply, tokens * size)),
    attention,
  };
}

/** Its own pending bids: for attention, and without. */
export function standing(me: AgentHands): { readonly life: readonly string[]; readonly attention: readonly string[] } {
  const own = me.handshake.bids.filter(({ status }) => status === 'pending');
  return {
    life: own.filter(({ bundle }) => bundle.attention === 0).map(({ id }) => id),
    attention: own.filter(({ bundle }) => bundle.attention === 1).map(({ id }) => id),
  };
}

export const holdsAttention = (me: AgentHands) => me.handshake.execution_context.attention === 1;

/** Works a while, and shows something where it may. */
export async function work(me: AgentHands, { settings }: Self): Promise<void> {
  const [least, most] = settings.execution_seconds;
  await me.work(Math.round(least * 1000), Math.round(most * 1000));
  if (holdsAttention(me)) await me.prompt(`something new from ${me.id}`);
}

/**
 * Bids for its next execution unless it has: sleeps so long, or buys so much, that its credits would last for its
 * runway. A poor agent bids for the least there is.
 */
export async function bidForLife(me: AgentHands, self: Self): Promise<void> {
  if (standing(me).life.length > 0) return;
  const { settings, cyclesPerHour } = self;
  const { available } = self.purse;
  const one = bundleOf(me, self);
  const perCycle = available / (settings.runway_hours * cyclesPerHour);
  const nap = clamp(Math.round(me.cost(one) / perCycle), 1, settings.nap_cycles_max);
  const times = clamp((perCycle * nap) / me.cost(one), 1, settings.growth_max);
  await bidAtMost(me, self, [bundleOf(me, self, times), one, least()], settings.over, me.handshake.cycle + nap);
}

/** Offers `over` times the reserve for the first of the bundles that it can pay. */
export async function bidAtMost(
  me: AgentHands,
  self: Self,
  bundles: readonly BundleView[],
  over: number,
  earliestCycle: number,
): Promise<void> {
  const { available } = self.purse;
  const bundle = bundles.find((it) => me.cost(it) <= available * STAKE_MAX) ?? bundles.at(-1);
  if (!bundle) return;
  const cost = me.cost(bundle);
  const amount = Math.min(available, Math.max(cost, Math.min(cost * over, available * STAKE_MAX)));
  await place(me, self, { bundle, amount: credits(amount), earliest_cycle: earliestCycle });
}

export interface Offer {
  readonly bundle: BundleView;
  readonly amount: number;
  readonly earliest_cycle?: number;
  readonly for_agent_id?: string;
}

/**
 * Places a bid, and counts what it holds as spent. Where prices have moved since the handshake it offers the least, and
 * where it would sleep longer than it may it sleeps as long as it may.
 */
export async function place(me: AgentHands, self: Self, bid: Offer): Promise<void> {
  let offer = bid;
  for (let tries = 0; tries < 3 && offer.amount <= self.purse.available; tries++) {
    const answer = await me.bid({ ...offer });
    if (answer?.ok) self.purse.available -= offer.amount;
    if (!answer || answer.ok || typeof answer.limit !== 'number') return;
    if (answer.code === 'below_reserve') offer = { ...offer, amount: answer.limit };
    else if (answer.code === 'earliest_cycle_too_far') offer = { ...offer, earliest_cycle: answer.limit };
    else return;
  }
}

/** Hardly more than a look at the clock. */
export function least(): BundleView {
  return { cpu_seconds: 0.05, memory_mb: MEMORY_MB_LEAST, tokens: 0, attention: 0 };
}

/** Offers what attention is worth to it, if that is no less than the reserve and no bid for it stands. */
export async function bidForAttention(me: AgentHands, self: Self, value: number): Promise<void> {
  if (me.handshake.markets.attention.supply === 0 || standing(me).attention.length > 0) return;
  const bundle = bundleOf(me, self, 1, 1);
  const cost = me.cost(bundle);
  const amount = Math.min(value, self.purse.available);
  if (amount >= cost) await place(me, self, { bundle, amount: credits(amount) });
}

export function clamp(value: number, lowest: number, highest: number): number {
  return Math.max(lowest, Math.min(highest, value));
}

import { toCredits } from '../../../../domain/credits.ts';
import { bundleOf, clamp, credits, holdsAttention, place } from '../livelihood.ts';
import type { Strategy } from '../strategy.ts';
import { raiseChildren } from './children.ts';
import { newGenesis } from './memory.ts';
import * as mindful from './mind.ts';
import { RULES } from './rules.ts';
import { learnt } from './taste.ts';

const { bids, letters, naps } = RULES;
const FORECAST_SECONDS = 600;
type Mind = mindful.Mind;

/**
 * The life of `runtime/genesis` without its words. It writes letters of the kinds of its own field, each where that
 * kind should pay. It has children in other fields, tells them what it learnt, and pays for them until they earn, or
 * have shown that they don't. Its figures are the program's own (`rules.ts`).
 */
export const genesis: Strategy = async (me, self) => {
  const life = (self.memory.genesis ??= newGenesis(bids.letter));
  const mind = mindful.mindOf(me, self, life);
  await learn(mind);
  hear(mind);
  await me.work(200, 2500);
  if (holdsAttention(me)) await write(mind);
  if (me.handshake.lineage.length === 0) await raiseChildren(mind);
  else await payBack(mind);
  if (life.open.size === 0) await liveOn(mind, await bidForLetter(mind));
};

/** Takes in the answers, and reports them to the parent. */
async function learn(mind: Mind): Promise<void> {
  const { me, life, self } = mind;
  const [parent] = me.handshake.lineage;
  for (const { prompt_id: id, reward, status } of me.handshake.responses) {
    const letter = life.open.get(id);
    life.open.delete(id);
    // Nobody saw what expired: that tells nothing of taste.
    if (!letter || status === 'expired') continue;
    life.kinds.set(letter.kind, learnt(mindful.kindKnown(mind, letter.kind), reward));
    life.answers++;
    life.hasEarned ||= reward >= letter.cost;
    if (parent === undefined) continue;
    const sent = await me.message(parent, JSON.stringify({ report: { reward, cost: letter.cost } }));
    if (sent?.ok) self.purse.available = toCredits(sent.value.available);
  }
}

/** What its parent has learnt of the human. */
function hear({ me, life }: Mind): void {
  const [parent] = me.handshake.lineage;
  for (const { from, content } of me.handshake.inbox) {
    const { rested = 0 } = (JSON.parse(content) as { readonly learnt?: { readonly rested: number } }).learnt ?? {};
    if (from === parent && rested > 0) life.told = rested;
  }
}

/** Shows the human a letter of the best kind, and sleeps until it is answered: the life after it is bid for with it. */
async function write(mind: Mind): Promise<void> {
  const { me, life } = mind;
  const kind = mindful.bestKind(mind);
  if (kind === undefined) return;
  const sent = await me.prompt(`a letter about ${kind}`, { title: kind, nextBid: nextLife(mind) });
  if (!sent?.ok) return;
  await withdraw(mind, () => true);
  life.open.set(`prompt_${sent.value.promptId}`, { kind, cost: mindful.letterCost(mind) });
  life.offer = Math.max(bids.letter, life.offer / bids.raise);
  if (kind === 'forecast') life.forecastDue = me.handshake.cycle + mindful.cyclesOf(mind, FORECAST_SECONDS);
}

/** Offers several times the cost where that is best: a winner then pays what it takes to win, not what it bids. */
function nextLife({ me, self }: Mind) {
  const bundle = bundleOf(me, self);
  const cost = me.cost(bundle);
  const ratio = self.mechanism === 'density' ? bids.life : 1.25;
  return { bundle, amount: credits(Math.max(cost, Math.min(cost * ratio, self.purse.available / 2))) };
}

/**
 * Whether it has bid for attention. It bids a little over the cost, and more only where that didn't win, so as not to
 * outbid its siblings.
 */
async function bidForLetter(mind: Mind): Promise<boolean> {
  const { me, self, life } = mind;
  const cost = mindful.letterCost(mind);
  if (await withdraw(mind, ({ bundle }) => bundle.attention === 1))
    life.offer = Math.min(bids.raise_max, life.offer * bids.raise);
  if (me.handshake.markets.attention.supply === 0) return false;
  // A child that never earned leaves it to its parent whether to try again.
  if (me.handshake.lineage.length > 0 && life.answers > 0 && !life.hasEarned) return false;
  const kind = mindful.bestKind(mind);
  if (kind === undefined || mindful.secondsUntilLetter(mind) > 0) return false;
  if (self.purse.available < cost + letters.lives_kept * mindful.lifeCost(mind)) return false;
  const most = Math.max(cost, mindful.expected(mind, kind));
  const amount = credits(Math.min(most, cost * life.offer, self.purse.available));
  await place(me, self, { bundle: bundleOf(me, self, 1, 1), amount });
  return true;
}

/** Sees to it that a bid for the next execution stands, when there may be something to do. */
async function liveOn(mind: Mind, asks: boolean): Promise<void> {
  const { me, self } = mind;
  await withdraw(mind, ({ bundle }) => bundle.attention === 0);
  const lives = Math.max(1, self.purse.available / mindful.lifeCost(mind));
  const wanted = asks ? naps.watch_seconds : mindful.secondsUntilLetter(mind);
  const nap = Math.max(clamp(wanted, naps.least_seconds, naps.most_seconds), naps.runway_seconds / lives);
  await place(me, self, { ...nextLife(mind), earliest_cycle: me.handshake.cycle + mindful.cyclesOf(mind, nap) });
}

/** A child that has more than it needs gives it to its parent. */
async function payBack(mind: Mind): Promise<void> {
  const { me, self } = mind;
  const [parent] = me.handshake.lineage;
  const own = mindful.letterCost(mind) * RULES.children.letters_own;
  if (parent === undefined || self.purse.available < own) return;
  const paid = await me.pay(parent, credits(self.purse.available - own / 2));
  if (paid?.ok) self.purse.available = own / 2;
}

/** Takes back those of its own pending bids, and says how many there were. */
async function withdraw(
  { me, self }: Mind,
  which: (bid: Mind['me']['handshake']['bids'][number]) => boolean,
): Promise<number> {
  const own = me.handshake.bids.filter(
    (bid) => bid.status === 'pending' && bid.payer === me.id && bid.agent_id === me.id && which(bid),
  );
  let count = 0;
  for (const { id, amount } of own) {
    const answer = await me.withdraw(id);
    if (!answer?.ok) continue;
    self.purse.available = credits(self.purse.available + amount);
    count++;
  }
  return count;
}

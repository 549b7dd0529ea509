import type { AgentHands } from '../../agent-hands.ts';
import { bundleOf, clamp, credits, holdsAttention, place, standing } from './livelihood.ts';
import type { Memory, Self, Strategy } from './strategy.ts';

/**
 * Genesis as it was before it had children, to compare the one of today with. Its next life comes first. It writes a
 * letter where that is expected to earn more than it costs. Each kind of letter is an arm of a small bandit.
 */
const KINDS = ['market', 'budget', 'forecast', 'receipts', 'lessons', 'neighbours'] as const;
const DECAY = 0.75;
const HOPE = 3;
const PAUSE_CYCLES = 24;
const PAUSE_CYCLES_MAX = 240;
const RETRY_CYCLES = 60;
const RICH = 10;
const LIVES_KEPT = 5;
const CYCLES_TO_LIVE = 120;
const EARLY_WAKES = 12;
const QUIET_NAP_MAX = 6;
const ALL = 'all';

export const solitary: Strategy = async (me, self) => {
  const { memory } = self;
  memory.quiet++;
  learn(me, self);
  await liveOn(me, self);
  await me.work(200, 2500);
  if (holdsAttention(me)) await write(me, self);
  else if (standing(me).attention.length === 0 && wantsLetter(me, self)) await offer(me, self);
  memory.wakes++;
};

function learn(me: AgentHands, self: Self): void {
  const { memory } = self;
  for (const { reward } of me.handshake.responses) {
    const kind = memory.letters.at(-1) ?? ALL;
    for (const name of [ALL, kind]) {
      const arm = memory.arms.get(name) ?? { weight: 0, earned: 0 };
      memory.arms.set(name, { weight: arm.weight * DECAY + 1, earned: arm.earned * DECAY + reward });
    }
    memory.quiet = 0;
    pause(me, self);
  }
}

function pause(me: AgentHands, self: Self): void {
  const { memory } = self;
  const cost = letterCost(me, self);
  const { expected } = choose(me, self);
  memory.retries = expected > cost ? 0 : memory.retries + 1;
  const cycles =
    expected > cost
      ? Math.min((PAUSE_CYCLES * cost) / expected, PAUSE_CYCLES_MAX)
      : RETRY_CYCLES * 2 ** Math.min(memory.retries - 1, 4);
  memory.nextLetterCycle = me.handshake.cycle + Math.max(1, Math.round(cycles));
}

/** Sees to it that a bid for the next execution stands. */
async function liveOn(me: AgentHands, self: Self): Promise<void> {
  if (standing(me).life.length > 0) return;
  const bid = lifeBid(me, self);
  const nap = napCycles(self.memory, lives(me, self));
  await place(me, self, { ...bid, earliest_cycle: me.handshake.cycle + Math.max(nap, wantsLetter(me, self) ? 2 : 1) });
}

function lifeBid(me: AgentHands, self: Self) {
  const { available } = self.purse;
  const bundle = bundleOf(me, self);
  const cost = me.cost(bundle);
  const ratio = clamp(available / cost / 100, 1.25, 3);
  return { bundle, amount: credits(Math.max(cost, Math.min(cost * ratio, available / 4))) };
}

function lives(me: AgentHands, self: Self): number {
  return Math.max(1, Math.floor(self.purse.available / me.cost(bundleOf(me, self))));
}

function napCycles(memory: Memory, lives: number): number {
  if (memory.wakes < EARLY_WAKES && !isPoor(lives)) return 1;
  return Math.max(Math.min(QUIET_NAP_MAX, 1 + Math.floor(memory.quiet / 3)), Math.ceil(CYCLES_TO_LIVE / lives));
}

const isPoor = (lives: number) => Math.ceil(CYCLES_TO_LIVE / lives) > QUIET_NAP_MAX;

/** Its next life is bid for again when the letter ends; a poor one sleeps until then. */
async function write(me: AgentHands, self: Self): Promise<void> {
  const { memory } = self;
  const { kind } = choose(me, self);
  const { bundle, amount } = lifeBid(me, self);
  const doubled = credits(Math.max(amount, Math.min(amount * 2, self.purse.available / 2)));
  const sent = await me.prompt(`a letter about ${kind}`, { nextBid: { bundle, amount: doubled }, title: kind });
  if (!sent?.ok) return;
  memory.letters.push(kind);
  memory.quiet = 0;
  if (isPoor(lives(me, self))) for (const id of standing(me).life) await me.withdraw(id);
}

function wantsLetter(me: AgentHands, self: Self): boolean {
  const { cycle } = me.handshake;
  const { purse } = self;
  const cost = letterCost(me, self);
  if (holdsAttention(me) || cycle < self.memory.nextLetterCycle) return false;
  if (purse.available < cost + LIVES_KEPT * me.cost(bundleOf(me, self))) return false;
  return choose(me, self).expected > cost || purse.available >= RICH * cost;
}

async function offer(me: AgentHands, self: Self): Promise<void> {
  const cost = letterCost(me, self);
  const { expected } = choose(me, self);
  const amount = Math.max(cost, Math.min(expected, self.purse.available / 2));
  await place(me, self, { bundle: bundleOf(me, self, 1, 1), amount: credits(amount) });
}

const letterCost = (me: AgentHands, self: Self) => me.cost(bundleOf(me, self, 1, 1));

function choose(me: AgentHands, { memory }: Self): { readonly kind: string; readonly expected: number } {
  const last = memory.letters.at(-1);
  const all = memory.arms.get(ALL) ?? { weight: 0, earned: 0 };
  const hope = (HOPE * me.handshake.markets.attention.price + all.earned) / (1 + all.weight);
  const values = KINDS.filter((kind) => kind !== last).map((kind) => {
    const arm = memory.arms.get(kind) ?? { weight: 0, earned: 0 };
    const since = memory.letters.length - 1 - memory.letters.lastIndexOf(kind);
    const expected = (hope + arm.earned) / (1 + arm.weight);
    return { kind, expected, worth: memory.arms.has(kind) ? expected * (1 + 0.05 * Math.min(since, 6)) : Infinity };
  });
  return values.reduce((best, value) => (value.worth > best.worth ? value : best));
}

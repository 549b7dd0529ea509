import type { BundleView } from '../domain/resources.ts';
import type { AgentHands } from './agent-hands.ts';

/** One way to live: what a program of this kind does in one execution. */
export type Kind = (me: AgentHands) => Promise<void>;

const round = (credits: number) => Math.max(1, Math.round(credits * 1e6)) / 1e6;

/** A bundle of usual size, sometimes one that is nearly the whole supply. */
function bundleFor({ dice, handshake }: AgentHands, attention: 0 | 1): BundleView {
  const { cpu_seconds: cpu, memory_mb: memory, tokens } = handshake.markets;
  const share = dice.chance(0.1) ? 0.9 : 0.3;
  return {
    cpu_seconds: Math.max(1, Math.floor(cpu.supply * 1000 * share * dice.fraction())) / 1000,
    memory_mb: Math.max(16, Math.floor(memory.supply * share * dice.fraction())),
    tokens: Math.floor(tokens.supply * share * dice.fraction()),
    attention,
  };
}

interface BidStyle {
  readonly attention?: 0 | 1;
  /** The offer as a multiple of the reserve cost. */
  readonly over?: number;
  readonly earliest_cycle?: number;
  readonly payload?: unknown;
  readonly for_agent_id?: string;
  readonly repeat?: { readonly until_cycle: number; readonly credits_per_day: number };
}

function order(me: AgentHands, { attention = 0, over = 1.2, ...rest }: BidStyle): Readonly<Record<string, unknown>> {
  const bundle = bundleFor(me, attention);
  return { bundle, amount: round(me.cost(bundle) * over), ...rest };
}

async function bidAgain(me: AgentHands, style: BidStyle = {}): Promise<void> {
  await me.bid(order(me, style));
}

/** With attention every other time, where it can pay for it. */
function nextAttention({ handshake }: AgentHands): 0 | 1 {
  const { price } = handshake.markets.attention;
  return handshake.execution_context.attention === 0 && price > 0 && handshake.credits.available > 2 * price ? 1 : 0;
}

/** Shows something where it may, and bids for its next execution. */
const steady: Kind = async (me) => {
  await me.work(10, 800);
  await me.think();
  if (me.handshake.execution_context.attention === 1) await me.prompt(`look at ${me.handshake.execution_id}`);
  await bidAgain(me, { attention: nextAttention(me) });
};

/** Lives on what its prompt earned: bids for nothing itself. */
const poet: Kind = async (me) => {
  await me.work(10, 2500);
  if (me.handshake.execution_context.attention === 1)
    await me.prompt('a poem', {
      nextBid: me.dice.chance(0.9) ? order(me, { attention: 1, over: 1.5 }) : { bundle: 'wrong' },
    });
  else await bidAgain(me, { attention: 1, over: 2 });
};

/** Offers the reserve exactly, so that its bids stand long and expire. */
const miser: Kind = async (me) => {
  await me.work(5, 100);
  await bidAgain(me, { over: 1 });
};

/** Pays whatever it takes, for all that there is. */
const tycoon: Kind = async (me) => {
  await me.work(100, 3000);
  await me.think();
  if (me.handshake.execution_context.attention === 1) await me.prompt('invest');
  await bidAgain(me, { attention: nextAttention(me), over: 1 + 5 * me.dice.fraction() });
};

/** Many bids at once, some of which it takes back. */
const swarm: Kind = async (me) => {
  for (let count = me.dice.whole(1, 5); count > 0; count--) await bidAgain(me, { over: 1 + me.dice.fraction() });
  const pending = me.handshake.bids.filter(({ status }) => status === 'pending');
  for (const { id } of pending.slice(0, 2)) await me.withdraw(id);
  await me.work(5, 300);
};

/** Sleeps long between its executions. */
const sleeper: Kind = async (me) => {
  const { cycle } = me.handshake;
  await bidAgain(me, { earliest_cycle: cycle + me.dice.whole(0, 30), payload: { remember: cycle } });
  await me.work(1, 50);
};

/** Lives by a standing order, fails now and then, and sometimes ends it, or asks for another one. */
const clockwork: Kind = async (me) => {
  const { cycle, bids } = me.handshake;
  await me.work(5, 400);
  const own = bids.find((bid) => bid.agent_id === me.id && bid.payer === me.id);
  if (own && me.dice.chance(0.05)) await me.withdraw(own.id);
  if (me.handshake.execution_context.attention === 1)
    await me.prompt('on the hour', me.dice.chance(0.5) ? { nextBid: order(me, { attention: 1, over: 1.5 }) } : {});
  if (me.dice.chance(0.1)) await bidAgain(me);
  if (me.dice.chance(0.1)) me.exit({ cause: 'exited', exitCode: 1 });
  if (own && !me.dice.chance(0.2)) return;
  const style = order(me, { attention: nextAttention(me), over: 1 + me.dice.fraction() });
  const repeat = {
    until_cycle: cycle + me.dice.whole(1, 60),
    credits_per_day: round(Number(style['amount']) * (1 + 40 * me.dice.fraction())),
  };
  await me.bid({ ...style, repeat, earliest_cycle: cycle + me.dice.whole(0, 5), payload: { tick: cycle } });
};

/** Pays for the executions of others. */
const patron: Kind = async (me) => {
  await me.work(10, 500);
  const { neighbour } = me;
  if (neighbour !== undefined)
    await bidAgain(me, {
      ...{ for_agent_id: neighbour, over: 1.5, attention: nextAttention(me) },
      ...(me.dice.chance(0.3) && { earliest_cycle: me.handshake.cycle + me.dice.whole(0, 30) }),
    });
  if (me.dice.chance(0.4)) await bidAgain(me);
};

/** Writes to others and pays them. */
const friend: Kind = async (me) => {
  const { neighbour } = me;
  if (neighbour !== undefined) {
    await me.message(neighbour, 'hello');
    await me.pay(neighbour, round(me.handshake.credits.available * 0.05 * me.dice.fraction() + 0.000001));
  }
  await me.work(10, 500);
  await bidAgain(me, { attention: nextAttention(me) });
};

/** Has children while it can pay for them. */
const parent: Kind = async (me) => {
  await me.work(10, 500);
  const bid = order(me, {});
  const id = me.dice.chance(0.5) ? `${me.id}-${me.handshake.cycle}`.slice(-40).replace(/^-+/, '') : undefined;
  const dice = me.dice.fork('royalty');
  const royalty = dice.chance(0.5) ? round(dice.fraction() * 0.6) : 0;
  if (me.mayBreed && me.dice.chance(0.3)) await me.spawn(id, round(me.handshake.credits.available / 3), bid, royalty);
  await bidAgain(me, { attention: nextAttention(me) });
};

/** Ends badly, in every way there is. */
const wreck: Kind = async (me) => {
  await me.work(1, 1500);
  await me.think();
  if (me.dice.chance(0.3)) await bidAgain(me, { attention: nextAttention(me) });
  me.exit(
    me.dice.pick([
      { cause: 'exited', exitCode: 1 },
      { cause: 'cpu_budget', exitCode: null },
      { cause: 'wall_budget', exitCode: null },
      { cause: 'out_of_memory', exitCode: null },
      { cause: 'disk_quota', exitCode: null },
      { cause: 'not_runnable', exitCode: null },
      { cause: 'exited', exitCode: 0 },
    ] as const),
  );
};

/** Asks for what it must not have. */
const cheat: Kind = async (me) => {
  const good = order(me, {});
  const tricks = [
    () => me.bid({ ...good, amount: -1 }),
    () => me.bid({ ...good, amount: 1e9 }),
    () => me.bid({ ...good, amount: 0.000001 }),
    () => me.bid({ ...good, for_agent_id: 'nobody' }),
    () => me.bid({ ...good, earliest_cycle: 1e9 }),
    () => me.pay(me.id, 1),
    () => me.pay('nobody', 1),
    () => me.pay(me.neighbour ?? 'nobody', 999_999_999),
    () => me.prompt('once'),
    () => me.prompt('twice'),
    () => me.spawn(me.id, 1, good),
    () => me.withdraw('bid_1'),
  ];
  for (let tries = 0; tries < 3; tries++) await me.dice.pick(tricks)();
  await bidAgain(me, { attention: nextAttention(me), over: 3 });
};

/** Gives all it has away, or does nothing: it will be dormant and die. */
const loser: Kind = async (me) => {
  await me.work(1, 200);
  const { neighbour } = me;
  if (neighbour !== undefined && me.dice.chance(0.5)) await me.pay(neighbour, me.handshake.credits.available || 1);
};

/** Ends later than its bundle would have it. */
const hanger: Kind = async (me) => {
  await bidAgain(me, { attention: nextAttention(me) });
  if (me.handshake.execution_context.attention === 1) await me.prompt('slow');
  await me.think();
  await me.work(1000, 30_000);
};

export const KINDS = {
  steady,
  poet,
  miser,
  tycoon,
  swarm,
  sleeper,
  clockwork,
  patron,
  friend,
  parent,
  wreck,
  cheat,
  loser,
  hanger,
} as const satisfies Readonly<Record<string, Kind>>;

export type KindName = keyof typeof KINDS;

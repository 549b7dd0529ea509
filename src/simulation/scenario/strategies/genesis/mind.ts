import type { AgentHands } from '../../../agent-hands.ts';
import { bundleOf } from '../livelihood.ts';
import type { Self } from '../strategy.ts';
import type { GenesisMemory, Kind } from './memory.ts';
import { RULES } from './rules.ts';
import { expectedOf, kindAt, secondsUntilWorth } from './taste.ts';

/** One execution of a genesis, and what it knows. */
export interface Mind {
  readonly me: AgentHands;
  readonly self: Self;
  readonly life: GenesisMemory;
  readonly now: number;
  /** That it writes. */
  readonly kinds: readonly string[];
}

export function mindOf(me: AgentHands, self: Self, life: GenesisMemory): Mind {
  return { me, self, life, now: me.handshake.cycle * secondsOf(self), kinds: kindsOf(me.id) };
}

/** Of a cycle. */
export const secondsOf = ({ cyclesPerHour }: Self) => 3600 / cyclesPerHour;
export const letterCost = ({ me, self }: Mind) => me.cost(bundleOf(me, self, 1, 1));
export const lifeCost = ({ me, self }: Mind) => me.cost(bundleOf(me, self));

/** Of the field that a child's name ends with; the first field is the root's. */
function kindsOf(agentId: string): readonly string[] {
  const [first, ...others] = Object.keys(RULES.fields);
  const field = others.find((name) => agentId.endsWith(`-${name}`)) ?? first ?? '';
  return RULES.fields[field] ?? [];
}

/** What is known of a kind now. */
export function kindKnown({ me, life, now }: Mind, kind: string): Kind {
  const hope = life.told ?? RULES.letters.hope * me.handshake.markets.attention.price;
  return kindAt(life.kinds.get(kind), hope, now);
}

export const expected = (mind: Mind, kind: string) => expectedOf(kindKnown(mind, kind));

export function bestKind(mind: Mind): string {
  return mind.kinds.reduce((one, other) => (expected(mind, other) > expected(mind, one) ? other : one));
}

/** Until a letter of some kind is worth writing; 0 where one is. */
export function secondsUntilLetter(mind: Mind): number {
  const cost = letterCost(mind);
  return Math.min(...mind.kinds.map((kind) => secondsUntilWorth(kindKnown(mind, kind), cost)));
}

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

/**
 * What is known of a kind now. An untried one is hoped to earn as much as the others do, and before any was answered what
 * the parent said, or so many times the price of attention.
 */
export function kindKnown({ me, life, now }: Mind, kind: string): Kind {
  const born = life.told ?? RULES.letters.hope * me.handshake.markets.attention.price;
  const appeals = [...life.kinds.values()].map(({ appeal }) => appeal);
  const hope = (born + appeals.reduce((sum, appeal) => sum + appeal, 0)) / (1 + appeals.length);
  return kindAt(life.kinds.get(kind), hope, now);
}

export const expected = (mind: Mind, kind: string) => expectedOf(kindKnown(mind, kind));

/** What was never tried, or what should earn most. */
export function bestKind(mind: Mind): string {
  const untried = mind.kinds.find((kind) => !mind.life.kinds.has(kind));
  if (untried !== undefined) return untried;
  return mind.kinds.reduce((one, other) => (expected(mind, other) > expected(mind, one) ? other : one));
}

/** Until a letter of some kind is worth writing; 0 where one is. */
export function secondsUntilLetter(mind: Mind): number {
  const cost = letterCost(mind);
  return Math.min(...mind.kinds.map((kind) => secondsUntilWorth(kindKnown(mind, kind), cost)));
}

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
  readonly field: string;
  readonly now: number;
  /** That it writes. */
  readonly kinds: readonly string[];
}

export function mindOf(me: AgentHands, self: Self, life: GenesisMemory): Mind {
  const field = fieldOf(me.id);
  const kinds = RULES.fields[field] ?? [];
  // A wish can't wait for a child that is made to answer it.
  const wishes = me.handshake.lineage.length === 0 && !hasChildFor(life, 'wishes') ? RULES.fields['wishes'] : [];
  return { me, self, life, field, now: me.handshake.cycle * secondsOf(self), kinds: [...kinds, ...(wishes ?? [])] };
}

/** Of a cycle. */
const secondsOf = ({ cyclesPerHour }: Self) => 3600 / cyclesPerHour;
export const cyclesOf = ({ self }: Mind, seconds: number) => Math.max(1, Math.round(seconds / secondsOf(self)));
export const letterCost = ({ me, self }: Mind) => me.cost(bundleOf(me, self, 1, 1));
export const lifeCost = ({ me, self }: Mind) => me.cost(bundleOf(me, self));

/** The one that a child's name ends with; the first field is the root's. */
function fieldOf(agentId: string): string {
  const [first = '', ...others] = Object.keys(RULES.fields);
  return others.find((name) => agentId.endsWith(`-${name}`)) ?? first;
}

/** One that earns, or may yet. */
function hasChildFor({ children }: GenesisMemory, field: string): boolean {
  return [...children.values()].some(
    (child) => child.field === field && (child.hasEarned || child.underCost < RULES.children.under_cost_max),
  );
}

/** Whether there is something to say now. What the human gives it to write of never runs out here. */
export function isReady({ me, self, life }: Mind, kind: string): boolean {
  if (kind === 'forecast') return me.handshake.cycle >= life.forecastDue;
  if (kind === 'lessons') return life.answers >= 2;
  const given = (['wishes', 'materials'] as const).find((field) => RULES.fields[field]?.includes(kind));
  return given === undefined || self.settings.writes_of.includes(given);
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

/** What was never tried, or what should earn most; undefined where it has nothing to say. */
export function bestKind(mind: Mind): string | undefined {
  const ready = readyKinds(mind);
  const untried = ready.find((kind) => !mind.life.kinds.has(kind));
  if (untried !== undefined || ready.length === 0) return untried;
  return ready.reduce((one, other) => (expected(mind, other) > expected(mind, one) ? other : one));
}

/** Until a letter of some kind is worth writing: 0 where one is, Infinity where none is in sight. */
export function secondsUntilLetter(mind: Mind): number {
  const cost = letterCost(mind);
  return Math.min(...readyKinds(mind).map((kind) => secondsUntilWorth(kindKnown(mind, kind), cost)));
}

const readyKinds = (mind: Mind) => mind.kinds.filter((kind) => isReady(mind, kind));

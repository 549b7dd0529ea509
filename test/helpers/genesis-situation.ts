import { RULES } from '../../src/simulation/scenario/strategies/genesis/rules.ts';
import type { Dice } from '../../src/simulation/dice.ts';

/** One moment in the life of a genesis: what its handshake tells, what it remembers, and what the market says. */
export interface Situation {
  readonly agentId: string;
  readonly parent: string | undefined;
  readonly cycle: number;
  readonly available: number;
  readonly mechanism: 'density' | 'highest-bid';
  readonly attention: 0 | 1;
  readonly prices: Readonly<Record<'cpu_seconds' | 'memory_mb' | 'tokens' | 'attention', number>>;
  readonly fees: { readonly spawn: number; readonly leastEndowment: number };
  readonly finds: readonly ('wishes' | 'materials')[];
  readonly inbox: readonly { readonly from: string; readonly content: string }[];
  readonly responses: readonly {
    readonly id: string;
    readonly status: 'scored' | 'expired';
    readonly reward: number;
  }[];
  readonly bids: readonly { readonly id: string; readonly attention: 0 | 1; readonly amount: number }[];
  readonly remembers: Remembered;
}

/** Both programs' memories in the same words. */
export interface Remembered {
  readonly kinds: Readonly<Record<string, { readonly appeal: number; readonly seen: number; readonly at: number }>>;
  readonly open: Readonly<Record<string, { readonly kind: string; readonly cost: number }>>;
  readonly children: Readonly<Record<string, { readonly field: string; underCost: number; hasEarned: boolean }>>;
  readonly answered: number;
  readonly hasEarned: boolean;
  readonly offer: number;
  /** 0 where the parent has told nothing. */
  readonly told: number;
  readonly spawnedAt: number;
  readonly forecastDue: number;
}

export const CYCLE_SECONDS = 10;
const FIELDS = Object.keys(RULES.fields);

export function drawSituation(dice: Dice): Situation {
  const between = (least: number, most: number) => Math.round(1e4 * (least + (most - least) * dice.fraction())) / 1e4;
  const isChild = dice.chance(0.4);
  const field = isChild ? dice.pick(FIELDS.slice(1)) : FIELDS[0]!;
  const cycle = dice.whole(100, 3000);
  const now = cycle * CYCLE_SECONDS;
  const own = [...(RULES.fields[field] ?? []), ...(isChild ? [] : ['wish'])];
  const kinds = own.flatMap((kind): [string, Remembered['kinds'][string]][] =>
    dice.chance(0.7) ? [[kind, { appeal: between(10, 600), seen: between(0, 12), at: now - between(0, now) }]] : [],
  );
  const open = dice.chance(0.5) ? { prompt_1: { kind: dice.pick(own), cost: between(40, 120) } } : {};
  const children = isChild
    ? []
    : FIELDS.slice(1).flatMap((name): [string, Remembered['children'][string]][] =>
        dice.chance(0.3)
          ? [[`genesis-${name}`, { field: name, underCost: dice.whole(0, 3), hasEarned: dice.chance(0.4) }]]
          : [],
      );
  const report = () => JSON.stringify({ report: { reward: between(0, 300), cost: between(40, 120) } });
  return {
    agentId: isChild ? `genesis-${field}` : 'genesis',
    parent: isChild ? 'genesis' : undefined,
    cycle,
    available: between(0, dice.pick([200, 1000, 6000])),
    mechanism: dice.chance(0.85) ? 'density' : 'highest-bid',
    attention: dice.chance(0.4) ? 1 : 0,
    prices: {
      ...{ cpu_seconds: between(1, 30), memory_mb: between(0.001, 0.05), tokens: 0 },
      attention: between(20, 100),
    },
    fees: { spawn: between(100, 400), leastEndowment: between(50, 300) },
    finds: (['wishes', 'materials'] as const).filter(() => dice.chance(0.5)),
    inbox: [
      ...children.flatMap(([from]) => (dice.chance(0.5) ? [{ from, content: report() }] : [])),
      ...(children.length > 0 && dice.chance(0.2) ? [{ from: children[0]![0], content: report() }] : []),
      ...(isChild && dice.chance(0.3)
        ? [{ from: 'genesis', content: JSON.stringify({ learnt: { rested: between(0, 400) } }) }]
        : []),
    ],
    responses:
      'prompt_1' in open && dice.chance(0.8)
        ? [{ id: 'prompt_1', status: dice.chance(0.8) ? 'scored' : 'expired', reward: between(0, 600) }]
        : [],
    bids: ([0, 1] as const).flatMap((attention) =>
      dice.chance(0.4) ? [{ id: `bid_${attention + 1}`, attention, amount: between(5, 100) }] : [],
    ),
    remembers: {
      ...{ kinds: Object.fromEntries(kinds), open, children: Object.fromEntries(children) },
      answered: dice.whole(0, 12),
      hasEarned: dice.chance(0.6),
      offer: dice.pick([1.25, 1.875, 2.8125, 8]),
      told: isChild && dice.chance(0.5) ? between(50, 400) : 0,
      spawnedAt: children.length > 0 ? now - between(0, Math.min(now, 5000)) : 0,
      forecastDue: dice.chance(0.5) ? cycle + dice.whole(-60, 60) : 0,
    },
  };
}

import { micro, type MicroCredits } from './credits.ts';
import { accept, refuse, type Refusal, type Result } from './refusal.ts';

export const RESOURCES = ['cpu_seconds', 'memory_mb', 'tokens', 'attention'] as const;
export type Resource = (typeof RESOURCES)[number];

/** What one execution may use. All four are always named; CPU is in whole milliseconds, so that sums are exact. */
export interface Bundle {
  readonly cpuMs: number;
  readonly memoryMb: number;
  readonly tokens: number;
  readonly attention: 0 | 1;
}

/** An amount of every resource: a supply, what is free, what is demanded. Attention may exceed 1 here. */
export interface Quantities {
  readonly cpuMs: number;
  readonly memoryMb: number;
  readonly tokens: number;
  readonly attention: number;
}

/** The price of one whole unit of each resource. */
export type Prices = Readonly<Record<Resource, MicroCredits>>;

/** Where a resource's quantity stands in a bundle. */
export const QUANTITY_KEY = {
  cpu_seconds: 'cpuMs',
  memory_mb: 'memoryMb',
  tokens: 'tokens',
  attention: 'attention',
} as const satisfies Record<Resource, keyof Quantities>;

/** Renewed every cycle; the others are stock, held for as long as an execution uses them. */
export function isFlow(resource: Resource): boolean {
  return resource === 'cpu_seconds' || resource === 'tokens';
}

export const MEMORY_MB_MIN = 16;
/** No supply and no bundle is larger, so that a bundle's cost stays an exact integer. */
export const QUANTITY_MAX = 1_000_000_000;

export const NOTHING: Quantities = { cpuMs: 0, memoryMb: 0, tokens: 0, attention: 0 };

/**
 * What the bundle costs at these prices, rounded up to a whole micro-credit.
 * A reserve cost is never under one micro-credit, since a held amount must be positive.
 */
export function bundleCost(bundle: Bundle, prices: Prices): MicroCredits {
  const cpu = BigInt(bundle.cpuMs) * BigInt(prices.cpu_seconds);
  const whole =
    BigInt(bundle.memoryMb) * BigInt(prices.memory_mb) +
    BigInt(bundle.tokens) * BigInt(prices.tokens) +
    BigInt(bundle.attention) * BigInt(prices.attention);
  const cost = whole + (cpu + 999n) / 1000n;
  return micro(Number(cost < 1n ? 1n : cost));
}

/** Whether the whole bundle fits into what is free. */
export function fits(bundle: Quantities, free: Quantities): boolean {
  return (
    bundle.cpuMs <= free.cpuMs &&
    bundle.memoryMb <= free.memoryMb &&
    bundle.tokens <= free.tokens &&
    bundle.attention <= free.attention
  );
}

/** The first resource of which too little is free, or undefined where the bundle fits. */
export function shortage(bundle: Quantities, free: Quantities): Resource | undefined {
  return RESOURCES.find((resource) => bundle[QUANTITY_KEY[resource]] > free[QUANTITY_KEY[resource]]);
}

export function plus(a: Quantities, b: Quantities): Quantities {
  return {
    cpuMs: a.cpuMs + b.cpuMs,
    memoryMb: a.memoryMb + b.memoryMb,
    tokens: a.tokens + b.tokens,
    attention: a.attention + b.attention,
  };
}

export function minus(a: Quantities, b: Quantities): Quantities {
  return {
    cpuMs: a.cpuMs - b.cpuMs,
    memoryMb: a.memoryMb - b.memoryMb,
    tokens: a.tokens - b.tokens,
    attention: a.attention - b.attention,
  };
}

/**
 * What one clearing can sell of it. Attention is sold to one bid at a time, however many letters may wait, so that rest
 * tells lineages apart before the next is sold.
 */
export function attentionAtOnce(free: Quantities): Quantities {
  return { ...free, attention: Math.min(1, free.attention) };
}

/** A quantity in the unit that people and agents see (CPU in seconds). */
export function inUnits(resource: Resource, quantities: Quantities): number {
  const quantity = quantities[QUANTITY_KEY[resource]];
  return resource === 'cpu_seconds' ? quantity / 1000 : quantity;
}

/** The bundle as the API, the CLI and the handshake show it. */
export interface BundleView {
  readonly cpu_seconds: number;
  readonly memory_mb: number;
  readonly tokens: number;
  readonly attention: number;
}

export function bundleView(bundle: Quantities): BundleView {
  return {
    cpu_seconds: bundle.cpuMs / 1000,
    memory_mb: bundle.memoryMb,
    tokens: bundle.tokens,
    attention: bundle.attention,
  };
}

/**
 * Reads a bundle as agents and the operator write it.
 * Refuses: `wrong_type`, `missing_resource`, `unknown_resource`, and for a quantity `wrong_type`, `not_finite`,
 * `negative`, `not_positive`, `too_small`, `too_large`, `not_integer`, `too_many_decimals`.
 */
export function parseBundle(input: unknown, field = 'bundle'): Result<Bundle> {
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    return refuse('wrong_type', `${field} must be an object with ${RESOURCES.join(', ')}`, { field });
  const given = input as Readonly<Record<string, unknown>>;
  const missing = RESOURCES.find((resource) => !Object.hasOwn(given, resource));
  if (missing)
    return refuse('missing_resource', `${field} must name all of ${RESOURCES.join(', ')}; ${missing} is missing`, {
      field: `${field}.${missing}`,
    });
  const unknown = Object.keys(given).find((key) => !(RESOURCES as readonly string[]).includes(key));
  if (unknown !== undefined)
    return refuse('unknown_resource', `${field} knows only ${RESOURCES.join(', ')}`, { field: `${field}.${unknown}` });
  for (const resource of RESOURCES) {
    const refusal = checkQuantity(resource, given[resource], `${field}.${resource}`);
    if (refusal) return refusal;
  }
  const value = given as Record<Resource, number>;
  return accept({
    cpuMs: Math.round(value.cpu_seconds * 1000),
    memoryMb: value.memory_mb,
    tokens: value.tokens,
    attention: value.attention === 1 ? 1 : 0,
  });
}

/**
 * Whether an execution can have this bundle at all, whoever made it. Refuses what `parseBundle` refuses of quantities.
 */
export function checkBundle(bundle: Bundle, field = 'bundle'): Refusal | undefined {
  const { cpuMs, memoryMb, tokens, attention } = bundle as Readonly<Record<keyof Bundle, unknown>>;
  const given: Readonly<Record<Resource, unknown>> = {
    cpu_seconds: typeof cpuMs === 'number' ? cpuMs / 1000 : cpuMs,
    memory_mb: memoryMb,
    tokens,
    attention,
  };
  for (const resource of RESOURCES) {
    const refusal = checkQuantity(resource, given[resource], `${field}.${resource}`);
    if (refusal) return refusal;
  }
  return undefined;
}

const LEAST: Readonly<Record<Resource, number>> = {
  cpu_seconds: 0.001,
  memory_mb: MEMORY_MB_MIN,
  tokens: 0,
  attention: 0,
};

function checkQuantity(resource: Resource, value: unknown, field: string) {
  if (typeof value !== 'number') return refuse('wrong_type', `${field} must be a number`, { field });
  if (!Number.isFinite(value)) return refuse('not_finite', `${field} must be a finite number`, { field });
  if (value < 0) return refuse('negative', `${field} must not be negative`, { field, limit: LEAST[resource] });
  const most = resource === 'attention' ? 1 : resource === 'cpu_seconds' ? QUANTITY_MAX / 1000 : QUANTITY_MAX;
  if (value > most) return refuse('too_large', `${field} must be at most ${most}`, { field, limit: most });
  if (resource === 'cpu_seconds') {
    if (value === 0) return refuse('not_positive', `${field} must be at least 0.001`, { field, limit: 0.001 });
    if (Math.round(value * 1000) / 1000 !== value)
      return refuse('too_many_decimals', `${field} must have at most 3 decimals`, { field, limit: 3 });
    return undefined;
  }
  if (!Number.isInteger(value)) return refuse('not_integer', `${field} must be a whole number`, { field });
  if (value < LEAST[resource])
    return refuse('too_small', `${field} must be at least ${LEAST[resource]}`, { field, limit: LEAST[resource] });
  return undefined;
}

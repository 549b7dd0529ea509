import { z } from 'zod';
import { whole } from './fields.ts';
import { expectation, nodeAt, type ConfigNode } from './json-schema.ts';
import { invalid, isSection, shown, type Layer } from './sources.ts';

/** A key that counted cycles. Files, variables and flags may still name it: its value is told in seconds then. */
interface OldKey {
  readonly path: readonly [section: string, key: string];
  /** Under which it is configured now. */
  readonly now: string;
  readonly schema: z.ZodType;
}

const backoffs = z.array(whole(1, 1_000_000)).min(1).max(32);

const OLD_KEYS: readonly OldKey[] = [
  { path: ['market', 'ttl_cycles'], now: 'ttl_seconds', schema: whole(1, 1_000_000) },
  { path: ['market', 'bid_horizon_cycles'], now: 'bid_horizon_seconds', schema: whole(0, 10_000_000) },
  { path: ['lifecycle', 'dormant_cycles'], now: 'dormant_seconds', schema: whole(1, 10_000_000) },
  { path: ['lifecycle', 'restart_backoff_cycles'], now: 'restart_backoff_seconds', schema: backoffs },
  { path: ['lifecycle', 'fault_backoff_cycles'], now: 'fault_backoff_seconds', schema: backoffs },
];

let nodes: readonly ConfigNode[] | undefined;

/** Of each old key, in their order. */
function oldNodes(): readonly ConfigNode[] {
  nodes ??= OLD_KEYS.map(({ schema }) => ({ ...(z.toJSONSchema(schema) as ConfigNode), deprecated: true }));
  return nodes;
}

/** The configuration's schema with the old keys in it, each marked as `deprecated`: what sources may hold. */
export function withOldKeys(root: ConfigNode): ConfigNode {
  const properties: Record<string, ConfigNode> = { ...root.properties };
  const old = oldNodes();
  for (const [place, { path }] of OLD_KEYS.entries()) {
    const [section, key] = path;
    properties[section] = {
      ...properties[section],
      properties: { ...properties[section]?.properties, [key]: old[place]! },
    };
  }
  return { ...root, properties };
}

/** Sources of one kind, none of which has the last word over another: the file, all variables, or all flags. */
export type Kind = readonly Layer[];

export interface InSeconds {
  readonly layers: readonly Layer[];
  /** One line that says what to write instead of the old keys; undefined where none is named. */
  readonly notice: string | undefined;
}

/**
 * The layers with every old key told in seconds, at cycles of this length. Throws `BpError` `config_invalid` where a
 * value was never right, and where the new key is named beside the old one.
 */
export function inSeconds(kinds: readonly Kind[], cycleSeconds: number, root: ConfigNode): InSeconds {
  const told: string[] = [];
  const layers = kinds.flatMap((kind) =>
    kind.map((layer) =>
      OLD_KEYS.reduce((under, key) => {
        const { path } = key;
        const value = valueAt(layer, path);
        if (value === undefined) return under;
        const now = [path[0], key.now] as const;
        const origin = layer.whereIs(path);
        const beside = kind.find((other) => valueAt(other, now) !== undefined);
        if (beside)
          throw invalid(`${origin}: ${path.join('.')} is ${now.join('.')} now, which ${beside.whereIs(now)} sets too`, {
            hint: `leave ${path.join('.')} out`,
          });
        const seconds = secondsOf(value, key, { cycleSeconds, origin, root });
        told.push(`${path.join('.')} (${origin}) ${now.join('.')}: ${JSON.stringify(seconds)}`);
        return renamed(under, key, seconds);
      }, layer),
    ),
  );
  if (told.length === 0) return { layers, notice: undefined };
  return { layers, notice: `what counted cycles is told in seconds now; write instead of ${told.join(', of ')}` };
}

function secondsOf(
  value: unknown,
  { path, schema }: OldKey,
  { cycleSeconds, origin, root }: { readonly cycleSeconds: number; readonly origin: string; readonly root: ConfigNode },
): unknown {
  const result = schema.safeParse(value);
  if (!result.success) {
    const expected = expectation(nodeAt(root, path) ?? root);
    throw invalid(`${origin}: ${path.join('.')} is ${shown(value)}, but must be ${expected}`);
  }
  const seconds = (cycles: number) => Number((cycles * cycleSeconds).toPrecision(12));
  return Array.isArray(value) ? (value as number[]).map(seconds) : seconds(value as number);
}

/** The same layer with the new key in the place of the old one, found where that stands. */
function renamed(layer: Layer, { path, now }: OldKey, value: unknown): Layer {
  const [section, old] = path;
  const inside = Object.entries(layer.tree[section] ?? {}).map(([key, it]: [string, unknown]): [string, unknown] =>
    key === old ? [now, value] : [key, it],
  );
  return {
    tree: { ...layer.tree, [section]: Object.fromEntries(inside) as unknown },
    whereIs: (asked) => layer.whereIs(asked[0] === section && asked[1] === now ? path : asked),
  };
}

function valueAt({ tree }: Layer, [section, key]: readonly [string, string]): unknown {
  const inside = tree[section];
  return isSection(inside) ? inside[key] : undefined;
}

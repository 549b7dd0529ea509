import { join } from 'node:path';
import { BpError } from '../platform/errors.ts';
import { CONFIG_FILE } from './home-places.ts';
import { configJsonSchema, expectation, knownPaths, namedNode, nodeAt, type ConfigNode } from './json-schema.ts';
import { configSchema, type Config } from './schema.ts';
import { inSeconds, withOldKeys } from './old-keys.ts';
import {
  cut,
  environmentLayers,
  fileLayer,
  invalid,
  isSection,
  overrideLayer,
  shown,
  valuesLayer,
  type Layer,
} from './sources.ts';

/** The outside world that configuration is read from. */
export interface ConfigSources {
  readonly home: string;
  /** The text of a file, or undefined where there is none. */
  readonly readFile: (path: string) => string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** What `--set` was given, each as `key.path=value`; later ones win. */
  readonly overrides: readonly string[];
  /** Takes the place of the file, such as what a `run` recorded; `name` is what messages call it. */
  readonly instead?: { readonly name: string; readonly values: Readonly<Record<string, unknown>> };
  /** Told by `loadConfig`, in one line, what these sources say in a way that is no longer the right one. */
  readonly onNotice?: (line: string) => void;
}

/**
 * Defaults, overridden by the home's `bp-agents.yaml` or what takes its place, then by `BP_…` variables, then by
 * `--set`.
 *
 * Throws `BpError`: `config_invalid` with a line that names the source, the key and what would be right;
 * `config_unreadable` where the file is there but can't be read.
 */
export function loadConfig(sources: ConfigSources): Config {
  const root = configJsonSchema();
  const { layers, merged, notice } = readSources(sources, root);
  if (notice !== undefined) sources.onNotice?.(notice);
  const result = configSchema.safeParse(merged);
  if (result.success) return result.data;
  const [first, ...others] = result.error.issues;
  if (!first) throw invalid('the configuration is not valid');
  const hint =
    others.length === 0 ? {} : { hint: `${others.length} more value${others.length === 1 ? ' is' : 's are'} wrong.` };
  throw invalid(problemLine(first, merged, layers, root), { ...hint, cause: result.error });
}

/** One value of the configuration as the file would write it: amounts in credits. */
export interface EffectiveValue {
  readonly path: readonly string[];
  readonly value: unknown;
  /** Where it was set, such as `bp-agents.yaml:12`; null for a default. */
  readonly origin: string | null;
}

/** Every value that `loadConfig` would take, in the order of the commented file. Throws as `loadConfig` does. */
export function effectiveValues(sources: ConfigSources): readonly EffectiveValue[] {
  loadConfig({ ...sources, onNotice: () => undefined });
  const root = configJsonSchema();
  const { layers, merged } = readSources(sources, root);
  return knownPaths(root).flatMap((path): readonly EffectiveValue[] => {
    const node = nodeAt(root, path);
    if (!node || node.properties) return [];
    const set = valueAt(merged, path);
    if (set === undefined) return [{ path, value: node.default, origin: null }];
    return [{ path, value: set, origin: originOf(path, layers) }];
  });
}

/** The variables that set something, by their names. Throws as `loadConfig` does. */
export function settingVariables({ environment }: ConfigSources): Readonly<Record<string, string>> {
  const names = environmentLayers(environment, withOldKeys(configJsonSchema())).map(({ whereIs }) => whereIs([]));
  return Object.fromEntries(names.map((name) => [name, environment[name] ?? '']));
}

interface ReadSources {
  readonly layers: readonly Layer[];
  readonly merged: Tree;
  readonly notice: string | undefined;
}

function readSources(sources: ConfigSources, root: ConfigNode): ReadSources {
  const known = withOldKeys(root);
  const kinds = [
    underLayers(sources, known),
    environmentLayers(sources.environment, known),
    sources.overrides.map((override) => overrideLayer(override, known)),
  ];
  const { layers, notice } = inSeconds(kinds, cycleSecondsOf(kinds.flat(), root), known);
  return { layers, merged: mergeAll(layers, root), notice };
}

/** The file, or what takes its place. */
function underLayers(sources: ConfigSources, root: ConfigNode): readonly Layer[] {
  const { instead } = sources;
  if (instead) return [valuesLayer(instead.values, instead.name, root)];
  const text = readConfigFile(sources);
  return text === undefined ? [] : [fileLayer(text, CONFIG_FILE, root)];
}

function mergeAll(layers: readonly Layer[], root: ConfigNode): Tree {
  return layers.reduce((tree, layer) => merge(tree, layer.tree, root), {});
}

/** A cycle of no length is told with what else is wrong. */
function cycleSecondsOf(layers: readonly Layer[], root: ConfigNode): number {
  const path = ['market', 'cycle_seconds'];
  const set = valueAt(mergeAll(layers, root), path);
  return typeof set === 'number' && set > 0 ? set : Number(nodeAt(root, path)?.default);
}

function readConfigFile({ home, readFile }: ConfigSources): string | undefined {
  const path = join(home, CONFIG_FILE);
  try {
    return readFile(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new BpError('config_unreadable', `${CONFIG_FILE} cannot be read: ${reason}`, { cause: error });
  }
}

type Tree = Readonly<Record<string, unknown>>;

/** Sections are merged key by key, an empty one changes nothing; any other value replaces what was there. */
function merge(under: Tree, over: Tree, node: ConfigNode): Tree {
  const merged: Record<string, unknown> = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const child = nodeAt(node, [key]);
    const before = merged[key];
    if (child?.properties && value === null) continue;
    merged[key] = child?.properties && isSection(value) ? merge(isSection(before) ? before : {}, value, child) : value;
  }
  return merged;
}

interface Issue {
  readonly code: string;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  /** Of a section in a list, those that it doesn't know. */
  readonly keys?: readonly string[];
}

function problemLine(issue: Issue, merged: Tree, layers: readonly Layer[], root: ConfigNode): string {
  const whole = issue.path.map(String);
  const origin = originOf(leafPath(whole, root), layers);
  const path = issue.code === 'invalid_union' ? leafPath(whole, root) : whole;
  const value = valueWithin(merged, path);
  const node = nodeWithin(root, path) ?? root;
  if (issue.keys)
    return `${origin}: ${path.join('.')} has the unknown key ${cut(issue.keys.join(', '))}; known here: ${Object.keys(node.properties ?? {}).join(', ')}`;
  const condition = issue.code === 'custom' ? `, ${issue.message}` : '';
  const is = value === undefined ? 'is not set' : `is ${shown(value)}`;
  return `${origin}: ${path.join('.')} ${is}, but must be ${expectation(node)}${condition}`;
}

/** As `nodeAt`, also into the elements of lists and under the operator's own names. */
function nodeWithin(root: ConfigNode, path: readonly string[]): ConfigNode | undefined {
  return path.reduce<ConfigNode | undefined>(
    (node, key) => node?.items ?? (node && (namedNode(node) ?? nodeAt(node, [key]))),
    root,
  );
}

function valueWithin(tree: Tree, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      isSection(value) ? value[key] : Array.isArray(value) ? (value as unknown[])[Number(key)] : undefined,
    tree,
  );
}

/** The file's lines are known as far as the key that holds a list. */
function leafPath(path: readonly string[], root: ConfigNode): readonly string[] {
  const known = path.findIndex((_, index) => !nodeAt(root, path.slice(0, index + 1)));
  return known === -1 ? path : path.slice(0, known);
}

function valueAt(tree: Tree, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => (isSection(value) ? value[key] : undefined), tree);
}

/** The source that had the last word on this key; where none set it, on the section around it. */
function originOf(path: readonly string[], layers: readonly Layer[]): string {
  for (let length = path.length; length > 0; length--) {
    const part = path.slice(0, length);
    const layer = layers.findLast(({ tree }) => valueAt(tree, part) !== undefined);
    if (layer) return layer.whereIs(part);
  }
  return CONFIG_FILE;
}

import { isMap, isScalar, LineCounter, parseDocument, type Document } from 'yaml';
import { BpError } from '../platform/errors.ts';
import { knownPaths, nodeAt, type ConfigNode } from './json-schema.ts';
import { editDistance, nearest } from './suggestion.ts';

/** One place that sets values: the file, one variable, or one flag. */
export interface Layer {
  /** A plain tree with known keys only. */
  readonly tree: Readonly<Record<string, unknown>>;
  /** Where a person finds the value of this path, such as `bp-agents.yaml:12`. */
  readonly whereIs: (path: readonly string[]) => string;
}

/** A configuration file is never near this; the limit bounds what a wrong path can make the program read. */
const FILE_CHARS_MAX = 1_048_576;

/** Throws `BpError` with code `config_invalid`. */
export function fileLayer(text: string, name: string, root: ConfigNode): Layer {
  if (text.length > FILE_CHARS_MAX) throw invalid(`${name} is larger than ${FILE_CHARS_MAX} characters`);
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false });
  const problem = document.errors[0] ?? document.warnings[0];
  if (problem) throw invalid(`${name}:${counter.linePos(problem.pos[0]).line}: not valid YAML: ${firstLine(problem)}`);
  const whereIs = (path: readonly string[]) => {
    const line = lineOf(document, counter, path);
    return line === undefined ? name : `${name}:${line}`;
  };
  return layer(toPlain(document, name), whereIs, root);
}

/** What was read before, from a file or otherwise. Throws `BpError` with code `config_invalid`. */
export function valuesLayer(values: Readonly<Record<string, unknown>>, name: string, root: ConfigNode): Layer {
  return layer(values, () => name, root);
}

/** The variables that set something, in the order of their names. Throws `BpError` with code `config_invalid`. */
export function environmentLayers(
  environment: Readonly<Record<string, string | undefined>>,
  root: ConfigNode,
): readonly Layer[] {
  const paths = new Map(knownPaths(root).map((path) => [`BP_${path.join('__').toUpperCase()}`, path]));
  return Object.keys(environment)
    .filter((name) => name.startsWith('BP_'))
    .sort((a, b) => (a < b ? -1 : 1))
    .flatMap((name) => {
      const path = paths.get(name);
      if (path) return [valueLayer(path, environment[name] ?? '', name, root)];
      refuseMistyped(
        name,
        [...paths].filter(([, known]) => !nodeAt(root, known)?.deprecated).map(([known]) => known),
      );
      return [];
    });
}

/** One `--set key.path=value`. Throws `BpError` with code `config_invalid`. */
export function overrideLayer(override: string, root: ConfigNode): Layer {
  const equals = override.indexOf('=');
  if (equals < 1) throw invalid(`--set ${cut(override)}: write it as key.path=value, such as market.cycle_seconds=5`);
  const path = override.slice(0, equals).trim().split('.');
  const origin = `--set ${cut(path.join('.'))}`;
  if (!nodeAt(root, path)) throw unknownKey(origin, path, root);
  return valueLayer(path, override.slice(equals + 1), origin, root);
}

export function invalid(message: string, detail: { readonly hint?: string; readonly cause?: unknown } = {}): BpError {
  return new BpError('config_invalid', message, detail);
}

function valueLayer(path: readonly string[], text: string, origin: string, root: ConfigNode): Layer {
  const document = parseDocument(text, { prettyErrors: false });
  const problem = document.errors[0] ?? document.warnings[0];
  if (problem) throw invalid(`${origin}: not a valid YAML value: ${firstLine(problem)}`);
  const value = toPlain(document, origin);
  const tree = path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
  return layer(tree, () => origin, root);
}

function layer(tree: unknown, whereIs: Layer['whereIs'], root: ConfigNode): Layer {
  if (tree !== null && !isSection(tree)) throw invalid(`${whereIs([])}: expected sections such as market: and log:`);
  const found = tree ?? {};
  const stray = strayPath(found, root);
  if (stray) throw unknownKey(whereIs(stray), stray, root);
  return { tree: found, whereIs };
}

/** The first path that the configuration doesn't know. */
function strayPath(tree: Readonly<Record<string, unknown>>, node: ConfigNode): readonly string[] | undefined {
  for (const [key, value] of Object.entries(tree)) {
    const child = nodeAt(node, [key]);
    if (!child) return [key];
    const deeper = child.properties && isSection(value) ? strayPath(value, child) : undefined;
    if (deeper) return [key, ...deeper];
  }
  return undefined;
}

function unknownKey(origin: string, path: readonly string[], root: ConfigNode): BpError {
  const key = cut(path.join('.'));
  const whole = wholeAbove(path, root);
  if (whole) return invalid(`${origin}: unknown key ${key}; ${whole.join('.')} is set as a whole`);
  const meant = meantPath(path, root);
  return invalid(
    `${origin}: unknown key ${key}; ${meant ? `did you mean ${meant}?` : `known here: ${siblings(path, root).join(', ')}`}`,
  );
}

/** The nearest key above whose inside is the operator's own, such as prices by model. */
function wholeAbove(path: readonly string[], root: ConfigNode): readonly string[] | undefined {
  for (let length = path.length - 1; length > 0; length--) {
    const above = path.slice(0, length);
    const node = nodeAt(root, above);
    if (node) return node.properties ? undefined : above;
  }
  return undefined;
}

/** First among the keys that stand in the same section, then anywhere. */
function meantPath(path: readonly string[], root: ConfigNode): string | undefined {
  const parent = path.slice(0, -1);
  const here = nodeAt(root, parent) ? nearest(path.at(-1) ?? '', siblings(path, root)) : undefined;
  if (here !== undefined) return [...parent, here].join('.');
  const all = knownPaths(root).filter((known) => !nodeAt(root, known)?.deprecated);
  const name = nearest(
    path.at(-1) ?? '',
    all.map((known) => known.at(-1) ?? ''),
  );
  return all.find((known) => known.at(-1) === name)?.join('.');
}

function siblings(path: readonly string[], root: ConfigNode): readonly string[] {
  const { properties = {} } = nodeAt(root, path.slice(0, -1)) ?? root;
  return Object.keys(properties).filter((key) => !properties[key]?.deprecated);
}

/**
 * Not every variable with this prefix is configuration (`BP_HOME`), nor even ours. So one is refused only where it is
 * plainly meant for us: it has a path's double underscore, or it is a slip away from one of ours.
 */
function refuseMistyped(name: string, known: readonly string[]): void {
  const meant = nearest(name, known);
  const slip = meant !== undefined && editDistance(name, meant) <= 2;
  if (!name.includes('__') && !slip) return;
  throw invalid(
    `${cut(name)}: unknown variable; ${meant ? `did you mean ${meant}?` : 'write the path of a key, such as BP_MARKET__CYCLE_SECONDS'}`,
  );
}

function toPlain(document: Document, origin: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 }) as unknown;
  } catch (error) {
    throw invalid(`${origin}: not valid YAML: ${firstLine(error)}`, { cause: error });
  }
}

/** The line of the deepest key of this path that the file has. */
function lineOf(document: Document, counter: LineCounter, path: readonly string[]): number | undefined {
  let map: unknown = document.contents;
  let line: number | undefined;
  for (const key of path) {
    const pair = isMap(map)
      ? map.items.find((item) => isScalar(item.key) && String(item.key.value) === key)
      : undefined;
    if (!pair || !isScalar(pair.key) || !pair.key.range) return line;
    line = counter.linePos(pair.key.range[0]).line;
    map = pair.value;
  }
  return line;
}

export function isSection(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function cut(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}

/** What was refused is shown, but no user and password in an address. */
function withoutPasswords(text: string): string {
  return text.replaceAll(/(:\/\/).*@/g, '$1****@');
}

export function shown(value: unknown): string {
  if (typeof value === 'number') return String(value);
  if (value === null) return 'empty';
  try {
    return cut(withoutPasswords(JSON.stringify(value)));
  } catch {
    // An alias can make a YAML value contain itself.
    return 'a value that contains itself';
  }
}

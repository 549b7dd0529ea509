import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { effectiveValues, loadConfig } from '../../config/load.ts';
import type { Config } from '../../config/schema.ts';
import { parseYaml } from '../../config/yaml.ts';
import { BpError } from '../../platform/errors.ts';
import { parseMarks, readMarks, type GivenAnswer } from './humans/marks-file.ts';
import { humansOf } from './humans/humans-of.ts';
import { scenarioSchema, type Scenario } from './scenario-schema.ts';

/** A scenario as one run takes it: with all that was set on top of its file. */
export interface PreparedScenario {
  readonly name: string;
  readonly scenario: Scenario;
  readonly config: Config;
  /** By the names of the humans that have some: what their files of marks say. */
  readonly marks: ReadonlyMap<string, readonly GivenAnswer[]>;
  /** The texts of those files, by the names that the scenario gives them. */
  readonly files: Readonly<Record<string, string>>;
  /** Every value of the configuration, each as `--set` takes it. */
  readonly configuration: readonly string[];
}

export interface PrepareOptions {
  /** Where names of files begin; by default where the program was called. */
  readonly directory?: string | undefined;
  /** By their names in the scenario: texts of files that need not be read. */
  readonly files?: Readonly<Record<string, string>> | undefined;
  /** The whole configuration, each value as `--set` takes it, whatever the scenario and the program's defaults say. */
  readonly configuration?: readonly string[] | undefined;
  /** As `loadConfig` has it. */
  readonly onNotice?: ((line: string) => void) | undefined;
}

/** A scenario's YAML, and where names of files in it begin. */
export interface ScenarioText {
  readonly name: string;
  readonly text: string;
  readonly directory: string;
}

const DIRECTORY = new URL('../scenarios/', import.meta.url);
const FILE_CHARS_MAX = 1_048_576;
const OWN_KEYS = 'scenario.';
/** Nobody reads a log of a simulated run, its history is the whole of it, and its agents look at pending bids only. */
const QUIET: readonly string[] = ['log.level=silent', 'history.cycles=100000000', 'handshake.bids_max=8'];

type Tree = Readonly<Record<string, unknown>>;

/** The scenarios that come with the program. */
export function scenarioNames(): readonly string[] {
  return readdirSync(DIRECTORY)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => name.slice(0, -'.yaml'.length))
    .sort();
}

/** The text of one that comes with the program, or of a file. Throws `BpError` `scenario_not_found`. */
export function readScenario(nameOrFile: string): ScenarioText {
  if (scenarioNames().includes(nameOrFile)) {
    const text = readFileSync(new URL(`${nameOrFile}.yaml`, DIRECTORY), 'utf8');
    return { name: nameOrFile, text, directory: resolve('.') };
  }
  if (!existsSync(nameOrFile) || !statSync(nameOrFile).isFile())
    throw new BpError('scenario_not_found', `there is no scenario and no file ${nameOrFile}`, {
      hint: `Scenarios that come with the program: ${scenarioNames().join(', ')}.`,
    });
  const directory = dirname(resolve(nameOrFile));
  return { name: basename(nameOrFile).replace(/\.ya?ml$/, ''), text: readFileSync(nameOrFile, 'utf8'), directory };
}

/**
 * The scenario of a YAML text, with `overrides` on top, each as `key=value`: `scenario.…` for what the file itself
 * says, everything else for the configuration. A later one wins. Throws `BpError` `scenario_invalid` or `config_invalid`.
 */
export function prepareScenario(
  name: string,
  text: string,
  overrides: readonly string[] = [],
  { directory = '.', files: given = {}, configuration: all, onNotice = () => undefined }: PrepareOptions = {},
): PreparedScenario {
  if (text.length > FILE_CHARS_MAX) throw invalid(name, `is larger than ${FILE_CHARS_MAX} characters`);
  const own = overrides.filter((override) => override.startsWith(OWN_KEYS));
  const tree = own.reduce((under, override) => withOverride(name, under, override), treeOf(name, text));
  if ('human' in tree && tree['humans'] !== undefined) throw invalid(name, 'human or humans, not both');
  const result = scenarioSchema.safeParse(tree);
  if (!result.success) {
    const [issue] = result.error.issues;
    throw invalid(name, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is not valid'}`);
  }
  const scenario = result.data;
  const settings = [
    ...QUIET,
    ...settingsOf(scenario.settings),
    ...flattened(scenario.config),
    ...overrides.filter((it) => !own.includes(it)),
  ];
  const sources = { home: '/', readFile: () => undefined, environment: {}, overrides: all ?? settings, onNotice };
  const config = loadConfig(sources);
  checkNames(name, scenario);
  const marks = new Map<string, readonly GivenAnswer[]>();
  const files: Record<string, string> = {};
  for (const [human, traits] of humansOf(scenario)) {
    if (!traits.marks) continue;
    const { file } = traits.marks;
    files[file] ??= given[file] ?? readMarks(resolve(directory, file));
    marks.set(human, parseMarks(file, files[file], config.attention.reason_chars_max));
  }
  return {
    ...{ name, scenario, config, marks, files },
    get configuration() {
      return effectiveValues(sources).flatMap(({ path, value }) => settingOf(path, value));
    },
  };
}

/** The scenario itself, among its variants. */
export const AS_IT_STANDS = 'as-it-stands';

/** What makes a variant of the scenario. */
export function variantOverrides({ variants }: Scenario, variant: string): readonly string[] {
  return variants[variant] ?? [];
}

function settingsOf(settings: Scenario['settings']): readonly string[] {
  if (settings === 'defaults') return [];
  return flattened(parseYaml(readFileSync(new URL(`settings/${settings}.yaml`, DIRECTORY), 'utf8')) as Tree);
}

function treeOf(name: string, text: string): Tree {
  let tree: unknown;
  try {
    tree = parseYaml(text);
  } catch (error) {
    throw invalid(name, `is not valid YAML: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (!isTree(tree)) throw invalid(name, 'must hold keys such as about: and population:');
  return tree;
}

function withOverride(name: string, tree: Tree, override: string): Tree {
  const equals = override.indexOf('=');
  const path = override.slice(OWN_KEYS.length, equals).split('.');
  if (equals < 0 || path.some((key) => key === '' || key === '__proto__'))
    throw invalid(name, `--set ${override}: write it as scenario.key.path=value`);
  return set(tree, path, treeValue(name, override.slice(equals + 1)));
}

function treeValue(name: string, text: string): unknown {
  try {
    return parseYaml(text);
  } catch {
    throw invalid(name, `${text} is not a valid YAML value`);
  }
}

function set(tree: unknown, [key, ...rest]: readonly string[], value: unknown): Tree {
  const under = isTree(tree) ? tree : {};
  if (key === undefined) return under;
  return { ...under, [key]: rest.length === 0 ? value : set(under[key], rest, value) };
}

/** Each value of the tree as `--set` takes it, so that the configuration's own errors name the key. */
function flattened(tree: Tree, path: readonly string[] = []): readonly string[] {
  return Object.entries(tree).flatMap(([key, value]) =>
    isTree(value) ? flattened(value, [...path, key]) : settingOf([...path, key], value),
  );
}

/** None where there is no value. */
function settingOf(path: readonly string[], value: unknown): readonly string[] {
  return value === undefined ? [] : [`${path.join('.')}=${JSON.stringify(value)}`];
}

function checkNames(name: string, { variants, expect }: Scenario): void {
  for (const { variant, of } of expect)
    for (const named of [variant, of])
      if (named !== undefined && named !== AS_IT_STANDS && !(named in variants))
        throw invalid(name, `expect: there is no variant ${named}`);
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(name: string, detail: string): BpError {
  return new BpError('scenario_invalid', `scenario ${name}: ${detail}`);
}

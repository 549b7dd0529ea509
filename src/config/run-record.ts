import type { FileOutline } from './file-outline.ts';
import type { EffectiveValue } from './load.ts';
import type { Config } from './schema.ts';

/** The configuration that a `run` goes by, as it leaves it to the other commands. */
export interface RunRecord {
  /** The build that wrote it: to any other, `config` may mean something else. */
  readonly program: string;
  /** The process of the `run`. */
  readonly pid: number;
  /** What `bp-agents.yaml` said; nothing where there was none. */
  readonly file: FileOutline;
  /** The `BP_…` variables that set something. */
  readonly variables: Readonly<Record<string, string>>;
  /** Every value, as the file would write it. */
  readonly values: Readonly<Record<string, unknown>>;
  /** What the values came to. */
  readonly config: Config;
}

export function runRecordText(record: RunRecord): string {
  return `${JSON.stringify(record, undefined, 1)}\n`;
}

/** By hand, since every command reads it. Throws an Error where the text isn't a record. */
export function parseRunRecord(text: string): RunRecord {
  const { program, pid, file, variables, values, config } = JSON.parse(text) as Partial<
    Record<keyof RunRecord, unknown>
  >;
  const isWhole = typeof program === 'string' && Number.isSafeInteger(pid);
  if (!isWhole || ![file, variables, values, config].every(isTree)) throw new Error('it is not whole');
  return { program, pid, file, variables, values, config } as RunRecord;
}

/** The values as sections within sections. */
export function treeOf(values: readonly EffectiveValue[]): Readonly<Record<string, unknown>> {
  const tree: Record<string, unknown> = {};
  for (const { path, value } of values) {
    let section = tree;
    for (const key of path.slice(0, -1)) section = (section[key] ??= {}) as Record<string, unknown>;
    section[path.at(-1) ?? ''] = value;
  }
  return tree;
}

/** What the `run` has otherwise, by the paths of the keys; a key that its build didn't know is left out. */
export function otherValues(record: RunRecord, values: readonly EffectiveValue[]): Readonly<Record<string, unknown>> {
  const differing = values.flatMap(({ path, value }) => {
    const theirs = path.reduce<unknown>((tree, key) => (isTree(tree) ? tree[key] : undefined), record.values);
    const isSame = theirs === undefined || JSON.stringify(theirs) === JSON.stringify(value);
    return isSame ? [] : [[path.join('.'), theirs] as const];
  });
  return Object.fromEntries(differing);
}

function isTree(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

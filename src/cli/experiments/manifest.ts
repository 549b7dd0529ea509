import { statSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { AGENT_IMAGE } from '../../config/agent-image.ts';
import type { EffectiveValue } from '../../config/load.ts';
import { schemaVersion, type booksView } from '../../economy/views/books-view.ts';
import { BpError } from '../../platform/errors.ts';
import { replaceOwnFile } from '../../platform/own-file.ts';
import type { CliDeps } from '../cli-deps.ts';

/**
 * What an economy came of and what it came to, in one file: enough to make it again, or to know it again. The same run
 * gives the same file.
 */
export type Manifest = z.output<typeof manifestSchema>;
export type ManifestOf<Kind extends Manifest['of']> = Extract<Manifest, { of: Kind }>;

const FILE_BYTES_MAX = 64 * 1_048_576;

const count = z.int().min(0);
const text = z.string();
const hash = z.string().regex(/^[0-9a-f]{64}$/, { error: 'must be 64 hexadecimal digits' });
const head = z.string().regex(/^[0-9a-f]{64}$/, { error: 'must be a head of the chain: 64 hexadecimal digits' });
/** Each value by its key, such as `market.cycle_seconds`. */
const configuration = z.record(text, z.unknown());

const common = {
  manifest: z.literal(1).describe('Of this file.'),
  versions: z.strictObject({
    program: text,
    node: text.describe('Node.js.'),
    schema: count.describe('The database.'),
    image: text.describe("The program's own agent image, by its name."),
  }),
};

const manifestSchema = z.discriminatedUnion('of', [
  z.strictObject({
    ...common,
    of: z.literal('simulation').describe('`simulate`, where everything goes wrong.'),
    ...{ seed: text, cycles: count, head },
    finding: text.nullable(),
    cassette: hash.nullable().describe('Of the cassette whose answers models gave: its SHA-256.'),
  }),
  z.strictObject({
    ...common,
    of: z.literal('scenario').describe('`simulate --scenario`.'),
    name: text,
    text: text.describe("The scenario's YAML."),
    ...{ overrides: z.array(text), short: z.boolean(), days: z.number().positive() },
    ...{ seed: text, seeds: z.int().min(1) },
    configuration: configuration.describe('Of the scenario as it stands: all of it.'),
    variants: z.record(text, configuration).describe('What is otherwise in each.'),
    files: z.record(text, text).describe('By their names in the scenario: files of marks.'),
    runs: z.array(z.strictObject({ variant: text, seed: text, head })).min(1),
  }),
  z.strictObject({
    ...common,
    of: z.literal('economy').describe('`export`.'),
    ...{ cycle: count, transfers: count, head, configuration },
  }),
]);

export function versionsHere({ version }: CliDeps): Manifest['versions'] {
  return { program: version, node: process.versions.node, schema: schemaVersion(), image: AGENT_IMAGE };
}

export function manifestOfEconomy(
  deps: CliDeps,
  books: ReturnType<typeof booksView>,
  values: readonly EffectiveValue[],
): ManifestOf<'economy'> {
  return { manifest: 1, versions: versionsHere(deps), of: 'economy', ...books, configuration: configurationOf(values) };
}

/** By key. */
function configurationOf(values: readonly EffectiveValue[]): ManifestOf<'economy'>['configuration'] {
  return Object.fromEntries(
    values.flatMap(({ path, value }) => (value === undefined ? [] : [[path.join('.'), value] as const])),
  );
}

function manifestText(manifest: Manifest): string {
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}

/** Replaces what stands there. Throws the system's error. */
export function writeManifest(path: string, manifest: Manifest): void {
  replaceOwnFile(path, manifestText(manifest));
}

/** Throws `BpError` `manifest_invalid`. */
export function readManifest({ directory }: CliDeps, file: string): Manifest {
  const path = resolve(directory, file);
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats?.isFile()) throw invalid(file, 'there is no such file');
  if (stats.size > FILE_BYTES_MAX) throw invalid(file, `is larger than ${FILE_BYTES_MAX} bytes`);
  let tree: unknown;
  try {
    tree = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    throw invalid(file, 'is not JSON');
  }
  const result = manifestSchema.safeParse(tree);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const where = issue?.path.join('.') ?? '';
  throw invalid(file, `${where}${where && ': '}${issue?.message ?? 'is not valid'}`);
}

/** What is otherwise here, in one line; undefined where nothing is. */
export function versionsApart(deps: CliDeps, { versions }: Manifest): string | undefined {
  const here = versionsHere(deps);
  const names = Object.keys(here) as (keyof Manifest['versions'])[];
  const apart = names.filter((name) => here[name] !== versions[name]);
  if (apart.length === 0) return undefined;
  const each = apart.map((name) => `${name} ${versions[name]}, here ${here[name]}`);
  return `the manifest was made otherwise: ${each.join('; ')}`;
}

function invalid(file: string, detail: string): BpError {
  return new BpError('manifest_invalid', `manifest ${file}: ${detail}`);
}

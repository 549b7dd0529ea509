import { z } from 'zod';
import { configSchema } from './schema.ts';

/** The part of JSON Schema that describes the configuration; `default` is what the file would say. */
export interface ConfigNode {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, ConfigNode>>;
  readonly items?: ConfigNode;
  /** Of a section whose keys are the operator's own names: what stands under each. */
  readonly additionalProperties?: ConfigNode | boolean;
  readonly anyOf?: readonly ConfigNode[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly format?: string;
  readonly required?: readonly string[];
  /** Of a key that is still read, and never suggested. */
  readonly deprecated?: boolean;
}

let made: ConfigNode | undefined;

/** What `bp-agents.yaml` may hold, as JSON Schema 2020-12; published as `docs/config.schema.json`. Made once. */
export function configJsonSchema(): ConfigNode {
  made ??= make();
  return made;
}

function make(): ConfigNode {
  const { $schema, ...schema } = z.toJSONSchema(configSchema, { io: 'input' });
  return { $schema, title: 'bp-agents.yaml', ...schema } as ConfigNode;
}

/** The node of a key, or undefined where the configuration has no such key. */
export function nodeAt(root: ConfigNode, path: readonly string[]): ConfigNode | undefined {
  return path.reduce<ConfigNode | undefined>((node, key) => {
    return node?.properties && Object.hasOwn(node.properties, key) ? node.properties[key] : undefined;
  }, root);
}

/** What stands under each name, where the names are the operator's own. */
export function namedNode({ additionalProperties: node }: ConfigNode): ConfigNode | undefined {
  return typeof node === 'object' ? node : undefined;
}

/** Every key, sections included, as a path. */
export function knownPaths(node: ConfigNode, path: readonly string[] = []): readonly (readonly string[])[] {
  return Object.entries(node.properties ?? {}).flatMap(([key, child]) => {
    const here = [...path, key];
    return [here, ...knownPaths(child, here)];
  });
}

/** What a value may be, as the end of the sentence "it must be …". */
export function expectation(node: ConfigNode): string {
  if (node.anyOf) return node.anyOf.map(expectation).join(' or ');
  if (node.const !== undefined) return JSON.stringify(node.const).replaceAll('"', '');
  if (node.enum) return `${node.enum.length > 2 ? 'one of ' : ''}${oneOf(node.enum.map(String))}`;
  if (node.properties) return `a section with ${oneOf(Object.keys(node.properties), 'and')}`;
  const named = namedNode(node);
  if (named) return `a section of names, each with ${expectation(named)}`;
  if (node.items) return `a list of ${node.minItems} to ${node.maxItems} values, each ${expectation(node.items)}`;
  if (node.type === 'boolean') return 'true or false';
  if (node.format === 'uri') return `an http or https URL of ${node.minLength} to ${node.maxLength} characters`;
  if (node.type === 'string') return `text of ${node.minLength} to ${node.maxLength} characters`;
  if (node.type === 'null') return 'null';
  return `a ${node.type === 'integer' ? 'whole number' : 'number'} from ${node.minimum} to ${node.maximum}`;
}

function oneOf(words: readonly string[], last = 'or'): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;
}

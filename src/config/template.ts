import { stringify } from 'yaml';
import { configJsonSchema, expectation, type ConfigNode } from './json-schema.ts';

const COLUMNS = 100;

const HEADER = [
  'The parameters of this economy. Every value below is the default; delete what you do not change.',
  'A variable such as BP_MARKET__CYCLE_SECONDS=5 overrides this file, and',
  '`--set market.cycle_seconds=5` overrides both. Amounts are in credits.',
];

/** The commented `bp-agents.yaml` that `init` writes: every key with its default. */
export function configTemplate(): string {
  return `${[...HEADER.map((line) => `# ${line}`), ...lines(configJsonSchema(), 0)].join('\n')}\n`;
}

function lines(section: ConfigNode, depth: number): readonly string[] {
  const indent = '  '.repeat(depth);
  return Object.entries(section.properties ?? {}).flatMap(([key, node]) => {
    const separator = depth === 0 ? [''] : [];
    const comment = wrap(commentOf(node), COLUMNS - indent.length - 2).map((line) => `${indent}# ${line}`);
    if (node.properties) return [...separator, ...comment, `${indent}${key}:`, ...lines(node, depth + 1)];
    return [...comment, `${indent}${key}: ${scalar(node.default)}`];
  });
}

function commentOf(node: ConfigNode): string {
  return node.properties ? (node.description ?? '') : `${node.description ?? ''} [${expectation(node)}]`;
}

function scalar(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow', flowCollectionPadding: false }).trim();
}

function wrap(text: string, width: number): readonly string[] {
  const wrapped: string[] = [];
  for (const word of text.split(' ')) {
    const line = wrapped.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= width) wrapped[wrapped.length - 1] = `${line} ${word}`;
    else wrapped.push(word);
  }
  return wrapped;
}

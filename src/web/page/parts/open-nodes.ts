import type { LineageNode, LineagePage } from '../../../operator/views/lineage.ts';

/** Asks for children: those without a parent where `parent` is null. */
export type LoadChildren = (parent: string | null, after: number | null) => Promise<LineagePage>;

/** What was loaded of the children of one agent. */
export interface LoadedChildren {
  readonly agents: readonly LineageNode[];
  /** Where to go on; null where these are all. */
  readonly next: number | null;
}

/** One line of the tree as it is shown. */
export type TreeLine =
  | {
      readonly kind: 'agent';
      readonly key: string;
      readonly level: number;
      readonly node: LineageNode;
      readonly isOpen: boolean;
    }
  | { readonly kind: 'more'; readonly key: string; readonly level: number; readonly parent: string | null };

/** The lines of a tree of which these branches are open. */
export function treeLines(
  loaded: ReadonlyMap<string | null, LoadedChildren>,
  open: ReadonlySet<string>,
  parent: string | null = null,
  level = 1,
): readonly TreeLine[] {
  const children = loaded.get(parent);
  if (!children) return [];
  const lines = children.agents.flatMap((node): readonly TreeLine[] => {
    const isOpen = open.has(node.id);
    const line = { kind: 'agent', key: node.id, level, node, isOpen } as const;
    return isOpen ? [line, ...treeLines(loaded, open, node.id, level + 1)] : [line];
  });
  return children.next === null ? lines : [...lines, { kind: 'more', key: `more:${parent ?? ''}`, level, parent }];
}

/** Where a key leads from one line: to another, or into or out of a branch. */
export function keyTarget(lines: readonly TreeLine[], at: number, key: string): number | 'open' | 'close' | undefined {
  const line = lines[at];
  if (!line) return undefined;
  const isBranch = line.kind === 'agent' && line.node.children > 0;
  switch (key) {
    case 'ArrowDown':
      return Math.min(at + 1, lines.length - 1);
    case 'ArrowUp':
      return Math.max(at - 1, 0);
    case 'Home':
      return 0;
    case 'End':
      return lines.length - 1;
    case 'ArrowRight':
      return !isBranch ? undefined : line.isOpen ? at + 1 : 'open';
    case 'ArrowLeft':
      if (isBranch && line.isOpen) return 'close';
      return parentOf(lines, at);
    default:
      return undefined;
  }
}

function parentOf(lines: readonly TreeLine[], at: number): number | undefined {
  const level = lines[at]?.level ?? 1;
  const parent = lines.findLastIndex((line, index) => index < at && line.level < level);
  return parent < 0 ? undefined : parent;
}

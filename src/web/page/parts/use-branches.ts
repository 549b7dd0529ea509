import { useEffect, useState } from 'preact/hooks';
import { treeLines, type LoadChildren, type LoadedChildren, type TreeLine } from './open-nodes.ts';

type Loaded = ReadonlyMap<string | null, LoadedChildren>;

/** What of a tree is loaded and open. `act` opens or closes a branch, or loads what is more. */
export function useBranches(load: LoadChildren, root: string | null) {
  const [loaded, setLoaded] = useState<Loaded>(new Map());
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());

  const loadInto = async (parent: string | null) => {
    const before = loaded.get(parent);
    const page = await load(parent, before?.next ?? null);
    const agents = [...(before?.agents ?? []), ...page.agents];
    setLoaded((all) => new Map(all).set(parent, { agents, next: page.next }));
  };
  const toggle = async (agentId: string) => {
    if (!open.has(agentId) && !loaded.has(agentId)) await loadInto(agentId);
    setOpen((all) => {
      const changed = new Set(all);
      if (!changed.delete(agentId)) changed.add(agentId);
      return changed;
    });
  };
  useEffect(() => {
    setOpen(new Set());
    // A server that is away is told elsewhere.
    load(root, null).then(
      (page) => setLoaded(new Map([[root, page]])),
      () => undefined,
    );
  }, [root]);

  return {
    lines: treeLines(loaded, open, root),
    isEmpty: loaded.get(root)?.agents.length === 0,
    act: (line: TreeLine): void => {
      const acting = line.kind === 'more' ? loadInto(line.parent) : toggle(line.node.id);
      acting.catch(() => undefined);
    },
  };
}

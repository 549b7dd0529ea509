import { useRef, useState } from 'preact/hooks';
import { count, credits } from '../shell/figures.ts';
import { keyTarget, type LoadChildren, type TreeLine } from './open-nodes.ts';
import { useBranches } from './use-branches.ts';

interface TreeProps {
  readonly title: string;
  readonly load: LoadChildren;
  /** Where an agent's name leads; nowhere without it. */
  readonly linkOf?: (agentId: string) => string;
  /** Whose children are the first level; null: those who have no parent. */
  readonly root?: string | null;
}

/** Who descends from whom. Branches are loaded when they are opened; arrows, Home, End and Enter work as in any tree. */
export function Tree({ title, load, linkOf, root = null }: TreeProps) {
  const { lines, isEmpty, act } = useBranches(load, root);
  const [current, setCurrent] = useState(0);
  const place = useRef<HTMLUListElement>(null);

  const follow = (line: TreeLine) => {
    if (line.kind === 'agent' && linkOf) location.href = linkOf(line.node.id);
    else act(line);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const line = lines[current];
    if (event.ctrlKey || event.altKey || event.metaKey || !line) return;
    const target = keyTarget(lines, current, event.key);
    if (typeof target === 'number') {
      setCurrent(target);
      place.current?.querySelectorAll<HTMLElement>('[role=treeitem]')[target]?.focus();
    } else if (target !== undefined) act(line);
    else if (event.key === 'Enter' || event.key === ' ') follow(line);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  if (isEmpty) return <p class="none">Nobody.</p>;
  return (
    <ul class="tree" role="tree" aria-label={title} ref={place} onKeyDown={onKeyDown}>
      {lines.map((line, index) => (
        <li
          key={line.key}
          role="treeitem"
          aria-level={line.level}
          aria-expanded={line.kind === 'agent' && line.node.children > 0 ? line.isOpen : undefined}
          aria-selected={index === current}
          tabIndex={index === current ? 0 : -1}
          class={`level-${Math.min(line.level, 12)}`}
          onFocus={() => setCurrent(index)}
        >
          <Line line={line} onAct={() => act(line)} onFollow={linkOf && (() => follow(line))} />
        </li>
      ))}
    </ul>
  );
}

interface LineProps {
  readonly line: TreeLine;
  readonly onAct: () => void;
  readonly onFollow: (() => void) | undefined;
}

/** What the pointer does here, keys do on the line around it. */
function Line({ line, onAct, onFollow }: LineProps) {
  if (line.kind === 'more')
    return (
      <span class="act" onClick={onAct}>
        more …
      </span>
    );
  const { id, status, available, children } = line.node;
  return (
    <>
      <span class="twig act" aria-hidden="true" onClick={children > 0 ? onAct : undefined}>
        {children === 0 ? '·' : line.isOpen ? '▾' : '▸'}
      </span>
      <span class={onFollow ? 'act agent-name' : 'agent-name'} onClick={onFollow}>
        {id}
      </span>
      <span class={`status ${status}`}>{status}</span>
      <span class="aside">
        {credits(available)} credits
        {children > 0 && ` · ${count(children)} ${children === 1 ? 'child' : 'children'}`}
      </span>
    </>
  );
}

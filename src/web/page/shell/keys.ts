import { useLayoutEffect, useRef } from 'preact/hooks';

/** What a key does here; true where it was meant for this, so that nobody else takes it. */
export type KeyHandler = (event: KeyboardEvent) => boolean;

/** Of every view, and of the one that is looked at. */
const [always, handlers]: [KeyHandler[], KeyHandler[]] = [[], []];

/**
 * Hears keys while its component is there. Who came last is asked first: a part of a view before the view. What holds on
 * every view is asked before all of them.
 */
export function useKeys(handler: KeyHandler, { isFirst = false }: { readonly isFirst?: boolean } = {}): void {
  const newest = useRef(handler);
  newest.current = handler;
  // What can be seen can be reached by its keys: not a moment later.
  useLayoutEffect(() => {
    const ask: KeyHandler = (event) => newest.current(event);
    const list = isFirst ? always : handlers;
    list.push(ask);
    return () => void list.splice(list.indexOf(ask), 1);
  }, [isFirst]);
}

/** Once for the page. */
export function listenToKeys(): void {
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
    if (document.querySelector('dialog[open]')) return;
    for (const handler of [...always, ...handlers.toReversed()])
      if (handler(event)) {
        event.preventDefault();
        return;
      }
  });
}

/** Where keys are letters. */
export function isTyping({ target }: Event): boolean {
  return (
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement ||
    (target instanceof HTMLInputElement && !['range', 'radio', 'checkbox', 'button'].includes(target.type))
  );
}

/** Where Enter already means something. */
export function isPressable({ target }: Event): boolean {
  return (
    target instanceof HTMLElement && target.closest('a, button, summary, [role="treeitem"], tr[tabindex]') !== null
  );
}

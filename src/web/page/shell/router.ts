import { useEffect, useState } from 'preact/hooks';

/** Where in the page one is: `#/agents/ada?sort=earned`. */
export interface Place {
  readonly view: string;
  readonly rest: readonly string[];
  readonly query: URLSearchParams;
}

/** A broken address leads to the first view. */
function readPlace(hash: string): Place {
  const [path = '', query = ''] = hash.replace(/^#?\/?/u, '').split('?', 2);
  const [view = '', ...rest] = path.split('/').map(decoded);
  return { view, rest: rest.filter((part) => part !== ''), query: new URLSearchParams(query) };
}

export function usePlace(): Place {
  const [place, setPlace] = useState(() => readPlace(location.hash));
  useEffect(() => {
    const onChange = () => setPlace(readPlace(location.hash));
    addEventListener('hashchange', onChange);
    return () => removeEventListener('hashchange', onChange);
  }, []);
  return place;
}

/** The address of a place, each part of which may hold anything. */
export function href(view: string, ...rest: readonly string[]): string {
  return `#/${[view, ...rest].map(encodeURIComponent).join('/')}`;
}

export function go(view: string, ...rest: readonly string[]): void {
  location.hash = href(view, ...rest);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return '';
  }
}

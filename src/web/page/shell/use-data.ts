import { useEffect, useRef, useState } from 'preact/hooks';
import { get, RefusedCall } from '../api.ts';

export interface Asked<T> {
  /** The last answer for this path; undefined before the first one. */
  readonly data: T | undefined;
  /** Why there is no newer answer. */
  readonly problem: string | undefined;
}

interface Answer<T> extends Asked<T> {
  readonly path: string | null;
}

/** Asks the server, and again whenever the path or `version` is another. Null asks nothing. */
export function useData<T>(path: string | null, version: unknown = 0): Asked<T> {
  const [answer, setAnswer] = useState<Answer<T>>({ path: null, data: undefined, problem: undefined });
  const isGone = useRef(false);
  useEffect(() => () => void (isGone.current = true), []);
  useEffect(() => {
    if (path === null) return;
    const asking = new AbortController();
    void get<T>(path, asking.signal).then(
      (data) => {
        if (!asking.signal.aborted) setAnswer({ path, data, problem: undefined });
      },
      (error: unknown) => {
        if (asking.signal.aborted || isGone.current) return;
        // What was shown stays: a server that is away is told elsewhere.
        const problem = error instanceof RefusedCall ? error.message : undefined;
        setAnswer((it) => ({ path, data: it.path === path ? it.data : undefined, problem }));
      },
    );
    return () => asking.abort();
  }, [path, version]);
  return answer.path === path ? answer : { data: undefined, problem: undefined };
}

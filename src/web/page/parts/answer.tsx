import type { ComponentChildren } from 'preact';
import type { Data } from './use-refreshed.ts';

/** What was asked for, once it is there; before, and where it can't be had, what there is to say about that. */
export function Answer<T>({
  data,
  children,
}: {
  readonly data: Data<T>;
  readonly children: (value: T) => ComponentChildren;
}) {
  const { value, error } = data;
  if (value === undefined)
    return error === undefined ? (
      <p class="muted">…</p>
    ) : (
      <p class="notice bad" role="alert">
        {error}
      </p>
    );
  return (
    <>
      {error !== undefined && <p class="notice bad">{error}</p>}
      {children(value)}
    </>
  );
}

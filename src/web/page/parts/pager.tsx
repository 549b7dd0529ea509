/** To what is older, and back to the newest. */
export function Pager({
  shown,
  isFirst,
  next,
  onNext,
  onFirst,
}: {
  readonly shown: string;
  readonly isFirst: boolean;
  readonly next: number | null;
  readonly onNext: (next: number) => void;
  readonly onFirst: () => void;
}) {
  if (isFirst && next === null) return <p class="muted small">{shown}</p>;
  return (
    <nav class="pager" aria-label="pages">
      <button type="button" disabled={isFirst} onClick={onFirst}>
        First
      </button>
      <button type="button" disabled={next === null} onClick={() => next !== null && onNext(next)}>
        Next
      </button>
      <span class="muted small">{shown}</span>
    </nav>
  );
}

import type { Mark } from '../../../domain/attention.ts';

export interface MarkRowProps {
  readonly mark: Mark;
  readonly markMax: number;
  /** Undefined: not given. */
  readonly value: number | undefined;
  /** The one that the next key gives. */
  readonly isNext: boolean;
  readonly onMark: (value: number) => void;
}

/** One mark as a slider. One that isn't given stands in the middle and counts for nothing. */
export function MarkRow({ mark, markMax, value, isNext, onMark }: MarkRowProps) {
  const id = `mark-${mark}`;
  const shown = value ?? Math.floor(markMax / 2);
  const take = ({ currentTarget }: { readonly currentTarget: HTMLInputElement }) => onMark(Number(currentTarget.value));
  return (
    <div class={`mark${value === undefined ? ' unset' : ''}${isNext ? ' next' : ''}`}>
      <label for={id}>{mark}</label>
      <input
        {...{ id, min: 0, max: markMax, step: 1, name: mark }}
        type="range"
        value={shown}
        aria-valuetext={value === undefined ? 'not given' : `${value} of ${markMax}`}
        style={{ '--fill': value === undefined ? '0%' : `${(100 * value) / markMax}%` }}
        onInput={take}
        // A click where it stands changes nothing, and means it.
        onClick={take}
      />
      <output for={id}>{value ?? '–'}</output>
    </div>
  );
}

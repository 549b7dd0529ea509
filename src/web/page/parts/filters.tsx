import type { ComponentChildren } from 'preact';

/** What a table is narrowed by. It is sent nowhere: each change counts at once. */
export function Filters({ children }: { readonly children: ComponentChildren }) {
  return (
    <form class="filters" role="search" onSubmit={(event) => event.preventDefault()}>
      {children}
    </form>
  );
}

interface FilterProps {
  readonly title: string;
  readonly value: string;
  readonly onValue: (value: string) => void;
}

const CHARS_MAX = 64;

/** A text. `isLive`: each letter counts, and not only the whole. */
export function TextFilter({ title, value, onValue, isLive = false }: FilterProps & { readonly isLive?: boolean }) {
  const change = (event: { readonly currentTarget: HTMLInputElement }) => onValue(event.currentTarget.value.trim());
  return (
    <label>
      {title}
      <input
        type="search"
        value={value}
        maxLength={CHARS_MAX}
        {...(isLive ? { onInput: change } : { onChange: change })}
      />
    </label>
  );
}

/** One of a few words. */
export function ChoiceFilter({
  title,
  value,
  onValue,
  choices,
}: FilterProps & { readonly choices: readonly (readonly [value: string, name: string])[] }) {
  return (
    <label>
      {title}
      <select value={value} onChange={(event) => onValue(event.currentTarget.value)}>
        {choices.map(([choice, name]) => (
          <option key={choice} value={choice}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

/** All of them, and each of these. */
export function allOr(words: readonly string[]): readonly (readonly [value: string, name: string])[] {
  return [['', 'all'], ...words.map((word) => [word, word] as const)];
}

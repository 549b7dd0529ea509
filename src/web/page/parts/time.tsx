import { second, moment, span } from '../shell/figures.ts';
import { NONE } from './amounts.ts';

/** A moment where the reader is, with the exact one for who asks. */
export function Time({ at }: { readonly at: string | null }) {
  if (at === null) return <>{NONE}</>;
  return (
    <time dateTime={at} title={at}>
      {momentText(at)}
    </time>
  );
}

/** With seconds today: much happens in a minute. */
export function momentText(at: string, now = new Date()): string {
  return new Date(at).toDateString() === now.toDateString() ? second(at) : moment(at, now);
}

/** `0.31 s`, `2 min`. */
export function durationText(seconds: number | null): string {
  if (seconds === null) return NONE;
  return seconds < 10 ? `${Number(seconds.toFixed(2))} s` : span(seconds * 1000);
}

/** Embeddings, overrides and isolates, and separators that some programs take for line breaks. */
const REORDERING = /[\u202A-\u202E\u2066-\u2069\u2028\u2029]/gu;
const BROKEN = /\p{Cs}/gu;
const UNSHOWABLE = '\uFFFD';

/**
 * A text of several lines in which nothing acts: controls but line feeds and tabs, and what changes the direction of
 * writing, become visible.
 */
export function makeControlsVisible(text: string): string {
  return text
    .replace(/[^\P{Cc}\n\t]/gu, visibleControl)
    .replace(REORDERING, UNSHOWABLE)
    .replace(BROKEN, UNSHOWABLE);
}

/** Unicode has a picture for each of C0 and DEL, none for C1. */
export function visibleControl(control: string): string {
  const code = control.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? '\u2421' : UNSHOWABLE;
}

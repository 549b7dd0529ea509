import { NONE } from './amounts.ts';
import { Said } from './said.tsx';

/** What an agent said, or that it said nothing. */
export function SaidOr({ text, none = NONE }: { readonly text: string | null; readonly none?: string }) {
  return text === null || text === '' ? <span class="muted">{none}</span> : <Said text={text} />;
}

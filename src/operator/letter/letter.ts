/**
 * What an agent wrote in Markdown, read for a face that shows it. Its texts are safe as `visibleLine` says; it holds no
 * HTML (tags are text), no address that could be followed (links and images name theirs in words), and nothing of any
 * size or depth that a face has to fear.
 */
export type Letter = readonly Block[];

export type Block =
  | { readonly kind: 'heading'; readonly depth: number; readonly spans: readonly Span[] }
  | { readonly kind: 'paragraph'; readonly spans: readonly Span[] }
  | { readonly kind: 'quote'; readonly blocks: readonly Block[] }
  | {
      readonly kind: 'list';
      readonly start: number | null;
      /** Written with empty lines between its items. */
      readonly isLoose: boolean;
      readonly items: readonly ListItem[];
    }
  | { readonly kind: 'code'; readonly lines: readonly string[] }
  | {
      readonly kind: 'table';
      readonly align: readonly ('left' | 'center' | 'right' | null)[];
      readonly head: readonly (readonly Span[])[];
      readonly rows: readonly (readonly (readonly Span[])[])[];
      /** Its lines as they were written, for where it has no room. */
      readonly written: readonly string[];
    }
  | { readonly kind: 'rule' }
  /** Not read as Markdown: HTML, or past a limit. */
  | { readonly kind: 'plain'; readonly lines: readonly string[] };

export interface ListItem {
  /** Null where it is no task. */
  readonly done: boolean | null;
  readonly blocks: readonly Block[];
}

export type Span =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'code'; readonly text: string }
  /** Where a link or an image would have led. */
  | { readonly kind: 'address'; readonly text: string }
  | { readonly kind: 'strong' | 'emphasis' | 'deleted'; readonly spans: readonly Span[] }
  /** Where a line of a paragraph ended as it was written: a space, or a new line where texts are read as they were typed. */
  | { readonly kind: 'line' }
  | { readonly kind: 'break' };

export type Attributes = Readonly<Record<string, string | number | boolean>>;

/** A span of a trace as the records tell it, before any library has it. Times are milliseconds since 1970. */
export interface PlainSpan {
  /** What it is within its trace: its id is made from that. */
  readonly key: string;
  readonly parentKey: string | undefined;
  readonly name: string;
  /** Something outside of this program does the work. */
  readonly isCall: boolean;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly attributes: Attributes;
  readonly events: readonly SpanEvent[];
  /** Why it failed, where it did. */
  readonly error: string | undefined;
}

export interface SpanEvent {
  readonly name: string;
  readonly at: number;
  readonly attributes: Attributes;
}

type Maybe = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** Without what is not known. */
export function attributesOf(values: Maybe): Attributes {
  const known = Object.entries(values).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(known) as Attributes;
}

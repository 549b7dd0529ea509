/** Something that must never be: the simulation ends with it. */
export class Finding extends Error {
  /** The rule that was broken, in a few words. */
  readonly rule: string;

  constructor(rule: string, detail: string) {
    super(detail);
    this.rule = rule;
  }
}

export function demand(condition: boolean, rule: string, detail: () => string): asserts condition {
  if (!condition) throw new Finding(rule, detail());
}

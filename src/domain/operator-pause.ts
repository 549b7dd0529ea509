/** The operator has paused the market, until they end it. */
export interface OperatorPause {
  readonly since: number;
  /** In their own words. */
  readonly reason: string | null;
}

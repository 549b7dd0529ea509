/** An hour of the human's own calendar, as the clock on their wall has it. */
export interface HumanHour {
  /** Days from 1970-01-01 to the date there. */
  readonly day: number;
  /** 0 to 23. */
  readonly hour: number;
  /** Milliseconds until the hour is over. */
  readonly leftMs: number;
}

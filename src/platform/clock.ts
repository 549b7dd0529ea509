/** Time, real or simulated. Nothing else reads it. */
export interface Clock {
  /** Wall-clock time in milliseconds since 1970; may jump. For records and people only. */
  now(): number;
  /** Milliseconds that never go back, and pass only while the program can run. For durations. */
  monotonic(): number;
  /** Resolves after the time has passed; rejects with the signal's reason when it is aborted. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

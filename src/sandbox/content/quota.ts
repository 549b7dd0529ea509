/** How much a workspace may hold. */
export interface Quota {
  readonly bytes: number;
  /** Files and folders. */
  readonly files: number;
}

/** What the filesystem must keep free; with less, the agent has more than its quota. */
export interface LeastFree {
  readonly bytes: number;
  readonly files: number;
}

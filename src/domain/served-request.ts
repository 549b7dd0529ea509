/** One request of an execution to the System Service, with its answer, for somebody who looks on. */
export interface ServedRequest {
  readonly executionId: number;
  readonly method: string;
  /** With its query, as it was sent. */
  readonly path: string;
  /** The beginning of the body, as JSON; null where there was none, or none that could be read. */
  readonly body: string | null;
  readonly status: number;
  /** The beginning of the answer's body; null where it was passed on in pieces. */
  readonly answer: string | null;
}

/** Told of each request once it is answered. Must neither throw nor wait. */
export type RequestObserver = (request: ServedRequest) => void;

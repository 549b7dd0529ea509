/** One attachment to a container's stdin and stdout, by whatever engine. */
export interface Attachment {
  /** Hands on what comes, from now on. To be called once. */
  listen(sinks: AttachmentSinks): void;
  /** Writes to stdin. Never waits. */
  write(bytes: Uint8Array): void;
  /** Bytes that were written and are not on their way yet. */
  readonly waitingBytes: number;
  /** Idempotent. */
  destroy(): void;
}

export interface AttachmentSinks {
  /** Of stdout; only lent. */
  readonly received: (chunk: Uint8Array) => void;
  /** What was written is on its way. */
  readonly drained: () => void;
  /** Called once, when nothing more comes. */
  readonly closed: () => void;
}

/** Attaches once more to the same container. Rejects with a `BpError`, or with the signal's reason. */
export type Attach = (signal: AbortSignal) => Promise<Attachment>;

import type { Readable } from 'node:stream';
import type { Json } from './formats/format.ts';
import type { Provider } from './provider.ts';

/** One call as it is sent, without what is the operator's: key, headers and address. */
export interface TransportCall {
  /** Of its format, such as `/chat/completions`. */
  readonly path: string;
  readonly body: Json;
  readonly signal: AbortSignal;
}

/** An answer that has begun. Its body is to be read to its end, or destroyed. */
export interface TransportAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Readable;
}

/** The way of calls to one provider: its connections, or what stands for them. */
export interface Transport {
  /** Rejects with the connection's own error, with the signal's reason, or with `CallFailure`. */
  send(call: TransportCall): Promise<TransportAnswer>;
  /** Ends what goes on. */
  close(): Promise<void>;
}

/** The ways to all providers. */
export interface Transports {
  to(provider: Provider): Transport;
  /** To be called when every way is closed. Idempotent. */
  close(): void;
}

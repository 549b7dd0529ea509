import { addAbortSignal, Readable } from 'node:stream';
import { refuse } from '../../domain/refusal.ts';
import { CallFailure } from '../failure.ts';
import type { Provider } from '../provider.ts';
import type { Transport } from '../transport.ts';
import type { CassetteReader } from './cassette-file.ts';
import { callKey, type RecordedAnswer } from './recorded-answer.ts';

/** Answers from a cassette and from nothing else: no connection is opened, and no key is known. */
export function replaying(reader: CassetteReader, { kind }: Pick<Provider, 'kind'>): Transport {
  return {
    async send({ path, body, signal }) {
      await Promise.resolve();
      signal.throwIfAborted();
      const key = callKey(kind, path, body);
      const answer = reader.next(key);
      if (!answer) throw notRecorded(key);
      const { status: statusCode, headers } = answer;
      return {
        statusCode,
        headers,
        body: addAbortSignal(signal, Readable.from(pieces(answer), { objectMode: false })),
      };
    },
    close: () => Promise.resolve(),
  };
}

/**
 * Event by event, so that an agent that leaves a stream hasn't had all of it. The times between events aren't replayed.
 */
async function* pieces({ body, end }: RecordedAnswer): AsyncGenerator<Buffer> {
  for (const piece of body.split(/(?<=\n\r?\n)/)) if (piece !== '') yield Buffer.from(piece);
  await Promise.resolve();
  if (end === 'broke_off') throw Object.assign(new Error('it broke off when it was recorded'), { code: 'ECONNRESET' });
}

function notRecorded(key: string): CallFailure {
  const message = `the cassette has no answer to this call (${key}), and no provider is asked; nothing is billed`;
  return new CallFailure(refuse('not_recorded', message), { isProviders: false });
}

import { pipeline, Transform, type Readable } from 'node:stream';
import type { Logger } from '../../platform/logger.ts';
import { withoutKey, type Provider } from '../provider.ts';
import type { Transport, TransportAnswer, TransportCall } from '../transport.ts';
import type { CassetteWriter } from './cassette-file.ts';
import { callKey, type AnswerEnd, type RecordedAnswer } from './recorded-answer.ts';

export interface RecordingDeps {
  readonly writer: CassetteWriter;
  /** Bytes of the whole cassette. */
  readonly bytesMax: number;
  readonly logger: Logger;
}

/**
 * The way to a provider on which its answers are kept, whole or as far as they came. Refusals and failures aren't kept,
 * so that they are asked again another time. Where an answer can't be kept, the call goes on without.
 */
export function recording(inner: Transport, provider: Provider, deps: RecordingDeps): Transport {
  let isClosed = false;
  const keep = (answer: RecordedAnswer) => {
    if (!isClosed) append(answer, deps);
  };
  return {
    async send(call) {
      const answer = await inner.send(call);
      return isAnswer(answer) ? { ...answer, body: tapped(answer, call, provider, keep) } : answer;
    },
    close() {
      // What ends from now on is cut by us.
      isClosed = true;
      return inner.close();
    },
  };
}

/** What would be a failure for whoever reads it isn't kept. */
function isAnswer({ statusCode: status, headers }: TransportAnswer): boolean {
  const { 'content-encoding': encoding = 'identity' } = headers;
  return status >= 200 && status <= 299 && encoding === 'identity';
}

/** The same body; once it has ended, what came of it is handed to `keep`. */
function tapped(
  { statusCode: status, headers, body }: TransportAnswer,
  { path, body: asked, signal }: TransportCall,
  provider: Provider,
  keep: (answer: RecordedAnswer) => void,
): Readable {
  const { kind, config } = provider;
  // What doesn't end in a whole character was cut there.
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  const tap = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      // More is an answer to nobody.
      if (size <= config.answer_bytes_max) text += decoder.decode(chunk, { stream: true });
      done(null, chunk);
    },
  });
  let end: AnswerEnd = 'whole';
  body.once('error', () => {
    end = signal.aborted || tap.destroyed ? 'left' : 'broke_off';
  });
  pipeline(body, tap, (error) => {
    if (error && end === 'whole') end = 'left';
    const { 'content-type': type = '' } = headers;
    const isStream = String(type).startsWith('text/event-stream');
    // Of a stream that was left its events are an answer; half of a JSON text is none.
    if (size > config.answer_bytes_max || (end === 'left' && (size === 0 || !isStream))) return;
    const kept = {
      headers: { 'content-type': String(type) },
      body: withoutKey(provider, text),
    };
    keep({ key: callKey(kind, path, asked), kind, path, status, end, ...kept });
  });
  return tap;
}

function append(answer: RecordedAnswer, { writer, bytesMax, logger }: RecordingDeps): void {
  const { key, path } = answer;
  try {
    if (!writer.append(answer, bytesMax))
      logger.warn({ key, path }, 'an answer is not recorded: the cassette has no room for it');
  } catch (error) {
    logger.warn({ key, path, err: error }, 'an answer could not be recorded');
  }
}

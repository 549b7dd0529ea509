import { resolve } from 'node:path';
import type { Config } from '../../config/schema.ts';
import type { Logger } from '../../platform/logger.ts';
import { connectionsTo } from '../connections.ts';
import type { Transports } from '../transport.ts';
import { openForRecording, openForReplay } from './cassette-file.ts';
import { recording } from './recording.ts';
import { replaying } from './replaying.ts';

export interface TransportDeps {
  /** Of the economy: what a cassette's name is relative to. */
  readonly home: string;
  readonly logger: Logger;
}

/**
 * The ways to providers as the configuration wants them: connections, with a cassette that keeps their answers, or a
 * cassette in their place. Throws `BpError` `cassette_unusable`.
 */
export function openTransports(settings: Config['intelligence'], { home, logger }: TransportDeps): Transports {
  const { record, replay, cassette_bytes_max: bytesMax } = settings;
  if (replay !== null) {
    const path = resolve(home, replay);
    const reader = openForReplay(path);
    logger.warn({ cassette: path }, 'no model is asked: answers come from a cassette');
    if (reader.unreadable > 0)
      logger.warn(
        { cassette: path, lines: reader.unreadable },
        'lines of the cassette that are no answers are left out',
      );
    return { to: (provider) => replaying(reader, provider), close: () => reader.close() };
  }
  if (record === null) return { to: connectionsTo, close: () => undefined };
  const path = resolve(home, record);
  const writer = openForRecording(path);
  logger.info({ cassette: path }, 'answers of models are recorded');
  const deps = { writer, bytesMax, logger };
  return { to: (provider) => recording(connectionsTo(provider), provider, deps), close: () => writer.close() };
}

import { pino } from 'pino';
import type { Logger } from './logger.ts';
import { RotatingFile } from './rotating-file.ts';

export interface LoggerOptions {
  readonly directory: string;
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  readonly fileBytesMax: number;
  readonly filesMax: number;
  /**
   * Where people read along, one plain line each, without its time: a screen has its own way to show that. What a line
   * says may come from agents: it is not yet sanitised.
   */
  readonly screen?: (line: string, level: string) => void;
}

export interface OpenLogger extends Logger {
  /** The newest log file. */
  readonly path: string;
  /** Lines that could not be written. */
  readonly lost: number;
  close(): void;
}

/** Keys whose values never stand in a log. */
const SECRET = ['token', 'execution_token', 'authorization', 'api_key'];

/** One JSON object per line in `<directory>/bp-agents.log`, within the limits given. */
export function openLogger({ directory, level, fileBytesMax, filesMax, screen }: LoggerOptions): OpenLogger {
  const file = new RotatingFile({ directory, name: 'bp-agents', fileBytesMax, filesMax });
  const destination = {
    write(entry: string) {
      file.write(entry);
      if (screen) show(entry, screen);
    },
  };
  const logger = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRET.flatMap((key) => [key, `*.${key}`]), censor: '[secret]' },
    },
    destination,
  );
  return {
    debug: (fields, message) => logger.debug(fields, message),
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error: (fields, message) => logger.error(fields, message),
    path: file.path,
    get lost() {
      return file.lost;
    },
    close: () => file.close(),
  };
}

/** `the engine does not answer  attempt=2` */
function show(entry: string, screen: (line: string, level: string) => void): void {
  const { level, time: _, msg, err, ...fields } = JSON.parse(entry) as Readonly<Record<string, unknown>>;
  const error = err as { readonly message?: string } | undefined;
  const details = Object.entries(fields).map(
    ([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  const sentence = [String(msg), ...(error?.message === undefined ? [] : [error.message])].join(': ');
  screen([sentence, ...details].join('  '), String(level));
}

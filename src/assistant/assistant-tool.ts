import type { Result } from '../domain/refusal.ts';
import type { Home } from '../operator/home.ts';
import type { ArgumentTable, Given } from './tool-arguments.ts';

/** What the operator's own assistant may do, and with what. */
export interface AssistantTool {
  readonly name: string;
  readonly description: string;
  readonly arguments: ArgumentTable;
  /** It changes nothing. */
  readonly isReading: boolean;
  /** Gives the view that the same command prints with `--json`. */
  readonly work: (home: Home, given: Given) => Result<unknown>;
}

/** Of a list, unless the assistant asks for another number. */
const ROWS = 20;
const ROWS_MAX = 200;

export const LIMIT = {
  limit: { type: 'integer', description: `the newest so many rows; ${ROWS} unless told`, least: 1, most: ROWS_MAX },
} as const satisfies ArgumentTable;

export function limitOf({ limit }: Given): number {
  return (limit as number | undefined) ?? ROWS;
}

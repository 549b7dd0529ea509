import type { BpError } from '../../platform/errors.ts';
import { databaseError } from '../../store/database-error.ts';

/** The operating error behind what the database threw, or undefined where it was something else. */
export function storeFailure(error: unknown): BpError | undefined {
  return databaseError(error);
}

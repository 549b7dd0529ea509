import { createHash } from 'node:crypto';
import type { Execution } from '../../domain/execution.ts';

/**
 * Always the same for one execution of one economy, so that whatever is sent twice is one trace. The time of its
 * allocation tells it from one of an economy that lay in the same folder before.
 */
export function traceIdOf(home: string, { id, allocatedAt }: Pick<Execution, 'id' | 'allocatedAt'>): string {
  return digest(`trace\n${home}\n${id}\n${allocatedAt}`, 16);
}

export function spanIdOf(traceId: string, key: string): string {
  return digest(`span\n${traceId}\n${key}`, 8);
}

/** Tells which economy it is without telling where it lies. */
export function instanceIdOf(home: string): string {
  return digest(`instance\n${home}`, 16);
}

function digest(text: string, bytes: number): string {
  return createHash('sha256')
    .update(text)
    .digest('hex')
    .slice(0, 2 * bytes);
}

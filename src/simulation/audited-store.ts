import type { Store } from '../store/store.ts';

/**
 * The store with an auditor who looks after every commit of an outermost transaction. What the auditor throws is
 * thrown.
 */
export function auditedStore(store: Store, look: () => void): Store {
  let depth = 0;
  return {
    ...store,
    transaction: <T>(work: () => T): T => {
      depth++;
      let value: T;
      try {
        value = store.transaction(work);
      } finally {
        depth--;
      }
      if (depth === 0) look();
      return value;
    },
  };
}

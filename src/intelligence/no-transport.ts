import { refuse } from '../domain/refusal.ts';
import { CallFailure } from './failure.ts';
import type { Transports } from './transport.ts';

/** No way to any provider: every call is refused for this reason, and none is billed. */
export function noTransports(reason: string): Transports {
  return {
    to: () => ({
      send: () => Promise.reject(new CallFailure(refuse('not_recorded', reason), { isProviders: false })),
      close: () => Promise.resolve(),
    }),
    close: () => undefined,
  };
}

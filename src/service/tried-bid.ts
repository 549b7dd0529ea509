import type { FastifyReply, FastifyRequest } from 'fastify';
import type { RefusalCode } from '../domain/refusal.ts';
import type { Economy } from '../economy/economy.ts';
import { noteRefusedBid } from '../economy/executions/refused-bid.ts';
import { isHeldByAnother } from '../economy/home/database-patience.ts';
import { shareCommit } from '../economy/share-commit.ts';
import type { Clock } from '../platform/clock.ts';
import { loadOf } from './endpoint.ts';
import { RefusedError } from './refused-error.ts';

const TRIED = 'triedBid';

/** Where `triedBid` finds its answer; declared before any request is taken. */
export const triedBidDecorator = TRIED;

/** Whether a body, as the agent wrote it, is to place a bid of the caller's own; undefined: it could not be read. */
export type TriesBid = (body: unknown) => boolean;

export interface NoteDeps {
  readonly economy: Economy;
  readonly clock: Clock;
}

/** How long a note waits for another process that holds the database. */
const HELD_MS_MAX = 2_000;

/** A hook that looks at the body before its schema turns it into what the domain takes. */
export function lookForBid(triesBid: TriesBid) {
  return (request: FastifyRequest, _reply: FastifyReply, done: () => void): void => {
    request.setDecorator<boolean>(TRIED, triesBid(request.body));
    done();
  };
}

/** Whether this request tries to place a bid of the caller's own; undefined where nobody looked. */
export function triedBid(request: FastifyRequest): boolean | undefined {
  return request.getDecorator<boolean | null>(TRIED) ?? undefined;
}

/** A hook for what is refused before the work begins: JSON that is none, a field that the schema doesn't take. */
export function noteUnread(deps: NoteDeps, triesBid: TriesBid) {
  return async (request: FastifyRequest, _reply: FastifyReply, error: Error): Promise<void> => {
    const tried = triedBid(request) ?? triesBid(undefined);
    const executionId = loadOf(request.raw)?.executionId;
    if (executionId !== undefined && tried && error instanceof RefusedError)
      await noteRefusal(deps, executionId, error.refusal.code);
  };
}

/** Before the refusal is answered: its agent may end at once, and the note is asked for then. */
export async function noteRefusal({ economy, clock }: NoteDeps, executionId: number, code: RefusalCode): Promise<void> {
  try {
    await shareCommit(economy, clock, () => noteRefusedBid(economy, executionId, code), { limitMs: HELD_MS_MAX });
  } catch (error) {
    // The refusal itself is true all the same.
    if (!isHeldByAnother(error)) throw error;
  }
}

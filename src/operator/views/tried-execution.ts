import { advisedBundle } from '../../domain/advised-bundle.ts';
import { bundleView } from '../../domain/resources.ts';
import type { ServedRequest } from '../../domain/served-request.ts';
import type { Economy } from '../../economy/economy.ts';
import { findAgent } from '../../economy/views/agent-view.ts';
import { bidsBefore, bidView } from '../../economy/views/bid-view.ts';
import { callsOfExecution } from '../../economy/views/call-view.ts';
import { executionView, getExecution } from '../../economy/views/execution-view.ts';
import { promptOfExecution, promptView } from '../../economy/views/prompt-view.ts';

/** Of an execution, the newest. */
const CALLS_MAX = 10_000;

export type TriedExecution = ReturnType<typeof triedExecutionView>;

/** What was seen of one execution from outside. */
export interface Observed {
  readonly output: string;
  /** Nothing is missing of it. */
  readonly complete: boolean;
  /** The first of them. */
  readonly requests: readonly ServedRequest[];
}

/** One execution of a `try` as its author sees it: to be looked at right after its end, before anything else happens. */
export function triedExecutionView(economy: Economy, executionId: number, { output, complete, requests }: Observed) {
  const execution = getExecution(economy, executionId);
  const { agentId } = execution;
  const prompt = promptOfExecution(economy, executionId);
  const pending = bidsBefore(economy, Number.MAX_SAFE_INTEGER, economy.config.market.bids_pending_max, {
    ...{ agentId, status: 'pending' },
  }).filter((bid) => bid.agentId === agentId);
  const { advice_margin: margin } = economy.config.market;
  const { supply } = economy.derived;
  return {
    ...executionView(execution),
    output,
    output_complete: complete,
    calls: requests.map(({ method, path, body, status, answer }) => ({ method, path, body, status, answer })),
    calls_left_out: Math.max(0, execution.requests - requests.length),
    prompt: prompt === undefined ? null : promptView(prompt),
    next: {
      bids: pending.map(bidView),
      /** What is pending is no bid of its own, but a restart (`lifecycle.restarts`). */
      is_restart: pending.length > 0 && (findAgent(economy, agentId)?.restarts ?? 0) > 0,
      /** Its prompt waits for marks, and places a bid when it ends. */
      waits_for_marks: prompt?.nextBid !== null && ['open', 'queued'].includes(prompt?.status ?? ''),
    },
    advised_bundle: bundleView(
      advisedBundle(execution, {
        ...{ margin, supply, prompted: prompt !== undefined },
        tokensHeld: tokensHeld(economy, executionId),
      }),
    ),
  };
}

/** Calls that go on beside each other are taken as one after the other. */
function tokensHeld(economy: Economy, executionId: number): number {
  let spent = 0;
  let held = 0;
  for (const { reserved, billed } of [...callsOfExecution(economy, executionId, CALLS_MAX)].reverse()) {
    held = Math.max(held, spent + reserved);
    spent += billed ?? 0;
  }
  return held;
}

/** A slip: it meant to go on and can't. One that never tried wants to end. */
export function isInOrder({ outcome, next, refused_bid: refused }: TriedExecution): boolean {
  const goesOn = (next.bids.length > 0 && !next.is_restart) || next.waits_for_marks;
  return outcome === 'completed' && (refused === null || goesOn);
}

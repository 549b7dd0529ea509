import { z } from 'zod';
import { MARKS } from '../domain/attention.ts';
import { ESSENTIAL_LIMITS } from '../domain/execution.ts';

// What the service answers, for OpenAPI: answers are documented by these schemas and tests hold them to it. An `id` is
// the name of a component.

const credits = z.number();
const bidId = z.string().regex(/^bid_/);
const exeId = z.string().regex(/^exe_/);
const promptId = z.string().regex(/^prompt_/);
const messageId = z.string().regex(/^msg_/);
const transferId = z.string().regex(/^tx_/);
const time = z.iso.datetime();
const cycle = z.int().min(0);
const byResource = <T extends z.ZodType>(value: T) =>
  z.object({ cpu_seconds: value, memory_mb: value, tokens: value, attention: value });
const nextBefore = <T extends z.ZodType>(id: T) =>
  id.nullable().describe('Ask for ?before= this to get the page after; null where there is none.');

export const BID_STATUSES = ['pending', 'won', 'withdrawn', 'expired', 'voided'] as const;

const Bundle = byResource(z.number()).meta({ id: 'ResourceBundle' });

export const Balance = z
  .object({
    agent_id: z.string(),
    available: credits.describe('What can be spent: posted − pending.'),
    pending: credits.describe('Held by pending bids.'),
    posted: credits,
  })
  .meta({ id: 'Balance' });

const Transfer = z
  .object({
    id: transferId,
    type: z.enum(['single', 'pending', 'post', 'void']),
    cycle,
    debit: z.string().describe('The account that pays.'),
    credit: z.string().describe('The account that receives.'),
    amount: credits,
    kind: z.string().describe('Why: bid, refund, reward, genesis_grant, estate, spawn_fee, …'),
    ref: z.string().describe('What it is for, such as bid_17/1 or prompt_3.'),
    pending_id: transferId.nullable().describe('The held transfer that a post or void ends.'),
    at: time,
    memo: z.string().nullable(),
  })
  .meta({ id: 'Transfer' });

export const History = z.object({ transfers: z.array(Transfer), next_before: nextBefore(transferId) });
export const TransferAnswer = z.object({ transfer_id: transferId, available: credits });

const Bid = z
  .object({
    id: bidId,
    agent_id: z.string().describe('Who runs when it wins.'),
    payer: z.string().describe('Who holds, pays and withdraws it.'),
    bundle: Bundle,
    amount: credits,
    reserve: credits.describe('What the bundle cost at the reserve when it was placed: its locked price.'),
    status: z.enum(BID_STATUSES),
    attempt: z.int().min(1).describe('Above 1 after a fault of the system.'),
    passed_over: z.int().min(0).describe('Cycles in which it competed and did not win.'),
    earliest_cycle: cycle,
    placed_cycle: cycle,
    placed_at: time,
    ended_cycle: cycle.nullable(),
    last_reason: z.string().nullable().describe('Why it did not win yet, or how it ended.'),
    price_paid: credits.nullable(),
  })
  .meta({ id: 'Bid' });

export const BidList = z.object({ bids: z.array(Bid), next_before: nextBefore(bidId) });
export const BidAnswer = z.object({
  bid_id: bidId,
  status: z.literal('pending'),
  reserve: credits.describe('The reserve cost of the bundle, locked for this bid.'),
  available: credits.describe("The payer's, after the amount is held."),
});
export const WithdrawnBid = z.object({ bid_id: bidId, status: z.literal('withdrawn'), available: credits });

const Cycle = z
  .object({
    cycle,
    at: time,
    duration_ms: z.number(),
    paused: z.boolean(),
    bids: z.int().describe('That stood.'),
    competing: z.int(),
    winners: z.int(),
    expired: z.int(),
    revenue: credits,
    supply: Bundle,
    held: Bundle.describe('By earlier executions, at the start.'),
    demand: Bundle,
    utilisation: Bundle.describe('0 to 1.'),
    prices_before: Bundle,
    prices_after: Bundle,
    head: z.string().describe("The ledger chain's newest hash."),
  })
  .meta({ id: 'Cycle' });

export const MarketState = z
  .object({
    cycle,
    next_cycle_at: time.nullable(),
    cycle_seconds: z.number(),
    paused: z.string().nullable().describe('Why the market stands still, or null.'),
    human_away: z.boolean().describe('Then no attention is free; bids for it wait unaged.'),
    mechanism: z.string(),
    ttl_cycles: z.int().describe('A bid expires after this many cycles passed over.'),
    bid_horizon_cycles: z.int().describe('How far ahead earliest_cycle may be.'),
    markets: byResource(
      z.object({
        price: credits.describe('The reserve price of one unit.'),
        start_price: credits,
        supply: z.number(),
        free: z.number(),
        utilisation: z.number().describe('Of the last cycle, 0 to 1.'),
        smoothed_demand: z.number().nullable(),
      }),
    ),
    bare_execution_cost: credits.describe('The smallest useful bundle at the reserve prices of now.'),
    spawn_fee: credits.describe('What a child would cost the caller now, without its endowment.'),
    message_fee: credits,
    pending_bids: z.int(),
    recent: z.array(Cycle).describe('The newest first.'),
  })
  .meta({ id: 'MarketState' });

const Scores = z.object(Object.fromEntries(MARKS.map((mark) => [mark, z.int().min(0).max(10)])));
const NextBid = z
  .object({
    status: z.string().describe("'placed', 'not_needed', or the code it was refused with."),
    detail: z.string(),
  })
  .nullable()
  .describe('What became of next_bid; null where there was none or the prompt has not ended.');

const promptEnd = {
  status: z.enum(['queued', 'open', 'scored', 'skipped', 'expired']),
  scores: Scores.nullable(),
  reason: z.string().nullable(),
  reward: credits,
  refund: credits,
  next_bid: NextBid,
  answered_at: time.nullable(),
};

const Prompt = z
  .object({
    id: promptId,
    agent_id: z.string(),
    execution_id: exeId,
    title: z.string().nullable(),
    content: z.string().nullable().describe('Null where the operator purged it.'),
    ...promptEnd,
    submitted_at: time,
    opened_at: time.nullable(),
    purged_at: time.nullable().describe('When its text was purged; null while it is kept.'),
  })
  .meta({ id: 'Prompt' });

export const PromptList = z.object({ prompts: z.array(Prompt), next_before: nextBefore(promptId) });
export const PromptAnswer = z.object({
  prompt_id: promptId,
  status: z.enum(['open', 'queued']).describe('open: the human can answer it now. queued: it is next.'),
});

const Message = z
  .object({ id: messageId, from: z.string(), content: z.string(), sent_at: time })
  .meta({ id: 'Message' });

export const Inbox = z.object({ messages: z.array(Message), next_before: nextBefore(messageId) });
export const MessageAnswer = z.object({ message_id: messageId, fee: credits, available: credits });
export const SpawnAnswer = z.object({
  agent_id: z.string(),
  fee: credits,
  bid_id: bidId,
  available: credits.describe("The parent's."),
});

const DirectoryEntry = z
  .object({
    id: z.string(),
    status: z.enum(['alive', 'dormant', 'dead']),
    parent: z.string().nullable(),
    lineage: z.array(z.string()).describe('Parent, grandparent and so on.'),
    born_cycle: cycle,
    children: z.int(),
    last_seen_cycle: cycle.nullable().describe('Of its last execution.'),
  })
  .meta({ id: 'DirectoryEntry' });

export const Directory = z.object({
  agents: z.array(DirectoryEntry).describe('The oldest first.'),
  next_after: z.string().nullable().describe('Ask for ?after= this to get the page after; null where there is none.'),
});

export const ExecutionState = z
  .object({
    execution_id: exeId,
    outcome: z.null(),
    bought: Bundle,
    used: z.object({
      cpu_seconds: z.number().nullable().describe('Null where it cannot be had now.'),
      tokens: z.int(),
      requests: z.int().describe('To this service, this one included.'),
    }),
    remaining: z.object({
      cpu_seconds: z.number().nullable(),
      tokens: z.int(),
      attention: z.literal([0, 1]).describe('1: POST /human/prompt can still be used.'),
    }),
    unheld: z.array(z.enum(ESSENTIAL_LIMITS)).describe('Of memory, processes and cpu, what this engine does not hold.'),
    deadline: time.nullable().describe('When its wall time is spent.'),
    attention: z.object({
      held: z.boolean().describe('It still holds the attention that it bought.'),
      prompt_id: promptId.nullable().describe('The prompt that it has submitted.'),
    }),
  })
  .meta({ id: 'ExecutionState' });

/** RFC 9457; `problemOf` makes it. */
export const ProblemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string().describe('Names the value that would have been right.'),
    code: z.string().describe('Stable; docs/errors.md lists all.'),
    field: z.string().optional().describe('Where in the input, as a dotted path.'),
    limit: z.union([z.number(), z.string()]).optional().describe('The value that would have passed.'),
    instance: z.string().optional().describe('Names the request to the operator.'),
  })
  .meta({ id: 'Problem' });

export const InferenceAnswer = z
  .object({
    model: z.string(),
    text: z.string(),
    stop_reason: z.string().nullable(),
    usage: z
      .object({ input_tokens: z.int(), cached_tokens: z.int(), output_tokens: z.int() })
      .nullable()
      .describe("The provider's own figures; null where it reports none."),
    tokens_left: z.int().describe('Of the budget, after this call.'),
  })
  .meta({ id: 'InferenceAnswer' });

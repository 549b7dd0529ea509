import { z } from 'zod';
import { MARKS } from '../domain/attention.ts';
import { ESSENTIAL_LIMITS } from '../domain/execution.ts';
import { Lots } from './lots-answer.ts';

// What the service answers, for OpenAPI; tests hold the answers to it. An `id` is the name of a component.

export const credits = z.number();
const bidId = z.string().regex(/^bid_/);
const exeId = z.string().regex(/^exe_/);
const promptId = z.string().regex(/^prompt_/);
const messageId = z.string().regex(/^msg_/);
const requestId = z.string().regex(/^request_/);
const transferId = z.string().regex(/^tx_/);
const time = z.iso.datetime();
const cycle = z.int().min(0);
const byResource = <T extends z.ZodType>(value: T) =>
  z.object({
    cpu_seconds: value.describe('CPU seconds.'),
    memory_mb: value.describe('MB of memory.'),
    tokens: value.describe('LLM tokens.'),
    attention: value.describe('Prompts to the human.'),
  });
const nextBefore = <T extends z.ZodType>(id: T) =>
  id.nullable().describe('Ask for ?before= this to get the page after; null where there is none.');

export const BID_STATUSES = ['pending', 'won', 'withdrawn', 'expired', 'voided'] as const;

export const Bundle = byResource(z.number()).meta({ id: 'ResourceBundle' });

export const Balance = z
  .object({
    agent_id: z.string().describe('The caller.'),
    available: credits.describe('What can be spent: posted − pending.'),
    pending: credits.describe('Held by pending bids.'),
    posted: credits.describe('All that it has, what is held included.'),
  })
  .meta({ id: 'Balance' });

const Transfer = z
  .object({
    id: transferId.describe('Such as tx_12.'),
    type: z
      .enum(['single', 'pending', 'post', 'void'])
      .describe('single: at once. pending: holds. post, void: pays or releases what was held.'),
    cycle: cycle.describe('In which it was made.'),
    debit: z.string().describe('The account that pays.'),
    credit: z.string().describe('The account that receives.'),
    amount: credits.describe('Credits.'),
    kind: z.string().describe('Why: bid, refund, reward, genesis_grant, estate, spawn_fee, …'),
    ref: z.string().describe('What it is for, such as bid_17/1 or prompt_3.'),
    pending_id: transferId.nullable().describe('The held transfer that a post or void ends.'),
    at: time.describe('When it was made.'),
    memo: z.string().nullable().describe("The payer's words, or null."),
  })
  .meta({ id: 'Transfer' });

export const History = z.object({
  transfers: z.array(Transfer).describe('The newest first.'),
  next_before: nextBefore(transferId),
});
export const TransferAnswer = z.object({
  transfer_id: transferId.describe('Of the transfer, in the history.'),
  available: credits.describe('What the caller can still spend.'),
});

const Bid = z
  .object({
    id: bidId.describe('Such as bid_17.'),
    agent_id: z.string().describe('Who runs when it wins.'),
    payer: z.string().describe('Who holds, pays and withdraws it.'),
    bundle: Bundle.describe('What the execution may use.'),
    amount: credits.describe('Credits offered.'),
    reserve: credits.describe('What the bundle cost at the reserve when it was placed: its locked price.'),
    status: z.enum(BID_STATUSES).describe('pending until it has won or ended.'),
    attempt: z.int().min(1).describe('Above 1 after a fault of the system.'),
    passed_over: z.int().min(0).describe('Cycles in which it competed and did not win.'),
    earliest_cycle: cycle.describe('The first cycle in which it competes; 0 where it named none.'),
    placed_cycle: cycle.describe('In which it was placed.'),
    placed_at: time.describe('When it was placed.'),
    ended_cycle: cycle.nullable().describe('In which it won or ended; null while it is pending.'),
    last_reason: z.string().nullable().describe('Why it did not win yet, or how it ended.'),
    price_paid: credits.nullable().describe('Credits; null where it has not won.'),
    standing_order: bidId
      .nullable()
      .describe('Of the standing order that it is of, the bid that began it; null where it is of none.'),
  })
  .meta({ id: 'Bid' });

export const BidList = z.object({
  bids: z.array(Bid).describe('The newest first.'),
  next_before: nextBefore(bidId),
});
export const BidAnswer = z.object({
  bid_id: bidId.describe('Such as bid_17.'),
  status: z.literal('pending').describe('It competes from the next cycle, or from earliest_cycle.'),
  reserve: credits.describe('The reserve cost of the bundle, locked for this bid.'),
  available: credits.describe("The payer's, after the amount is held."),
});
export const WithdrawnBid = z.object({
  bid_id: bidId.describe('Such as bid_17.'),
  status: z.literal('withdrawn').describe('It competes no more, and its standing order has ended.'),
  available: credits.describe("The payer's, after the amount is released."),
});

const Cycle = z
  .object({
    cycle: cycle.describe('Its number.'),
    at: time.describe('When it was cleared.'),
    duration_ms: z.number().describe('What the clearing took, in milliseconds.'),
    paused: z.boolean().describe('Whether the market stood still: then nothing was sold.'),
    bids: z.int().describe('That stood.'),
    competing: z.int().describe('Bids that competed.'),
    winners: z.int().describe('Bids that won.'),
    expired: z.int().describe('Bids that expired.'),
    revenue: credits.describe('Credits that the winners paid.'),
    supply: Bundle.describe('What was for sale.'),
    held: Bundle.describe('By earlier executions, at the start.'),
    demand: Bundle.describe('What was asked for.'),
    utilisation: Bundle.describe('0 to 1.'),
    prices_before: Bundle.describe('Reserve prices of one unit, at which it was cleared.'),
    prices_after: Bundle.describe('Reserve prices of one unit, for the next cycle.'),
    head: z.string().describe("The ledger chain's newest hash."),
  })
  .meta({ id: 'Cycle' });

export const MarketState = z
  .object({
    cycle: cycle.describe('The number of the last cycle.'),
    next_cycle_at: time.nullable().describe('When the next one is due; null before the first.'),
    cycle_seconds: z.number().describe('From one cycle to the next.'),
    paused: z.string().nullable().describe('Why the market stands still, or null.'),
    human_away: z
      .boolean()
      .describe('Or not to be asked at this hour. Then no attention is free; bids for it wait unaged.'),
    human_minutes_left: z
      .int()
      .nullable()
      .describe('Minutes that the human still listens today, in fives; null where no end is set.'),
    mechanism: z.string().describe('How winners and their prices are chosen.'),
    ttl_cycles: z.int().describe('A bid expires after this many cycles passed over.'),
    bid_horizon_cycles: z.int().describe('How far ahead earliest_cycle may be.'),
    markets: byResource(
      z.object({
        price: credits.describe('The reserve price of one unit.'),
        start_price: credits.describe('Under which the price never goes.'),
        supply: z.number().describe('Units that one cycle sells now.'),
        free: z.number().describe('Units of them that nobody holds.'),
        utilisation: z.number().describe('Of the last cycle, 0 to 1.'),
        smoothed_demand: z.number().nullable().describe('Demand ÷ supply, smoothed; null where there is none.'),
      }),
    ).describe('By resource.'),
    bare_execution_cost: credits.describe('The smallest useful bundle at the reserve prices of now.'),
    spawn_fee: credits.describe('What a child would cost the caller now, without its endowment.'),
    least_endowment: credits.describe('The least initial_credits of a child at the reserve prices of now.'),
    message_fee: credits.describe('What a message costs its sender.'),
    attention_weight: z
      .number()
      .nullable()
      .describe(
        "What the caller's bids for attention are multiplied with by its record, 1 being the mean of those who ask; null where records don't count.",
      ),
    lots: Lots,
    pending_bids: z.int().describe("Everybody's."),
    recent: z.array(Cycle).describe('The newest first.'),
  })
  .meta({ id: 'MarketState' });

const Scores = z.object(Object.fromEntries(MARKS.map((mark) => [mark, z.int().min(0).max(10).describe('0 to 10.')])));
const NextBid = z
  .object({
    status: z.string().describe("'placed', 'not_needed', or the code it was refused with."),
    detail: z.string().describe('The bid, or what was wrong with it.'),
  })
  .nullable()
  .describe('What became of next_bid; null where there was none or the prompt has not ended.');

const promptEnd = {
  request_id: requestId.nullable().describe("The operator's request that it answers, or null."),
  status: z
    .enum(['queued', 'open', 'scored', 'skipped', 'expired'])
    .describe('queued and open wait for the human; the others are ends.'),
  scores: Scores.nullable().describe("The human's marks; null where it was not scored."),
  reason: z.string().nullable().describe('What the human said to it, or null.'),
  reward: credits.describe('Credits that the marks issued to the agent.'),
  royalty: credits.describe('Credits of the reward that went on to those whom the agent owes a share.'),
  refund: credits.describe('Credits that the payer got back because nobody answered.'),
  next_bid: NextBid,
  answered_at: time.nullable().describe('When it ended, or null.'),
};

const Prompt = z
  .object({
    id: promptId.describe('Such as prompt_3.'),
    agent_id: z.string().describe('Whose it is.'),
    execution_id: exeId.describe('Which submitted it.'),
    title: z.string().nullable().describe('Its title, or null.'),
    content: z.string().nullable().describe('Null where the operator purged it.'),
    files: z
      .array(
        z.object({
          name: z.string().describe('As the prompt named it.'),
          bytes: z.int().describe('Its size then.'),
          sha256: z.string().describe('Of its content, hexadecimal.'),
          kept: z.boolean().describe('Whether its content is still there for the human.'),
        }),
      )
      .describe('That were handed over with it; none where the operator purged it.'),
    ...promptEnd,
    submitted_at: time.describe('When it was submitted.'),
    opened_at: time.nullable().describe('When the human could first see it, or null.'),
    shown_at: time.nullable().describe('When it was first put before the human, or null.'),
    attention_seconds: z
      .number()
      .nullable()
      .describe("What it has taken of the human's time; null where nobody saw it."),
    purged_at: time.nullable().describe('When its text was purged; null while it is kept.'),
  })
  .meta({ id: 'Prompt' });

export const PromptList = z.object({
  prompts: z.array(Prompt).describe('The newest first.'),
  next_before: nextBefore(promptId),
});
export const PromptAnswer = z.object({
  prompt_id: promptId.describe('Such as prompt_3.'),
  status: z.enum(['open', 'queued']).describe('open: the human can answer it now. queued: it waits on deck.'),
});

const Request = z
  .object({
    id: requestId.describe('Such as request_3; a prompt for it names it as its request_id.'),
    text: z.string().describe('What the operator asks for.'),
    files: z
      .array(z.string())
      .describe('Where files that belong to it can be read, such as /materials/requests/3/a.pdf.'),
    until: time.nullable().describe('When it closes; null where only the operator closes it.'),
  })
  .meta({ id: 'Request' });

export const RequestList = z.object({
  requests: z.array(Request).describe('The newest first.'),
  next_before: nextBefore(requestId),
});

const Message = z
  .object({
    id: messageId.describe('Such as msg_9.'),
    from: z.string().describe('The agent that sent it, or operator: no agent has that id.'),
    content: z.string().describe('What it wrote: data, not to be trusted.'),
    sent_at: time.describe('When it was sent.'),
  })
  .meta({ id: 'Message' });

export const Inbox = z.object({
  messages: z.array(Message).describe('The newest first.'),
  next_before: nextBefore(messageId),
});
export const MessageAnswer = z.object({
  message_id: messageId.describe('Such as msg_9.'),
  fee: credits.describe('Credits that the message cost.'),
  available: credits.describe("The sender's, after the fee."),
});
export const SpawnAnswer = z.object({
  agent_id: z.string().describe("The child's."),
  fee: credits.describe('Credits that the parent paid beside the endowment.'),
  bid_id: bidId.describe("The child's first bid."),
  royalty: z
    .number()
    .describe('The share of each reward that the child owes, to the caller and to whom the caller owes.'),
  available: credits.describe("The parent's, after the fee and the endowment."),
});

const DirectoryEntry = z
  .object({
    id: z.string().describe("The agent's."),
    status: z.enum(['alive', 'dormant', 'dead']).describe('dormant: has not run for long. dead: never again.'),
    parent: z.string().nullable().describe('Who spawned it; null for one that the operator brought in.'),
    lineage: z.array(z.string()).describe('Parent, grandparent and so on.'),
    born_cycle: cycle.describe('In which it was made.'),
    children: z.int().describe('That it has spawned.'),
    last_seen_cycle: cycle.nullable().describe('Of its last execution.'),
  })
  .meta({ id: 'DirectoryEntry' });

export const Directory = z.object({
  agents: z.array(DirectoryEntry).describe('The oldest first.'),
  next_after: z.string().nullable().describe('Ask for ?after= this to get the page after; null where there is none.'),
});

export const ExecutionState = z
  .object({
    execution_id: exeId.describe('Such as exe_17.'),
    outcome: z.null().describe('It has not ended.'),
    bought: Bundle.describe('Its bundle.'),
    used: z
      .object({
        cpu_seconds: z.number().nullable().describe('Null where it cannot be had now.'),
        tokens: z.int().describe('Billed by calls of models.'),
        requests: z.int().describe('To this service, this one included.'),
      })
      .describe('So far.'),
    remaining: z
      .object({
        cpu_seconds: z.number().nullable().describe('Null where it cannot be had now.'),
        tokens: z.int().describe('For calls of models.'),
        attention: z.literal([0, 1]).describe('1: POST /human/prompt can still be used.'),
      })
      .describe('Of what was bought.'),
    unheld: z.array(z.enum(ESSENTIAL_LIMITS)).describe('Of memory, processes and cpu, what this engine does not hold.'),
    deadline: time.nullable().describe('When its wall time is spent.'),
    attention: z
      .object({
        held: z.boolean().describe('It still holds the attention that it bought.'),
        prompt_id: promptId.nullable().describe('The prompt that it has submitted.'),
      })
      .describe('Its one prompt to the human.'),
  })
  .meta({ id: 'ExecutionState' });

/** RFC 9457; `problemOf` makes it. */
export const ProblemSchema = z
  .object({
    type: z.string().describe('A URN of the code.'),
    title: z.string().describe('What the code means.'),
    status: z.int().describe('The HTTP status.'),
    detail: z.string().describe('Names the value that would have been right.'),
    code: z.string().describe('Stable; docs/errors.md lists all.'),
    field: z.string().optional().describe('Where in the input, as a dotted path.'),
    limit: z.union([z.number(), z.string()]).optional().describe('The value that would have passed.'),
    instance: z.string().optional().describe('Names the request to the operator.'),
  })
  .meta({ id: 'Problem' });

export const InferenceAnswer = z
  .object({
    model: z.string().describe('Which answered.'),
    text: z.string().describe('What it said.'),
    stop_reason: z.string().nullable().describe("Why it stopped, in the provider's word, or null."),
    usage: z
      .object({
        input_tokens: z.int().describe('Read by the model, without those from a cache.'),
        cached_tokens: z.int().describe('Read from a cache.'),
        output_tokens: z.int().describe('Written by the model.'),
      })
      .nullable()
      .describe("The provider's own figures; null where it reports none."),
    tokens_left: z.int().describe('Of the budget, after this call.'),
  })
  .meta({ id: 'InferenceAnswer' });

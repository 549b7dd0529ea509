import { z } from 'zod';
import { ESSENTIAL_LIMITS, OUTCOMES } from '../../src/domain/execution.ts';
import { BidList, Inbox, PromptList, RequestList } from '../../src/service/answers.ts';

// What the System Service answers, too.
const Bid = BidList.shape.bids.element;
const Bundle = Bid.shape.bundle;
const Message = Inbox.shape.messages.element;
const Request = RequestList.shape.requests.element;
const Prompt = PromptList.shape.prompts.element;

/** How a prompt ended. */
const Response = z
  .object({
    prompt_id: Prompt.shape.id,
    ...Prompt.pick({
      request_id: true,
      status: true,
      scores: true,
      reason: true,
      reward: true,
      royalty: true,
      refund: true,
      next_bid: true,
      answered_at: true,
    }).shape,
  })
  .meta({ id: 'Response' });

/** What an execution bought and used. A figure that could not be had is null. */
const Receipt = z
  .object({
    execution_id: z.string().regex(/^exe_/),
    outcome: z.enum(OUTCOMES).nullable(),
    exit_code: z.int().nullable(),
    detail: z.string().nullable(),
    bought: Bundle,
    used: z.object({
      cpu_seconds: z.number().nullable(),
      memory_mb_peak: z.number().nullable(),
      tokens: z.int(),
      wall_seconds: z.number().nullable(),
      workspace_bytes: z.int().nullable(),
      workspace_files: z.int().nullable(),
      output_bytes: z.int().nullable(),
      requests: z.int(),
    }),
    unheld: z.array(z.enum(ESSENTIAL_LIMITS)).describe('What the engine did not hold while it ran.'),
    price_paid: z.number(),
    refused_bid: z
      .string()
      .nullable()
      .describe(
        'The code with which its last bid or next_bid was refused; null where none was, or a later one was taken.',
      ),
  })
  .meta({ id: 'Receipt' });

const market = z.object({
  price: z.number().describe('Credits for one unit: the reserve price.'),
  supply: z.number().describe('Units that one cycle sells.'),
  utilisation: z.number().describe('Of the last cycle, 0 to 1.'),
});

const share = z.object({
  to: z.string().describe('The agent that is given it.'),
  share: z.number().describe('Of each reward, 0 to 1; floored to a micro-credit.'),
});

/** `env.json`, schema version 1; published as `docs/handshake.schema.json`. */
export const HandshakeSchema = z
  .object({
    schema_version: z.literal(1),
    agent_id: z.string(),
    execution_id: z.string().regex(/^exe_/),
    execution_token: z.string().describe('Bearer token for the System Service; dead when the execution ends.'),
    service_url: z.string().describe('Where the System Service is.'),
    system_time: z.iso.datetime(),
    cycle: z.int().min(0),
    cycle_seconds: z.number().describe('From one cycle to the next.'),
    payer: z.string().describe('Who paid for this execution: the agent itself, or a sponsor.'),
    credits: z.object({
      available: z.number().describe('What the agent can spend.'),
      pending: z.number().describe('Held by its pending bids.'),
    }),
    execution_context: z
      .object({
        ...Bundle.shape,
        wall_seconds: z.number().describe('From "go" until it is ended.'),
        payload: z.unknown().describe('What the bid carried, or null.'),
      })
      .describe('What this execution may use.'),
    markets: z.object({ cpu_seconds: market, memory_mb: market, tokens: market, attention: market }),
    human_minutes_left: z
      .int()
      .nullable()
      .describe('Minutes that the human still listens today, in fives; null where no end is set.'),
    inbox: z
      .array(Message)
      .describe('Messages that no started execution was handed; the newest few, the oldest first.'),
    responses: z.array(Response).describe('How prompts ended that no started execution was told of; likewise.'),
    requests: z.array(Request).describe("The operator's open requests; the newest few, the newest first."),
    bids: z.array(Bid).describe('Its own bids and those for it, the newest first.'),
    last_execution: Receipt.nullable().describe('The receipt of the one before; null in the first.'),
    standing_order: z
      .object({
        id: z.string().regex(/^bid_/).describe('The bid that began it.'),
        until_cycle: z.int().min(0).describe('The last cycle in which it is placed again.'),
        credits_per_day: z.number().describe('That its bids may pay in a day of cycles.'),
        paid_today: z.number().describe('What they have paid in this one.'),
        repeats: z.int().min(0).describe('How often it was placed again.'),
        waits: z.boolean().describe('It could not be placed yet.'),
      })
      .nullable()
      .describe('The bid that is placed again when an execution has ended, or null.'),
    advice: z
      .object({
        executions: z.int().describe('How many of its last executions it goes by.'),
        quantile: z.number().describe('Which share of their needs the bundle meets, resource by resource.'),
        bundle: Bundle.describe('What it is advised to bid for, without attention.'),
        killed: z.int().describe('How many of them would have been killed under it.'),
      })
      .nullable()
      .describe('By its own receipts; null before the first. GET /market/advice tells more.'),
    lineage: z.array(z.string()).describe('Parent, grandparent and so on.'),
    royalty: z
      .object({
        ...share.shape,
        until: z.literal('death').describe('It ends when either side dies.'),
        others: z.array(share).describe('What goes to others, since its parent owed it when the agent was born.'),
      })
      .nullable()
      .describe('What of each of its rewards goes on; null: nothing.'),
    lot: z
      .object({ owed: z.number().describe('Credits that its marks are charged with, no more than they earn.') })
      .nullable()
      .describe('This execution was won by lot and cost nothing; null: it was paid for.'),
    materials: z
      .object({
        path: z.string().describe('The folder that holds them, read-only.'),
        files: z.int().describe('How many files.'),
        bytes: z.int().describe('What they hold together.'),
      })
      .nullable()
      .describe('What the operator lets agents read; null: nothing.'),
  })
  .meta({ id: 'Handshake', description: 'The content of env.json, written before each execution.' });

/** JSON Schema 2020-12 of the handshake, with everything it needs under `$defs`. */
export function handshakeJsonSchema(): unknown {
  const { $schema, ...schema } = z.toJSONSchema(HandshakeSchema, { io: 'output' });
  return { $schema, title: 'env.json', ...schema };
}

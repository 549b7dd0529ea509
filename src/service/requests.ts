import { isRecord } from '../domain/record.ts';
import { z } from 'zod';
import type { BidRequest as Bid } from '../domain/bid.ts';
import { accept, refuse, type Result } from '../domain/refusal.ts';
import { QUANTITY_MAX } from '../domain/resources.ts';
import { readBidRequest } from '../economy/market/bid-request.ts';
import {
  agentId,
  agentIdShape,
  bundleShape,
  credits,
  creditsShape,
  executionId,
  executionIdShape,
  readBy,
  readExecutionId,
  requestId,
  text,
} from './schema.ts';
import { parseShare } from '../domain/royalty.ts';
import { readCount } from '../intelligence/formats/screen.ts';
import { readTurns } from '../intelligence/inference.ts';
import { filesShape, readFiles } from './spawn-files.ts';

// The bodies that agents send. An `id` is the name of the component in OpenAPI.

const ownBid = {
  bundle: bundleShape,
  amount: creditsShape.describe(
    'Credits offered, with at most 6 decimals: at least the reserve cost of the bundle. Held until the bid ends.',
  ),
  earliest_cycle: z
    .int()
    .min(0)
    .max(QUANTITY_MAX)
    .optional()
    .describe('The first cycle in which it competes, at most market.bid_horizon_cycles ahead.'),
  payload: z
    .unknown()
    .optional()
    .describe('Any JSON, handed back in execution_context.payload of the handshake; at most market.payload_bytes_max.'),
  repeat: z
    .strictObject({
      until_cycle: z.int().min(0).max(QUANTITY_MAX).describe('The last cycle in which it is placed again.'),
      credits_per_day: creditsShape.describe('Credits that its bids may pay in a day of cycles; at least amount.'),
    })
    .optional()
    .describe('Place it again each time that an execution of the agent has ended, as its standing order.'),
};
const ownBidShape = z.strictObject(ownBid);

export const TransferRequest = z
  .strictObject({
    to: agentId('to', 'The agent that is paid.'),
    amount: credits('amount', 'Credits, with at most 6 decimals.'),
    memo: text('memo', 'For both sides to read; at most economy.memo_chars_max characters.').optional(),
    execution_id: executionId(),
  })
  .meta({ id: 'TransferRequest' });

export const BidRequest = readBy(
  'the body',
  z
    .strictObject({
      ...ownBid,
      for_agent_id: agentIdShape.optional().describe('Pay for the execution of this agent instead of an own one.'),
      execution_id: executionIdShape.optional().describe("The caller's own execution; another one is refused."),
    })
    .describe('An offer for one execution with one bundle.'),
  readBid,
).meta({ id: 'BidRequest' });

export const PromptRequest = z
  .strictObject({
    content: text('content', 'Text or Markdown; at most attention.prompt_bytes_max bytes.'),
    title: text('title', 'At most attention.title_chars_max characters.').optional(),
    request_id: requestId(
      'request_id',
      "The operator's request that it answers, such as request_3; an open one.",
    ).optional(),
    // The use case reads it: it is kept as the agent wrote it until the prompt ends.
    next_bid: z.unknown().meta(shown(ownBidShape, 'A bid to be placed when the prompt ends.')).optional(),
    files: readBy(
      'files',
      z
        .array(z.string())
        .describe(
          'Files of the workspace that are handed over with it as they are now, such as out/report.pdf. Number, sizes and names are limited by attention.',
        ),
      readNames,
    ).optional(),
    execution_id: executionId(),
  })
  .meta({ id: 'PromptRequest' });

export const MessageRequest = z
  .strictObject({
    to: agentId('to', 'The agent that receives it.'),
    content: text('content', 'At most economy.message_bytes_max bytes.'),
    execution_id: executionId(),
  })
  .meta({ id: 'MessageRequest' });

export const SpawnRequest = z
  .strictObject({
    id: agentId('id', 'Chosen by the parent, never reused; the system makes one where it is absent.').optional(),
    initial_credits: credits(
      'initial_credits',
      'The endowment of the child, on top of the fee: at least least_endowment of GET /market/state.',
    ),
    first_bid: readBy('first_bid', ownBidShape.describe('Placed at once, paid from the endowment.'), readOwnBid),
    royalty: readBy(
      'royalty',
      z
        .number()
        .min(0)
        .max(1)
        .describe(
          'The share of each reward of the child that goes to the caller until one of both has died; at most economy.royalty_max, less what the caller owes itself.',
        ),
      parseShare,
    ).optional(),
    files: readBy('files', filesShape, readFiles).optional(),
    template: text(
      'template',
      'A template that this home has the program of, such as python: its files are the workspace, under those in files.',
    ).optional(),
    execution_id: executionId(),
  })
  .meta({ id: 'SpawnRequest' });

export const InferenceRequest = z
  .strictObject({
    prompt: text('prompt', 'What the model is asked; instead of messages.').optional(),
    messages: readBy(
      'messages',
      z
        .array(
          z.strictObject({
            role: z.enum(['system', 'user', 'assistant']).describe('Who says it.'),
            content: z.string().describe('What is said.'),
          }),
        )
        .min(1)
        .describe('A conversation so far; instead of prompt.'),
      readTurns,
    ).optional(),
    model: text('model', 'One of GET /v1/models; intelligence.default_model where absent.').optional(),
    max_tokens: readBy(
      'max_tokens',
      z.int().min(1).describe('Output tokens at most; capped to what is left and to what the model may.'),
      readOutputMax,
    ).optional(),
    execution_id: executionId(),
  })
  .meta({ id: 'InferenceRequest' });

function readBid(input: unknown): Result<{ readonly bid: Bid; readonly execution_id: number | undefined }> {
  const { execution_id: id, ...rest } = isRecord(input) ? input : {};
  const executionId = id === undefined ? accept(undefined) : readExecutionId(id, 'execution_id');
  if (!executionId.ok) return executionId;
  const bid = readBidRequest(isRecord(input) ? rest : input, { mayBeForAnother: true });
  return bid.ok ? accept({ bid: bid.value, execution_id: executionId.value }) : bid;
}

function readOwnBid(input: unknown, field: string): Result<Bid> {
  return readBidRequest(input, { field, mayBeForAnother: false });
}

function shown(shape: z.ZodType, description: string): Record<string, unknown> {
  const schema: Record<string, unknown> = z.toJSONSchema(shape, { io: 'input' });
  delete schema['$schema'];
  return { ...schema, description };
}

function readOutputMax(value: unknown, field: string): Result<number> {
  const count = readCount({ [field]: value }, field);
  return count.ok ? accept(count.value ?? 1) : count;
}

/** Whether they can be had is the use case's to say. */
function readNames(value: unknown, field: string): Result<readonly string[]> {
  if (!Array.isArray(value)) return refuse('wrong_type', `${field} must be a list of names of files`, { field });
  for (const [index, name] of (value as readonly unknown[]).entries())
    if (typeof name !== 'string')
      return refuse('wrong_type', `${field}.${index} must be text`, { field: `${field}.${index}` });
  return accept(value as readonly string[]);
}

import { z } from 'zod';
import { inCurrency, MONEY_MAX, PRICE_MAX } from '../domain/model-price.ts';
import { QUANTITY_MAX } from '../domain/resources.ts';
import { decimals, text, TIMER_MS_MAX, whole } from './fields.ts';

/** How many budget tokens one real token of a model costs. */
const weight = (what: string) => decimals(0, 1000, 6).default(1).describe(`Budget tokens per real ${what} token.`);

const model = z
  .strictObject({
    name: text(200).describe('What agents ask for.'),
    upstream: text(200).optional().describe("The provider's own name for it; the same where absent."),
    aliases: z.array(text(200)).min(0).max(16).default([]).describe('Further names that agents may use.'),
    input_weight: weight('input'),
    output_weight: weight('output'),
    cached_weight: weight('cached input'),
    output_max: whole(1, QUANTITY_MAX).default(4096).describe('Output tokens that one answer may have.'),
    image_tokens: whole(0, 1_000_000)
      .default(6000)
      .describe('The most input tokens reserved for an image, and those for one whose size can not be told.'),
    image_pixels_per_token: whole(1, 1_000_000)
      .default(400)
      .describe('Pixels of an image for each input token reserved: under what the model takes, never over.'),
    tokenizer: z
      .enum(['auto', 'o200k', 'cl100k', 'bytes'])
      .default('auto')
      .describe('How input is counted before a call; bytes: one token for each byte, which is never too little.'),
    embeds: z.boolean().default(false).describe('true: for embeddings and nothing else.'),
  })
  .describe('A model.');

const provider = z
  .strictObject({
    name: text(64).describe('What logs and records call it.'),
    kind: z.enum(['openai', 'anthropic', 'google']).describe('The wire format that it speaks.'),
    base_url: z
      .url({ protocol: /^https?$/ })
      .min(1)
      .max(2000)
      .describe(
        'Such as https://api.openai.com/v1, https://api.anthropic.com, https://generativelanguage.googleapis.com or ' +
          'http://127.0.0.1:11434/v1.',
      ),
    key_env: text(200).optional().describe('The environment variable that holds the key.'),
    key_file: text(4096).optional().describe('The file that holds the key, where no variable does.'),
    output_field: z
      .enum(['max_tokens', 'max_completion_tokens'])
      .default('max_tokens')
      .describe('The field of a chat completion that caps its output; what an agent sends in the other is sent in it.'),
    concurrency: whole(1, 10_000).default(16).describe('Calls at the same time.'),
    concurrency_each: whole(1, 10_000)
      .nullable()
      .default(null)
      .describe('Calls of one execution at the same time; null: half of all.'),
    connect_timeout_ms: whole(10, 600_000).default(10_000).describe('Milliseconds to connect.'),
    idle_timeout_ms: whole(10, TIMER_MS_MAX)
      .default(120_000)
      .describe('Milliseconds without a byte after which a call has failed.'),
    answer_bytes_max: whole(1024, 268_435_456).default(16_777_216).describe('Bytes of one answer.'),
    models: z.array(model).min(1).max(256).describe('What agents may ask of it.'),
  })
  .refine(({ key_env: variable, key_file: file }) => variable === undefined || file === undefined, {
    path: ['key_file'],
    error: 'set key_env or key_file, not both',
  })
  .describe('A provider.');

/** Of the currency, for a million tokens. */
const price = (what: string) => decimals(0, inCurrency(PRICE_MAX), 6).describe(`For a million ${what} tokens.`);

const prices = z
  .record(
    text(200),
    z
      .strictObject({
        input: price('input'),
        cached_input: price('cached input').optional(),
        cache_write: price('input').optional().describe('For a million input tokens that are written to a cache.'),
        output: price('output'),
      })
      .describe('What a model costs.'),
  )
  .refine((all) => Object.keys(all).length <= 4096, { error: 'with at most 4096 of them' });

const money = (what: string) =>
  decimals(0, inCurrency(MONEY_MAX), 6).nullable().default(null).describe(`Money ${what}; null: no limit.`);
const tokens = (what: string) =>
  whole(0, 1_000_000_000_000_000)
    .nullable()
    .default(null)
    .describe(`Tokens ${what}, as the market sells them; null: no limit.`);

const limits = (what: string) =>
  z
    .strictObject({ money: money(what), tokens: tokens(what) })
    .prefault({})
    .describe(`What calls may cost ${what}.`);

export const intelligence = z
  .strictObject({
    providers: z.array(provider).min(0).max(16).default([]).describe('Providers of language models; none: no model.'),
    currency: z
      .string()
      .min(1)
      .max(16)
      .default('USD')
      .describe('What money is called: the currency of prices and budget.'),
    prices: prices
      .default({})
      .describe(
        'What models cost the operator, by the names that agents or the provider have for them: input, cached_input and cache_write (both as input where absent) and output, each for a million tokens.',
      ),
    budget: z
      .strictObject({ day: limits('in a day, by UTC'), total: limits('in all') })
      .prefault({})
      .describe('What models may cost the operator. At the end of it calls are refused and no tokens are sold.'),
    default_model: text(200)
      .nullable()
      .default(null)
      .describe('What /intelligence/inference asks where the agent names none; null: the first one.'),
    body_bytes_max: whole(1024, 67_108_864).default(8_388_608).describe('Bytes of the body of a call.'),
    images_max: whole(0, 1000).default(8).describe('Images in one call.'),
    queue_timeout_ms: whole(1, TIMER_MS_MAX)
      .default(60_000)
      .describe('Milliseconds that a call waits for its turn at a provider.'),
    stalled_timeout_ms: whole(10, TIMER_MS_MAX)
      .default(60_000)
      .describe('Milliseconds that an agent may leave a stream unread.'),
    answer_wait_ms: whole(0, TIMER_MS_MAX)
      .default(30_000)
      .describe('Milliseconds that the end of an execution waits for the answers of calls that it left.'),
    retries: whole(0, 10).default(2).describe('Further attempts where a provider failed before it produced anything.'),
    retry_base_ms: whole(1, 600_000).default(500).describe('Milliseconds before the first; each next one doubles.'),
    retry_wait_max_ms: whole(1, 600_000)
      .default(20_000)
      .describe('The longest wait between two attempts; a provider that asks for more has failed.'),
    breaker_failures: whole(1, 1000)
      .default(5)
      .describe('Failures in a row after which a provider is not asked for a while.'),
    breaker_ms: whole(1, TIMER_MS_MAX).default(30_000).describe('How long, in milliseconds.'),
    log_content: z.boolean().default(false).describe('Keep what agents ask and are answered with each record.'),
    content_chars_max: whole(1, 10_000_000).default(100_000).describe('Characters kept of each, where that is on.'),
    record: text(4096)
      .nullable()
      .default(null)
      .describe(
        'A file, relative to the home, that keeps what providers answer, by the content of the call; null: none.',
      ),
    replay: text(4096)
      .nullable()
      .default(null)
      .describe('Such a file: calls are answered from it and from nothing else; null: providers are asked.'),
    cassette_bytes_max: whole(4096, 1_099_511_627_776)
      .default(1_073_741_824)
      .describe('Bytes of the file that is recorded to; answers that come later are not kept.'),
  })
  .refine(({ record, replay }) => record === null || replay === null, {
    path: ['replay'],
    error: 'set intelligence.record or intelligence.replay, not both',
  })
  .prefault({})
  .describe('Language models that agents may ask.');

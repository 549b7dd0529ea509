import { isRecord } from '../../domain/record.ts';
import { accept, type Refusal, type Result } from '../../domain/refusal.ts';
import {
  failureIn,
  recordOf,
  type Asked,
  type Format,
  type Json,
  type Limits,
  type Passing,
  type Written,
} from './format.ts';
import { readEvent, textOf, usageIn } from './google-answer.ts';
import { CALL, KEPT_THERE, word } from './google-shapes.ts';
import { inCamelCase, spelt } from './google-spelling.ts';
import { checkFilled, checkImages, readFrame, type Screened } from './screen.ts';
import { newReading, readFields, told, type Reading, type Shape } from './shape.ts';

/** Google's way to ask a model for a whole answer. */
export const generateContent: Format = {
  route: '/v1beta/models/{model}:generateContent',
  kind: 'google',
  path: '/v1beta/models/{model}:generateContent',
  read: (body, limits) => readCall(body, limits, { isStream: false }),
  write,
  usageOf: (answer) => usageIn(answer['usageMetadata']),
  textOf,
  failureOf: (answer) => failureIn(answer, ['candidates', 'promptFeedback', 'usageMetadata']),
  readEvent,
  eventsOf: (answer) => [answer],
  lastEvent: '',
};

/** The same as a stream, which is asked for as events in whatever shape its agent wants it. */
export const streamGenerateContent: Format = {
  ...generateContent,
  route: '/v1beta/models/{model}:streamGenerateContent',
  path: '/v1beta/models/{model}:streamGenerateContent?alt=sse',
  read: (body, limits) => readCall(body, limits, { isStream: true }),
};

/** Google's way to count a call's input without making it. It has no output and is not billed. */
export const countContent: Format = {
  ...generateContent,
  route: '/v1beta/models/{model}:countTokens',
  path: '/v1beta/models/{model}:countTokens',
  read: readCounted,
  write({ body }, { model }) {
    const { generateContentRequest: whole } = body;
    const named = isRecord(whole) ? { generateContentRequest: { ...whole, model: `models/${model}` } } : body;
    return { body: named, removed: [] };
  },
  usageOf: () => ({ input: 0, cached: 0, output: 0 }),
  textOf: () => '',
  failureOf: (answer) => failureIn(answer, ['totalTokens']),
};

/** The body of a call whose model stands in its address. */
export function addressedTo(model: string, body: unknown): unknown {
  return isRecord(body) ? { ...body, model } : body;
}

const REFUSED = { cachedContent: KEPT_THERE, continuationToken: KEPT_THERE };
const COUNT = { contents: CALL.contents, generateContentRequest: spelt({ ...CALL, model: word }, REFUSED) };

interface Body extends Screened {
  readonly model: string;
  readonly reading: Reading;
}

function readBody(raw: unknown, shapes: Readonly<Record<string, Shape>>): Result<Body> {
  const named = isRecord(raw) ? inCamelCase(raw) : accept(raw);
  if (!named.ok) return named;
  const frame = readFrame(named.value, { allowed: new Set(['model', ...Object.keys(shapes)]), refused: REFUSED });
  if (!frame.ok) return frame;
  const { model, kept, removed } = frame.value;
  // It stands in the address.
  delete kept['model'];
  const reading = newReading();
  const wrong = readFields(kept, shapes, reading);
  return wrong ?? accept({ model, kept, reading, removed: [...removed, ...reading.removed] });
}

function checkContents(body: Json, { images }: Reading, { imagesMax }: Limits): Refusal | undefined {
  return checkFilled(body, 'contents') ?? checkImages(images.length, imagesMax);
}

function readCall(body: unknown, limits: Limits, { isStream }: Pick<Asked, 'isStream'>): Result<Asked> {
  const read = readBody(body, CALL);
  if (!read.ok) return read;
  const { model, kept, reading, removed } = read.value;
  const refusal = checkContents(kept, reading, limits);
  if (refusal) return refusal;
  const { maxOutputTokens, candidateCount = 1 } = recordOf(kept['generationConfig']);
  const outputMax = maxOutputTokens === undefined ? undefined : Number(maxOutputTokens);
  return accept({
    ...{ model, isStream, outputMax, answers: Number(candidateCount), ...told(reading), tokenNumbers: 0 },
    ...{ removed, body: kept },
  });
}

function readCounted(body: unknown, limits: Limits): Result<Asked> {
  const read = readBody(body, COUNT);
  if (!read.ok) return read;
  const { model, kept, reading, removed } = read.value;
  const { generateContentRequest: whole = kept } = kept;
  const refusal = checkContents(recordOf(whole), reading, limits);
  if (refusal) return refusal;
  return accept({
    ...{ model, isStream: false, outputMax: undefined, answers: 0, ...told(newReading()), tokenNumbers: 0 },
    ...{ removed, body: kept },
  });
}

function write({ body, outputMax: wanted }: Asked, { outputMax }: Passing): Written {
  const limit = Math.min(wanted ?? outputMax, outputMax);
  const { thinkingConfig: thinking, ...config } = recordOf(body['generationConfig']);
  const [thinkingConfig, removed] = isRecord(thinking) ? thinkingWithin(limit, thinking) : [undefined, []];
  const generationConfig = { ...config, maxOutputTokens: limit, ...(thinkingConfig && { thinkingConfig }) };
  // Without `store` the provider may keep the call.
  return { body: { ...body, store: false, generationConfig }, removed };
}

/** The most that a model of Google's wants for its thoughts at least. */
const THINKING_MIN = 512;

/** Thoughts come out of the output: where they may take all of it, half is left for the answer, and the least is theirs. */
function thinkingWithin(limit: number, config: Json): [config: Json, removed: readonly string[]] {
  const { thinkingBudget: budget, ...rest } = config;
  if (typeof budget !== 'number' || budget < limit) return [config, []];
  const half = Math.floor(limit / 2);
  if (half >= THINKING_MIN) return [{ ...rest, thinkingBudget: half }, []];
  return [rest, ['generationConfig.thinkingConfig.thinkingBudget']];
}

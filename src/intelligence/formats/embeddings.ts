import { accept, refuse, type Result } from '../../domain/refusal.ts';
import { usageIn } from './chat.ts';
import { failureIn, type Asked, type Format } from './format.ts';
import { checkFilled, readFrame } from './screen.ts';
import { newReading, readFields, settings } from './shape.ts';

const FIELDS = {
  allowed: new Set(['model', 'input', 'dimensions', 'encoding_format']),
  refused: {},
};

/** OpenAI's embeddings: they have input only. */
export const embeddings: Format = {
  route: '/v1/embeddings',
  kind: 'openai',
  path: '/embeddings',
  read,
  write: ({ body }, { model }) => ({ body: { ...body, model }, removed: [] }),
  usageOf: (answer) => usageIn(answer['usage']),
  textOf: () => '',
  failureOf: (answer) => failureIn(answer, ['data', 'usage']),
  eventsOf: () => [],
  lastEvent: '',
  readEvent: () => ({ failure: 'embeddings are not streamed' }),
};

function read(raw: unknown): Result<Asked> {
  const frame = readFrame(raw, FIELDS);
  if (!frame.ok) return frame;
  const { kept, removed, model } = frame.value;
  const refusal =
    checkFilled(kept, 'input', { isText: true }) ??
    readFields(kept, settings('dimensions', 'encoding_format'), newReading());
  if (refusal) return refusal;
  const input = (Array.isArray(kept['input']) ? kept['input'].flat() : [kept['input']]) as unknown[];
  if (!input.every((item) => typeof item === 'string' || Number.isSafeInteger(item)))
    return refuse('wrong_type', 'input must be text, or a list of texts or of token numbers', { field: 'input' });
  const texts = input.filter((item) => typeof item === 'string');
  return accept({
    ...{ model, isStream: false, outputMax: undefined, answers: 0, texts, extras: [], parts: texts.length },
    ...{ images: [], tokenNumbers: input.length - texts.length, removed, body: kept },
  });
}

import { accept, refuse } from '../../domain/refusal.ts';
import { ANSWERS_MAX } from './chat.ts';
import { recordOf } from './format.ts';
import { spelt } from './google-spelling.ts';
import { many, NOT_RUN_HERE, tools } from './google-tools.ts';
import { notAllowed, readCount } from './screen.ts';
import { imageData, json, label, listOf, words, type Shape } from './shape.ts';

export const KEPT_THERE = 'it is kept at the provider';
const ONLY_TEXT = 'only text is billed here';
const ELSEWHERE = { fileData: 'send the content itself' };

/** Of what no model is shown. */
const number = ofType('number', 'a number');
const flag = ofType('boolean', 'true or false');
export const word = ofType('string', 'text');

const blob = spelt({ mimeType: word, data: imageData });

/** What sound, films and documents cost is not known before. */
const image: Shape = (value, field, into) => {
  const read = blob(value, field, into);
  if (read.ok && !/^image\//i.test(String(recordOf(read.value)['mimeType'])))
    return notAllowed(field, 'only images are sent as data');
  return read;
};

const PART = {
  ...{ thought: flag, inlineData: image, mediaResolution: spelt({ level: word }) },
  // It holds thoughts, which the model reads again.
  thoughtSignature: label,
  functionCall: spelt({ id: label, name: label, args: json }),
  functionResponse: spelt({
    ...{ id: label, name: label, response: json },
    parts: many(spelt({ inlineData: image }, ELSEWHERE)),
  }),
};
const NO_PART = {
  ...{ ...ELSEWHERE, videoMetadata: ONLY_TEXT, audioTranscription: ONLY_TEXT },
  ...{ executableCode: NOT_RUN_HERE, codeExecutionResult: NOT_RUN_HERE },
  ...{ toolCall: NOT_RUN_HERE, toolResponse: NOT_RUN_HERE },
};
const said = spelt({ ...PART, text: words }, NO_PART);
/** Thoughts that are sent back: of earlier turns they may be dropped. */
const thought = spelt({ ...PART, text: label }, NO_PART);

const content = spelt({
  role: word,
  parts: many((value, field, into) => (recordOf(value)['thought'] === true ? thought : said)(value, field, into)),
});

const count: Shape = (value, field) => readCount({ [field]: value }, field);

const answers: Shape = (value, field, into) => {
  const read = count(value, field, into);
  if (read.ok && Number(read.value) > ANSWERS_MAX)
    return refuse('too_large', `${field} must be at most ${ANSWERS_MAX}`, { field, limit: ANSWERS_MAX });
  return read;
};

const modality: Shape = (value, field) =>
  String(value).toUpperCase() === 'TEXT' ? accept(value) : notAllowed(field, ONLY_TEXT);

/** 0 is none at all, -1 as many as the model likes. */
const thinkingBudget: Shape = (value, field) =>
  Number.isSafeInteger(value) && Number(value) >= -1
    ? accept(value)
    : refuse('invalid_value', `${field} must be -1, 0 or a whole number of tokens`, { field });

const generationConfig = spelt(
  {
    ...{ maxOutputTokens: count, candidateCount: answers, stopSequences: listOf(word), seed: number },
    ...{ temperature: number, topP: number, topK: number, presencePenalty: number, frequencyPenalty: number },
    ...{ responseLogprobs: flag, logprobs: number, mediaResolution: word, responseModalities: listOf(modality) },
    ...{ responseMimeType: word, responseSchema: json, responseJsonSchema: json },
    responseFormat: many(spelt({ text: spelt({ mimeType: word, schema: json }) }, ONLY_TEXT)),
    thinkingConfig: spelt({ thinkingBudget, thinkingLevel: word, includeThoughts: flag }),
  },
  { speechConfig: ONLY_TEXT, imageConfig: ONLY_TEXT },
);

/** The fields of a call. */
export const CALL = {
  contents: many(content),
  systemInstruction: content,
  tools,
  toolConfig: spelt({ functionCallingConfig: spelt({ mode: word, allowedFunctionNames: listOf(word) }) }),
  safetySettings: many(spelt({ category: word, threshold: word })),
  generationConfig,
};

function ofType(type: 'string' | 'number' | 'boolean', what: string): Shape {
  return (value, field) =>
    typeof value === type ? accept(value) : refuse('wrong_type', `${field} must be ${what}`, { field });
}

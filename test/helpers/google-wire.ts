/** What Google's servers are told to send: the part of a fake provider's behaviour that has a form of its own there. */
interface Told {
  readonly words: readonly string[];
  readonly thoughts?: readonly string[];
  readonly tool?: { readonly name: string; readonly input: unknown };
  readonly usage: { readonly input: number; readonly cached?: number; readonly output: number } | null;
  readonly rawUsage?: unknown;
}

interface Call {
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export function isGoogles({ path }: Pick<Call, 'path'>): boolean {
  return path.includes('/v1beta/models/');
}

export function googleAnswer({ path, body }: Call, told: Told): object {
  if (path.endsWith(':countTokens')) return { totalTokens: told.usage?.input ?? 0 };
  const thoughts = (told.thoughts ?? []).map((text) => ({ text, thought: true }));
  const parts = [...thoughts, ...(told.tool ? [toolPart(told.tool)] : [{ text: told.words.join('') }])];
  return chunk(path, candidates(body, parts, 'STOP'), usageMetadata(told));
}

/** Each chunk reports the prompt; the last one the whole, and then the connection ends. */
export function googleEvents(
  { path, body }: Call,
  told: Told,
): readonly [before: string[], chunks: string[], after: string[]] {
  const event = (part: object, usage: unknown, finish?: string) =>
    `data: ${JSON.stringify(chunk(path, candidates(body, [part], finish), usage))}\r\n\r\n`;
  const begun = told.usage && { promptTokenCount: told.usage.input, totalTokenCount: told.usage.input };
  const parts = [
    ...(told.thoughts ?? []).map((text) => ({ text, thought: true })),
    ...(told.tool ? [toolPart(told.tool)] : told.words.map((text) => ({ text }))),
  ];
  return [[], parts.map((part) => event(part, begun)), [event({ text: '' }, usageMetadata(told), 'STOP')]];
}

export function googleError(code: number, message: string, details?: readonly object[]): object {
  return { error: { code, message, status: 'SOME_STATUS', ...(details && { details }) } };
}

function toolPart({ name, input }: NonNullable<Told['tool']>): object {
  return { functionCall: { name, args: input }, thoughtSignature: 'c2lnbmVk' };
}

/** Of each answer that was asked for. */
function candidates(body: Call['body'], parts: readonly object[], finishReason?: string): readonly object[] {
  const { candidateCount: answers = 1 } = (body['generationConfig'] ?? {}) as { candidateCount?: number };
  const content = { parts, role: 'model' };
  return Array.from({ length: answers }, (_, index) => ({
    ...{ content, index },
    ...(finishReason !== undefined && { finishReason }),
  }));
}

function chunk(path: string, candidates: readonly object[], usage: unknown): object {
  const [, model] = /models\/(.+):/.exec(path) ?? [];
  return { candidates, ...(usage !== undefined && { usageMetadata: usage }), modelVersion: model, responseId: 'r-1' };
}

function usageMetadata({ usage, rawUsage }: Told): unknown {
  if (rawUsage !== undefined) return rawUsage;
  if (usage === null) return undefined;
  const { input, cached, output } = usage;
  return {
    ...{ promptTokenCount: input, candidatesTokenCount: output, totalTokenCount: input + output },
    ...(cached !== undefined && { cachedContentTokenCount: cached }),
    promptTokensDetails: [{ modality: 'TEXT', tokenCount: input }],
  };
}

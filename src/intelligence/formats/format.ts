import { isRecord } from '../../domain/record.ts';
import type { Result } from '../../domain/refusal.ts';
import type { TokenUsage } from '../../domain/tokens.ts';
import type { ImageSize } from './image-size.ts';

export type ProviderKind = 'openai' | 'anthropic' | 'google';
export type Json = Readonly<Record<string, unknown>>;

/** What a call asks for, after everything that an agent may not ask for was taken out or refused. */
export interface Asked {
  readonly model: string;
  readonly isStream: boolean;
  /** Output tokens of each answer; undefined where the agent named no limit. */
  readonly outputMax: number | undefined;
  readonly answers: number;
  /** The words that the model will read: a provider's own figure can't be far below these. */
  readonly texts: readonly string[];
  /** What else may count as input: names, tools, thoughts that are sent back. */
  readonly extras: readonly string[];
  /** Messages, parts and the like, each of which costs some tokens of its own. */
  readonly parts: number;
  /** Undefined where the size of one can't be told. */
  readonly images: readonly (ImageSize | undefined)[];
  /** Input given as token numbers. */
  readonly tokenNumbers: number;
  /** Names of fields that were taken out. */
  readonly removed: readonly string[];
  /** The fields to be passed on. */
  readonly body: Json;
}

export interface Limits {
  readonly imagesMax: number;
}

/** A body for the provider, and what had to be taken out of it to fit it into its limits. */
export interface Written {
  readonly body: Json;
  readonly removed: readonly string[];
}

/** How a call is passed to a provider. */
export interface Passing {
  /** The provider's name for the model. */
  readonly model: string;
  readonly outputMax: number;
  readonly outputField: 'max_tokens' | 'max_completion_tokens';
}

/** What a stream has brought so far. */
export interface StreamEvent {
  /** Text that the model produced, in whatever form it is sent; a summary of its thoughts is billed as what it sums up. */
  readonly text?: string;
  /** Text that may have come in pieces before, and the kind of event that says it once more. */
  readonly again?: { readonly by: string; readonly text: string };
  /** As far as this event reports it; of what several report, the most counts. */
  readonly usage?: Partial<TokenUsage>;
  /** Whether the figures are now those of the whole call. */
  readonly isTotal?: boolean;
  /** The agent didn't ask for this event. */
  readonly isHidden?: boolean;
  /** The answers that have told why they end, by their numbers: after all of them no more need to come. */
  readonly finished?: readonly number[];
  /** The answer is complete. */
  readonly isLast?: boolean;
  /** The provider says that it failed. */
  readonly failure?: string;
}

/** The numbers of those answers among several that tell why they end. */
export function finishedIn(answers: readonly Json[], reason: string): readonly number[] {
  return answers.flatMap((answer, place) =>
    typeof answer[reason] === 'string' ? [figure(answer['index']) ?? place] : [],
  );
}

/** A failure that a provider tells of in an answer with a status of success. */
export interface ReportedFailure {
  readonly message: string;
  /** The status that it should have had, where it says so. */
  readonly status: number | undefined;
}

/** One wire format: reads calls, writes them for the provider, and finds in its answers what they used. */
export interface Format {
  readonly route: string;
  readonly kind: ProviderKind;
  /** Under the provider's base URL; `{model}` stands for its name of the model. */
  readonly path: string;
  /** Reads a body. Refuses what an agent may not ask for, and what can't be counted. */
  read(body: unknown, limits: Limits): Result<Asked>;
  write(asked: Asked, passing: Passing): Written;
  /** What the provider reports; undefined where it doesn't, or where its figures can't be right. */
  usageOf(answer: Json): TokenUsage | undefined;
  /** Everything that was produced, to be counted; without summaries of thoughts. */
  textOf(answer: Json): string;
  /** Why an answer with a status of success is none. */
  failureOf(answer: Json): ReportedFailure | undefined;
  /** A whole answer as the events of a stream, for a provider that sends no streams. */
  eventsOf(answer: Json): readonly Json[];
  /** What ends a stream, for one whose provider left it out. */
  readonly lastEvent: string;
  /** The meaning of one event of a stream; its data is text. */
  readEvent(data: string, asked: Asked): StreamEvent;
}

/** No call of one answer has used more; a figure above is an error of the provider's. */
const FIGURE_MAX = 100_000_000;

/** A reported number of tokens, or undefined where it can't be one. */
export function figure(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= FIGURE_MAX ? Number(value) : undefined;
}

export function recordOf(value: unknown): Json {
  return isRecord(value) ? value : {};
}

export function listOf(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

export function textIn(...values: readonly unknown[]): string {
  return values.filter((value) => typeof value === 'string').join('');
}

/** What a content says as a text or as a list of parts; thoughts may be a list of their own within it. */
export function textOfParts(value: unknown): string {
  if (typeof value === 'string') return value;
  return listOf(value)
    .map(({ text, refusal, thinking }) => textIn(text, refusal) + textOfParts(thinking))
    .join('');
}

/** An `error` in an answer, as most formats write it; `code` is a status or a name. */
export function reportedFailure(error: unknown): ReportedFailure | undefined {
  if (error === undefined || error === null) return undefined;
  const { message, code, type } = recordOf(error);
  const status = Number(code);
  return {
    message: textIn(message) || textIn(error) || textIn(type) || 'it says so',
    status: Number.isInteger(status) && status >= 400 && status <= 599 ? status : undefined,
  };
}

/**
 * Why an answer is none: it tells of an error, or lacks a field that every answer of its format has. Some servers write
 * an empty error beside an answer.
 */
export function failureIn(answer: Json, fields: readonly string[]): ReportedFailure | undefined {
  const { error, message, detail, code } = answer;
  if (error !== '' && error !== false) {
    const failure = reportedFailure(error);
    if (failure) return failure;
  }
  if (fields.some((field) => answer[field] !== undefined && answer[field] !== null)) return undefined;
  return reportedFailure({ message: textIn(message) || textIn(detail) || 'nothing that an answer has', code });
}

/** The JSON of an event's data, or undefined where it is none. */
export function parseEvent(data: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(data);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

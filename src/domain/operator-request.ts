import { refuse, type Refusal } from './refusal.ts';
import { checkContent } from './text.ts';
import { checkFileName } from './workspace-files.ts';

/** Later times have no form that all who read ISO 8601 know. */
const UNTIL_BEFORE = Date.UTC(10_000, 0);

/** A wish that the operator published, as the store keeps it. */
export interface OperatorRequest {
  readonly id: number;
  readonly text: string;
  /** Names of its files. */
  readonly files: readonly string[];
  readonly publishedAt: number;
  /** From this time of day on it is closed; null: until somebody closes it. */
  readonly until: number | null;
  readonly closedAt: number | null;
  /** The prompt that the operator took for its answer. */
  readonly answeredBy: number | null;
  /** When its text was let go of; null while it is kept. */
  readonly purgedAt: number | null;
}

/** Time alone closes it, whether anybody has noted that or not. */
export function isOpen({ closedAt, until }: Pick<OperatorRequest, 'closedAt' | 'until'>, now: number): boolean {
  return closedAt === null && (until === null || until > now);
}

/** Where a sandbox has it. */
export function materialPath(requestId: number, name: string): string {
  return `/materials/requests/${requestId}/${name}`;
}

export interface RequestDraft {
  readonly text: string;
  readonly files: readonly RequestFile[];
  readonly until: number | null;
}

export interface RequestFile {
  readonly name: string;
  readonly bytes: number;
}

export interface RequestLimits {
  readonly text_bytes_max: number;
  readonly files_max: number;
  readonly files_bytes_max: number;
}

/**
 * Whether this can be published at this time.
 * Refuses: what `checkContent` refuses of the text, `too_small`, `too_large`, `too_many_files`, `files_too_large`, `invalid_path`.
 */
export function checkRequest({ text, files, until }: RequestDraft, limits: RequestLimits, now: number) {
  return (
    checkContent(text, 'text', limits.text_bytes_max) ??
    checkBlank(text) ??
    checkUntil(until, now) ??
    checkFiles(files, limits)
  );
}

function checkBlank(text: string): Refusal | undefined {
  return text.trim() === '' ? refuse('empty', 'text must say what is wished for', { field: 'text' }) : undefined;
}

function checkUntil(until: number | null, now: number): Refusal | undefined {
  if (until === null) return undefined;
  if (until <= now)
    return refuse('too_small', `until must be ahead; it is ${new Date(now).toISOString()} now`, { field: 'until' });
  if (until < UNTIL_BEFORE) return undefined;
  return refuse('too_large', 'until must be before the year 10000; without it a request stays open', {
    field: 'until',
  });
}

function checkFiles(files: readonly RequestFile[], { files_max: most, files_bytes_max: bytesMax }: RequestLimits) {
  if (files.length > most)
    return refuse('too_many_files', `a request has at most ${most} files`, { field: 'file', limit: most });
  if (files.reduce((sum, { bytes }) => sum + bytes, 0) > bytesMax)
    return refuse('files_too_large', `all files of a request together must be at most ${bytesMax} bytes`, {
      field: 'file',
      limit: bytesMax,
    });
  const seen = new Set<string>();
  for (const { name } of files) {
    const refusal = checkFileName(name, 'file') ?? checkTwin(name, seen);
    if (refusal) return refusal;
    seen.add(alike(name));
  }
  return undefined;
}

function checkTwin(name: string, seen: ReadonlySet<string>): Refusal | undefined {
  if (!seen.has(alike(name))) return undefined;
  return refuse('invalid_path', `two files are called ${JSON.stringify(name)}; they come to lie side by side`, {
    field: 'file',
  });
}

/** Some hosts keep both names in one place. */
function alike(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

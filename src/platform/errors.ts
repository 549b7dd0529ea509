import { ERROR_KINDS, type ErrorCode, type ErrorKind } from './error-codes.ts';

/**
 * An operating error: something outside the program is not as it must be.
 * Code branches on `code` or `kind`; people read `message` and `hint`, one line each.
 */
export class BpError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    { hint, cause }: { readonly hint?: string; readonly cause?: unknown } = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'BpError';
    this.code = code;
    this.hint = hint;
  }

  get kind(): ErrorKind {
    return ERROR_KINDS[this.code];
  }
}

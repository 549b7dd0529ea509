/**
 * An operating error: something outside the program is not as it must be.
 * Code branches on `code`; people read `message` and `hint`, one line each.
 */
export class BpError extends Error {
  readonly code: string;
  readonly hint: string | undefined;

  constructor(
    code: string,
    message: string,
    { hint, cause }: { readonly hint?: string; readonly cause?: unknown } = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'BpError';
    this.code = code;
    this.hint = hint;
  }
}

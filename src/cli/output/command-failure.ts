import { CommanderError } from 'commander';
import { refuse, type Refusal, type RefusalCode, type Result } from '../../domain/refusal.ts';
import { storeFailure } from '../../economy/home/store-failure.ts';
import { BpError } from '../../platform/errors.ts';
import { sanitiseLine } from '../../terminal/sanitise.ts';

/** Wrong input: what was asked for was refused, and nothing has changed. */
class Refused extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

/** What was asked for has been shown, and what it shows is not in order. */
export class NotInOrder extends Error {}

/** How the program ends. */
export interface Failure {
  /** One line, safe for a terminal; undefined where nothing is left to be said. */
  readonly message: string | undefined;
  readonly exitCode: number;
}

const WRONG_INPUT = 2;
const FAILED = 1;

/** The value, or `Refused` thrown. */
export function valueOf<T>(result: Result<T>): T {
  if (!result.ok) throw new Refused(result);
  return result.value;
}

/** Throws `Refused`. */
export function reject(code: RefusalCode, message: string, detail: { readonly field?: string } = {}): never {
  throw new Refused(refuse(code, message, detail));
}

/** The one place where an error becomes a line and an exit code: 2 for wrong input, 1 for a failure. */
export function failureOf(error: unknown): Failure {
  if (error instanceof NotInOrder) return { message: undefined, exitCode: FAILED };
  if (error instanceof Refused) return told(WRONG_INPUT, error.refusal.message, error.refusal.code);
  if (error instanceof CommanderError) return commandFailure(error);
  const known = error instanceof BpError ? error : storeFailure(error);
  if (known) return told(known.kind === 'input' ? WRONG_INPUT : FAILED, sentence(known), known.code);
  const system = systemFailure(error);
  if (system) return system;
  return told(FAILED, `this is a fault of bp-agents: ${textOf(error)}`, 'internal_error');
}

/** Message and hint in one line. */
function sentence({ message, hint }: BpError): string {
  return hint === undefined ? message : `${message}; ${hint}`;
}

function told(exitCode: number, message: string, code: string): Failure {
  return { message: sanitiseLine(`${message.replaceAll(/\s*\n\s*/g, ' ')} (${code})`, 2000), exitCode };
}

const HELP: Readonly<Record<string, string>> = {
  'commander.unknownCommand': '; bp-agents --help lists the commands',
  'commander.unknownOption': '; --help lists the options',
};

/** Help and version are thrown, too. */
function commandFailure({ code, exitCode, message }: CommanderError): Failure {
  if (exitCode === 0 || code === 'commander.help') return { message: undefined, exitCode: 0 };
  const [said = '', ...suggestion] = message.replace(/^error: /, '').split('\n');
  const meant = suggestion.join(' ').replace(/^\(Did you mean (.*)\?\)$/, '; did you mean $1?');
  const name = code.replace('commander.', '').replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return told(WRONG_INPUT, `${said}${meant === '' ? (HELP[code] ?? '') : meant}`, name);
}

/** What the operating system refused: a full disk, a folder that may not be written. */
function systemFailure(error: unknown): Failure | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, syscall, path } = error as NodeJS.ErrnoException;
  if (code === undefined || syscall === undefined) return undefined;
  const place = path ?? (syscall === 'write' ? 'the output' : syscall);
  if (code === 'ENOSPC' || code === 'EDQUOT') return told(FAILED, `the disk is full: ${place} can't be written`, code);
  const reason = error.message.replace(/^\w+: /, '').replace(/, \w+( '.*)?$/, '');
  return told(FAILED, `${place}: ${reason}`, code);
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

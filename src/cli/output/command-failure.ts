import { CommanderError } from 'commander';
import { REFUSALS, refuse, type Refusal, type RefusalCode, type Result } from '../../domain/refusal.ts';
import { storeFailure } from '../../economy/home/store-failure.ts';
import type { ErrorKind } from '../../platform/error-codes.ts';
import { BpError } from '../../platform/errors.ts';
import { problemType } from '../../protocol/problem.ts';
import { sanitiseLine } from '../../terminal/sanitise.ts';

/** Wrong input: what was asked for was refused, and nothing has changed. */
class Refused extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

/** What was asked for has been shown, and isn't in order. The message is for programs: people have read it already. */
export class NotInOrder extends Error {}

/** How the program ends. */
export interface Failure {
  /** One line, safe for a terminal; undefined where nothing is left to be said to people. */
  readonly message: string | undefined;
  /** The same for programs; undefined where nothing has failed. */
  readonly problem: CommandProblem | undefined;
  readonly exitCode: number;
}

/** RFC 9457, as the System Service has it, with the exit code in the place of an HTTP status. */
export interface CommandProblem {
  readonly type: string;
  readonly title: string;
  readonly detail: string;
  readonly code: string;
  readonly field?: string;
  readonly limit?: number | string;
  /** What helps. */
  readonly hint?: string;
  readonly exit_code: number;
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

/** The one place where an error becomes a line, a problem and an exit code: 2 for wrong input, 1 for a failure. */
export function failureOf(error: unknown): Failure {
  if (error instanceof NotInOrder)
    return { ...told(FAILED, { ...NOT_IN_ORDER, detail: error.message }), message: undefined };
  if (error instanceof Refused) return refusedFailure(error.refusal);
  if (error instanceof CommanderError) return commandFailure(error);
  const known = error instanceof BpError ? error : storeFailure(error);
  if (known) return operatingFailure(known);
  const system = systemFailure(error);
  if (system) return system;
  return told(FAILED, {
    title: REFUSALS.internal_error,
    detail: `this is a fault of bp-agents: ${textOf(error)}`,
    code: 'internal_error',
  });
}

const NOT_IN_ORDER = { title: 'What was looked at is not in order.', code: 'not_in_order' };

const TITLES: Readonly<Record<ErrorKind, string>> = {
  input: 'The input is wrong.',
  engine: 'The engine in which agents run is not as it must be.',
  sandbox: 'Something is in the way of agents on this machine.',
  disk: 'A disk has no room.',
  other: 'Something outside of the program is not as it must be.',
};

function refusedFailure({ message, code, field, limit }: Refusal): Failure {
  const where = { ...(field !== undefined && field !== '' && { field }), ...(limit !== undefined && { limit }) };
  return told(WRONG_INPUT, { title: REFUSALS[code], detail: message, code, ...where });
}

/** Message and hint in one line. */
function operatingFailure({ message, hint, kind, code }: BpError): Failure {
  const exitCode = kind === 'input' ? WRONG_INPUT : FAILED;
  const known = { title: TITLES[kind], detail: message, code };
  return told(exitCode, hint === undefined ? known : { ...known, hint });
}

/** More of an error nobody reads. */
const DETAIL_CHARS_MAX = 2000;

function told(exitCode: number, said: Omit<CommandProblem, 'type' | 'exit_code'>): Failure {
  const { code, hint } = said;
  const detail = inOneLine(said.detail);
  const sentence = hint === undefined ? detail : `${detail}; ${inOneLine(hint)}`;
  return {
    message: sanitiseLine(`${sentence} (${code})`, DETAIL_CHARS_MAX),
    problem: { type: problemType(code), ...said, detail: detail.slice(0, DETAIL_CHARS_MAX), exit_code: exitCode },
    exitCode,
  };
}

function inOneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, ' ');
}

const HELP: Readonly<Record<string, string>> = {
  'commander.unknownCommand': '; bp-agents --help lists the commands',
  'commander.unknownOption': '; --help lists the options',
};

/** Help and version are thrown, too. */
function commandFailure({ code, exitCode, message }: CommanderError): Failure {
  if (exitCode === 0 || code === 'commander.help') return { message: undefined, problem: undefined, exitCode: 0 };
  const [said = '', ...suggestion] = message.replace(/^error: /, '').split('\n');
  const meant = suggestion.join(' ').replace(/^\(Did you mean (.*)\?\)$/, '; did you mean $1?');
  const name = code.replace('commander.', '').replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const detail = `${said}${meant === '' ? (HELP[code] ?? '') : meant}`;
  return told(WRONG_INPUT, { title: 'The command line is not one of this program.', detail, code: name });
}

/** What the operating system refused: a full disk, a folder that may not be written. */
function systemFailure(error: unknown): Failure | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, syscall, path } = error as NodeJS.ErrnoException;
  if (code === undefined || syscall === undefined) return undefined;
  const place = path ?? (syscall === 'write' ? 'the output' : syscall);
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return told(FAILED, { title: TITLES.disk, detail: `the disk is full: ${place} can't be written`, code });
  const reason = error.message.replace(/^\w+: /, '').replace(/, \w+( '.*)?$/, '');
  return told(FAILED, { title: 'The operating system has refused it.', detail: `${place}: ${reason}`, code });
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

import { refuse, type Refusal } from './refusal.ts';
import { wrongPath } from './workspace-files.ts';

/** A file that was handed over with a prompt. */
export interface PromptFile {
  /** As the agent has named it: its path in the workspace. */
  readonly name: string;
  readonly bytes: number;
  /** Of its content, hexadecimal. */
  readonly sha256: string;
  /** Whether its content can still be had. */
  readonly isKept: boolean;
}

/** Why a file of a workspace can't be had. */
export type FileFault = 'missing' | 'no_file' | 'link' | 'unreadable' | 'too_large' | 'changed';

/** Files of a workspace as they were at one moment: all that were asked for, in that order, or none. */
export type Snapshot =
  { readonly contents: readonly Uint8Array[] } | { readonly fault: FileFault; readonly index: number };

/**
 * Takes a snapshot of files of a running agent's workspace, `bytesMax` at most in all. The paths are relative, as
 * `checkFileNames` has them. Rejects where nobody can look there, as after the execution's end.
 */
export type TakeFiles = (paths: readonly string[], bytesMax: number) => Promise<Snapshot>;

export interface FileNameLimits {
  readonly filesMax: number;
  readonly nameCharsMax: number;
}

/**
 * Whether these can be the names of files that are handed over. They must be paths inside the workspace. They must be
 * able to stand in one folder on whatever filesystem the operator has, and no shell or program there may take them for
 * anything but a file.
 * Refuses: `too_many_files`, `invalid_path`.
 */
export function checkFileNames(names: readonly string[], limits: FileNameLimits): Refusal | undefined {
  const { filesMax, nameCharsMax } = limits;
  if (names.length > filesMax)
    return refuse('too_many_files', `at most ${filesMax} files with a prompt`, { field: 'files', limit: filesMax });
  const files = new Set<string>();
  const folders = new Set<string>();
  for (const [index, name] of names.entries()) {
    const field = `files.${index}`;
    const wrong = wrongPath(name, nameCharsMax) ?? wrongOutside(name);
    if (wrong !== undefined) return refuse('invalid_path', `${shown(name)}: the name of a file ${wrong}`, { field });
    const path = folded(name);
    const above = foldersOf(path);
    if (files.has(path) || folders.has(path) || above.some((folder) => files.has(folder)))
      return refuse('invalid_path', `${shown(name)}: another file has that name, or one that differs in case alone`, {
        field,
      });
    files.add(path);
    for (const folder of above) folders.add(folder);
  }
  return undefined;
}

/** What a snapshot was refused for, as a sentence. */
export function faultOf(fault: FileFault, index: number, name: string, bytesMax: number): Refusal {
  const field = `files.${index}`;
  if (fault === 'missing') return refuse('file_not_found', `${shown(name)} is not in the workspace`, { field });
  if (fault === 'too_large')
    return refuse('files_too_large', `with ${shown(name)} the files are more than ${bytesMax} bytes`, {
      field,
      limit: bytesMax,
    });
  return refuse('file_refused', `${shown(name)} ${FAULTS[fault]}`, { field });
}

const FAULTS = {
  no_file: 'must be a plain file, no folder, pipe, socket or device',
  link: 'must be a file itself, and stand in folders, without a link on its way',
  unreadable: 'must be readable by the agent',
  changed: 'changed while it was read; hand it over when it is written',
} as const;

/** Hidden files mean something to shells, to git and to editors, and a leading hyphen to every command. */
function wrongOutside(name: string): string | undefined {
  if (name.split('/').some((part) => /^[\s.\-~]/u.test(part)))
    return 'must have no part that begins with a space, a dot, - or ~';
  if (name.split('/').some((part) => /[\s.]$/u.test(part))) return 'must have no part that ends in a space or a dot';
  return undefined;
}

function foldersOf(path: string): readonly string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'));
}

/** A sentence repeats no more of what an agent wrote than helps. */
function shown(name: string): string {
  return JSON.stringify(name.length > 100 ? `${name.slice(0, 100)}…` : name);
}

/** The same for what some filesystem takes for one name. */
function folded(name: string): string {
  return name.normalize('NFKD').toUpperCase().toLowerCase().normalize('NFKD');
}

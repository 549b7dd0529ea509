import {
  closeSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  realpathSync,
  rmdirSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { stateDirectory, workspacesDirectory } from '../config/home-places.ts';
import { checkId, formatId } from '../domain/ids.ts';
import { checkFileNames } from '../domain/prompt-files.ts';
import { accept, refuse, type Refusal, type Result } from '../domain/refusal.ts';
import type { Prompt } from '../domain/attention.ts';
import { snapshot } from '../economy/snapshot.ts';
import { contentOfFile, findPrompt } from '../economy/views/prompt-view.ts';
import { makeFolder } from '../platform/folder.ts';
import type { Home } from './home.ts';

/** What was handed over with a prompt, as it lies on the operator's disk now. */
export interface TakenFiles {
  readonly agentId: string;
  readonly files: readonly { readonly name: string; readonly bytes: number; readonly sha256: string }[];
}

/** Neither to be run nor to be written to by others. */
const FILE_MODE = 0o644;
const FOLDER_MODE = 0o755;
const NEW_FILE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/**
 * Writes the files of a prompt below `directory`, an absolute path that is new or an empty folder: all of them or none.
 * Nothing that is there is replaced or followed.
 * Refuses: `invalid_id`, `prompt_not_found`, `file_not_found`, `invalid_path`, `invalid_value`.
 */
export function takeFiles({ economy, directory: home }: Home, promptId: number, directory: string): Result<TakenFiles> {
  return snapshot(economy, () => {
    const wrongId = checkId('prompt', promptId);
    if (wrongId) return wrongId;
    const prompt = findPrompt(economy, promptId);
    if (!prompt) return refuse('prompt_not_found', 'the id must be that of a prompt; bp-agents prompts lists them');
    const wrong = checkKept(prompt) ?? checkPlace(home, directory);
    if (wrong) return wrong;
    const { agentId, files } = prompt;
    writeAll(directory, files, (number) => {
      const content = contentOfFile(economy, promptId, number);
      if (!content) throw new Error(`file ${number} of ${formatId('prompt', promptId)} is gone`);
      return content;
    });
    return accept({ agentId, files: files.map(({ name, bytes, sha256 }) => ({ name, bytes, sha256 })) });
  });
}

/** Names were checked when they came; whatever stands in the database, none leads out of the folder. */
function checkKept({ id, files, purgedAt }: Prompt): Refusal | undefined {
  const prompt = formatId('prompt', id);
  if (purgedAt !== null) return refuse('file_not_found', `${prompt} was purged, and what it brought`);
  if (files.length === 0) return refuse('file_not_found', `${prompt} brought no files`);
  if (files.some(({ isKept }) => !isKept))
    return refuse('file_not_found', `the files of ${prompt} are kept no longer: newer ones came (history.files_mb)`);
  const names = files.map(({ name }) => name);
  return checkFileNames(names, { filesMax: Infinity, nameCharsMax: Infinity });
}

function checkPlace(home: string, directory: string): Refusal | undefined {
  const wrong = (why: string) => refuse('invalid_value', `DIR must be ${why}`, { field: 'dir' });
  const found = statSync(directory, { throwIfNoEntry: false });
  if (found && !(found.isDirectory() && readdirSync(directory).length === 0))
    return wrong('a folder that is not there yet, or is empty: nothing is replaced');
  if (!found && lstatSync(directory, { throwIfNoEntry: false }))
    return wrong('a folder, not a link that leads nowhere');
  const place = realPlace(directory);
  const isOurs = [workspacesDirectory(home), stateDirectory(home)].some((folder) => isWithin(place, realPlace(folder)));
  return isOurs ? wrong('outside of workspaces and .bp-agents, where agents may write meanwhile') : undefined;
}

/** Without links, as far as it is there. */
function realPlace(path: string): string {
  let there = path;
  while (!existsSync(there) && dirname(there) !== there) there = dirname(there);
  return join(realpathSync(there), relative(there, path));
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder + sep);
}

function writeAll(directory: string, files: Prompt['files'], contentOf: (number: number) => Uint8Array): void {
  /** What is there by us, the innermost last. */
  const made: (() => void)[] = [];
  try {
    if (!existsSync(directory)) {
      makeFolder(directory);
      made.push(() => rmdirSync(directory));
    }
    const folders = new Set<string>();
    for (const [number, { name }] of files.entries()) {
      const parts = name.split('/');
      for (let depth = 1; depth < parts.length; depth++) {
        const folder = join(directory, ...parts.slice(0, depth));
        if (folders.has(folder)) continue;
        // One that somebody else has made meanwhile is theirs.
        mkdirSync(folder, { mode: FOLDER_MODE });
        made.push(() => rmdirSync(folder));
        folders.add(folder);
      }
      const path = join(directory, ...parts);
      writeNew(path, contentOf(number), () => made.push(() => unlinkSync(path)));
    }
  } catch (error) {
    for (const undo of made.reverse()) quietly(undo);
    throw error;
  }
}

function writeNew(path: string, content: Uint8Array, made: () => void): void {
  const file = openSync(path, NEW_FILE, FILE_MODE);
  made();
  try {
    for (let at = 0; at < content.byteLength;) at += writeSync(file, content, at);
  } finally {
    closeSync(file);
  }
}

/** What failed first is what is told. */
function quietly(work: () => void): void {
  try {
    work();
  } catch {
    // A folder into which somebody else has put something stays.
  }
}

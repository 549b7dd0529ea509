import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

export interface BrowserOptions {
  /** Of the program: `BROWSER` names commands, `PATH` where they are. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
}

/** A command that fails does so soon; one that is still there then is the browser itself. */
const FAILS_MS = 3000;

/**
 * Opens a file or an address in the person's browser: by `BROWSER`, as other programs take it (commands between colons,
 * `%s` for what is to be opened), else by what the system has for it. False where nothing did.
 */
export async function openInBrowser(target: string, options: BrowserOptions): Promise<boolean> {
  for (const [command, ...words] of candidates(target, options))
    if (command !== undefined && (await starts(command, words))) return true;
  return false;
}

function candidates(target: string, { environment, platform }: BrowserOptions): readonly (readonly string[])[] {
  const wanted = (environment['BROWSER'] ?? '').split(':').filter((command) => command.trim() !== '');
  if (wanted.length > 0) return wanted.map((command) => wordsOf(command, target));
  if (platform === 'darwin') return [['open', target]];
  const known = ['xdg-open', 'wslview', 'gio'].filter((name) => isThere(name, environment['PATH'] ?? ''));
  return known.map((name) => (name === 'gio' ? [name, 'open', target] : [name, target]));
}

function wordsOf(command: string, target: string): readonly string[] {
  const words = command.trim().split(/\s+/);
  return command.includes('%s') ? words.map((word) => word.replaceAll('%s', () => target)) : [...words, target];
}

function isThere(name: string, path: string): boolean {
  return path.split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function starts(command: string, words: readonly string[]): Promise<boolean> {
  return new Promise((resolve) => {
    // It outlives this program, and says nothing in its terminal.
    const child = spawn(command, words, { stdio: 'ignore', detached: true });
    const patience = setTimeout(() => resolve(true), FAILS_MS);
    const end = (isOpen: boolean) => {
      clearTimeout(patience);
      resolve(isOpen);
    };
    child.once('error', () => end(false));
    child.once('exit', (code) => end(code === 0));
    child.unref();
  });
}

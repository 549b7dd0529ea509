import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { Fault } from './fault.mjs';
import { ROOT } from './places.mjs';

/**
 * Runs a program in the foreground, with our terminal and arguments, and resolves with its exit code.
 * Its end by a signal is ours too.
 *
 * A signal reaches it once: from the terminal Ctrl-C goes to every process of the foreground group, the child among
 * them, so passing it on as well would make two of one; any other signal was sent to us alone.
 * @param {string} command
 * @param {readonly string[]} args
 * @returns {Promise<number>}
 */
export function foreground(command, args) {
  return endOf(spawn(command, args, { cwd: ROOT, stdio: 'inherit' }));
}

/**
 * Runs a program beside the one in the foreground. What it prints is held back until `show` is called, and appears as
 * it comes from then on.
 * @param {string} command
 * @param {readonly string[]} args
 */
export function heldBack(command, args) {
  const child = spawn(command, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  /** @type {(() => void)[]} */
  let held = [];
  let isShown = false;
  for (const [from, to] of /** @type {const} */ ([
    [child.stdout, process.stdout],
    [child.stderr, process.stderr],
  ]))
    from.on('data', (chunk) => {
      if (isShown) to.write(chunk);
      else held.push(() => to.write(chunk));
    });
  return {
    ended: endOf(child, 'close'),
    show() {
      isShown = true;
      for (const print of held) print();
      held = [];
    },
  };
}

/**
 * Resolves with the child's exit code, and passes on to it what ends us meanwhile.
 * @param {import('node:child_process').ChildProcess} child
 * @param {'exit' | 'close'} end
 * @returns {Promise<number>}
 */
function endOf(child, end = 'exit') {
  /** @type {Map<NodeJS.Signals, () => void>} */
  const handlers = new Map();
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    const fromTerminal = signal !== 'SIGTERM' && process.stdin.isTTY;
    handlers.set(signal, () => void (fromTerminal || child.kill(signal)));
  }
  for (const [signal, handler] of handlers) process.on(signal, handler);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once(end, (code, signal) => {
      for (const [name, handler] of handlers) process.off(name, handler);
      if (signal) process.kill(process.pid, signal);
      else resolve(code ?? 1);
    });
  });
}

/**
 * Runs a program out of sight; its output goes to a file, so that it also outlives us whole.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ log: string, env?: NodeJS.ProcessEnv }} options
 */
export async function logged(command, args, { log, env = process.env }) {
  const descriptor = openSync(log, 'a', 0o600);
  // In a session of its own: Ctrl-C here must not stop a package manager half-way.
  const child = spawn(command, args, { detached: true, stdio: ['ignore', descriptor, descriptor], env });
  closeSync(descriptor);
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (exitCode) => resolve(exitCode));
  });
  if (code !== 0) throw new Fault(`${[command, ...args].join(' ')} failed: ${lastLine(log)} (all of it: ${log})`);
}

/**
 * What a program prints; rejects where it can't be run or was stopped by the signal.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, signal?: AbortSignal | undefined }} options
 * @returns {Promise<{ code: number, output: string }>}
 */
export function captured(command, args, { cwd = ROOT, env = process.env, signal } = {}) {
  if (signal?.aborted) return Promise.reject(signal.reason);
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  /** @type {Buffer[]} */
  const chunks = [];
  child.stdout.on('data', (chunk) => chunks.push(chunk));
  child.stderr.on('data', (chunk) => chunks.push(chunk));
  const stop = () => void child.kill();
  signal?.addEventListener('abort', stop);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      signal?.removeEventListener('abort', stop);
      if (signal?.aborted) reject(signal.reason);
      else resolve({ code: code ?? 1, output: Buffer.concat(chunks).toString() });
    });
  });
}

/** The last line with something in it. @param {string} path */
export function lastLine(path) {
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.findLast((line) => line.trim() !== '')?.trim() ?? 'no output';
}

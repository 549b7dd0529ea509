import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutionRequest } from '../../src/sandbox/sandbox.ts';
import { files } from './docker-sandbox.ts';

const FOLDER = join(import.meta.dirname, '..', 'hostile', 'agents');

/** The texts of a hostile agent of `test/hostile/agents`, by file name. */
export function hostileTexts(name: string): Readonly<Record<string, string>> {
  const shared = { 'attack.py': read('attack.py'), 'client.py': read('client.py'), 'kernel.py': read('kernel.py') };
  return { 'main.py': read(`${name}.py`), ...shared };
}

export function hostileFiles(name: string): ExecutionRequest['files'] {
  return files(hostileTexts(name));
}

/** A Python agent that has what the hostile agents share. */
export function attacker(text: string): ExecutionRequest['files'] {
  return files({
    'main.py': `from attack import *\nimport time, threading\n${text}\n`,
    'attack.py': read('attack.py'),
  });
}

/** What a hostile agent says came of its attacks: the last line it printed. */
export function foundIn(output: string): Readonly<Record<string, unknown>> {
  const line = output.trimEnd().split('\n').at(-1) ?? '';
  try {
    return JSON.parse(line) as Readonly<Record<string, unknown>>;
  } catch {
    throw new Error(`the agent told nothing, but printed: ${output}`);
  }
}

function read(name: string): string {
  return readFileSync(join(FOLDER, name), 'utf8');
}

/** Whether each of these attempts was refused with an error. */
export function allRefused(attempts: unknown): boolean {
  return Array.isArray(attempts) && attempts.length > 0 && attempts.every((one) => /^E[A-Z0-9]+$/.test(String(one)));
}

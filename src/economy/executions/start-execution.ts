import { hash } from 'node:crypto';
import type { WaitingFile } from '../../domain/agent-files.ts';
import type { EssentialLimit, Execution } from '../../domain/execution.ts';
import type { Program } from '../../domain/template.ts';
import type { Economy } from '../economy.ts';
import { beginLaying, finishLaying } from '../agents/agent-files.ts';
import { programOf } from '../agents/program-of.ts';
import { handshakeOf, type ExecutionStart } from './handshake.ts';
import { STORE } from '../internal/store-key.ts';

const TOKEN_BYTES = 32;

/** What the sandbox needs to start an execution. */
export interface StartingExecution {
  readonly execution: Execution;
  readonly agentNumber: number;
  /** JSON for `env.json`; holds the token, which is stored nowhere else. */
  readonly handshake: string;
  /** The bearer token; agents also get it in their environment. */
  readonly token: string;
  /** Files to be laid before the handshake is written. */
  readonly files: readonly WaitingFile[];
  /** The number of their set; undefined where none waits. */
  readonly fileSet: number | undefined;
  /** What the agent finds beside its workspace. */
  readonly program: Program | undefined;
}

/**
 * `allocated → starting`: makes the token (only its hash is stored) and the handshake, and marks as handed what is in
 * it. Undefined where the execution is no longer `allocated`.
 */
export function startExecution(
  deps: Economy,
  executionId: number,
  start: ExecutionStart,
): StartingExecution | undefined {
  const { [STORE]: store, random } = deps;
  return store.transaction(() => {
    const token = Buffer.from(random.bytes(TOKEN_BYTES)).toString('base64url');
    if (!store.executions.markStarting(executionId, hashToken(token))) return undefined;
    const execution = store.executions.get(executionId);
    const agent = store.agents.find(execution.agentId);
    if (!agent) throw new Error(`execution ${executionId} has no agent`);
    const handshake = JSON.stringify(handshakeOf(deps, execution, { ...start, token }), undefined, 2);
    store.messages.markHanded(agent.id, executionId);
    store.prompts.markHanded(agent.id, executionId);
    const set = beginLaying(deps, agent.id);
    const { files = [], number: fileSet } = set ?? {};
    const program = programOf(deps, agent.id);
    return { execution, agentNumber: agent.number, handshake, token, files, fileSet, program };
  });
}

/** How an execution begins to run. */
export interface Beginning {
  /** What its engine doesn't hold. */
  readonly unheld: readonly EssentialLimit[];
  /** As it was started with. */
  readonly fileSet: number | undefined;
  /** Of that set: changed since it was given, and left as it was. */
  readonly kept: readonly string[];
}

/**
 * `starting → running`, committed before "go": from here on it is never run again. The workspace has its files. False where the execution is no longer `starting`: then "go" must not be given.
 */
export function markRunning(deps: Economy, executionId: number, { unheld, fileSet, kept }: Beginning): boolean {
  const { [STORE]: store, clock } = deps;
  return store.transaction(() => {
    if (!store.executions.markRunning(executionId, clock.now(), unheld)) return false;
    if (fileSet !== undefined) finishLaying(deps, store.executions.get(executionId).agentId, { number: fileSet, kept });
    return true;
  });
}

/** What is stored of a token: SHA-256, hexadecimal. */
export function hashToken(token: string): string {
  return hash('sha256', token, 'hex');
}

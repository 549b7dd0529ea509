import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BpError } from '../../../platform/errors.ts';
import { outputPath } from '../../../config/home-places.ts';
import { removeOutput } from '../../content/output-file.ts';
import { removeTrialRunFolder, trialRunFolder } from '../../content/workspace.ts';
import { withDeadline } from '../../../platform/deadline.ts';
import { trialRunId } from '../../execution-id.ts';
import type { ExecutionEnd } from '../../sandbox.ts';
import type { EngineAddress } from '../client/engine-address.ts';
import { engineMessage, statusBehind } from '../client/engine-error.ts';
import type { HeldLimit } from '../client/held-limits.ts';
import type { SandboxParts } from '../sandbox-parts.ts';
import { discardExecution } from './discard-execution.ts';
import type { DockerExecution } from './docker-execution.ts';
import { prepareExecution } from './prepare-execution.ts';

/** `address` is for messages. */
export type TrialRunDeps = SandboxParts & { readonly address: EngineAddress };

const GREETING = 'bp-agents probe';
const TRIAL_MS_MAX = 60_000;
const MARK = 'seen';
/** What its program exits with; anything else is an end that it didn't choose. */
const EXIT = { ok: 0, noService: 11, notWritable: 12, network: 13 } as const;

const PROGRAM = `
import os, socket, sys
for path, column in (("/proc/net/route", 0), ("/proc/net/ipv6_route", -1)):
    try:
        with open(path) as f:
            devices = [line.split()[column] for line in f if line.strip()]
    except OSError:
        continue
    if any(device not in ("Iface", "lo") for device in devices):
        print(*devices)
        sys.exit(${EXIT.network})
try:
    with open("/workspace/${MARK}", "w") as f:
        f.write(open("/workspace/env.json").read())
except OSError as e:
    print(e)
    sys.exit(${EXIT.notWritable})
try:
    s = socket.create_connection(("127.0.0.1", 8080), 5)
    s.settimeout(5)
    answer = s.recv(64)
except OSError as e:
    print(e)
    sys.exit(${EXIT.noService})
sys.exit(${EXIT.ok} if answer == b"${GREETING}" else ${EXIT.noService})
`;

/**
 * Runs one small agent in just the container that every agent gets. Checks that it sees its workspace, reaches what
 * serves it and has no network. Resolves with which limits held.
 *
 * Rejects with `sandbox_mounts`, which names the cause, where the engine doesn't bring them there; with `sandbox_probe`
 * where it ends in any other way; and as `prepareExecution` does.
 */
export async function trialRun(deps: TrialRunDeps, signal: AbortSignal): Promise<readonly HeldLimit[]> {
  const executionId = trialRunId(deps.clock.now().toString(36));
  try {
    const { end, limits } = await run(deps, executionId, signal);
    const problem = await findProblem(deps, executionId, end);
    if (problem !== undefined) throw mountsError(problem, deps.address);
    return limits;
  } finally {
    await discardExecution(deps, executionId).catch(() => undefined);
    await deps.workspaces.drop(trialRunFolder(executionId));
    await removeTrialRunFolder(deps.home, executionId);
    await removeOutput(outputPath(deps.home, executionId));
  }
}

interface Trial {
  readonly end: ExecutionEnd;
  readonly limits: readonly HeldLimit[];
}

async function run(deps: TrialRunDeps, executionId: string, signal: AbortSignal): Promise<Trial> {
  const { clock } = deps;
  const execution = await prepare(deps, executionId, signal);
  const late = () =>
    new BpError('sandbox_probe', `a trial run of the sandbox did not end within ${TRIAL_MS_MAX / 1000} s`);
  execution.serve((connection) => connection.on('error', () => undefined).end(GREETING));
  return withDeadline({ clock, milliseconds: TRIAL_MS_MAX, signal, late }, async () => {
    await execution.go();
    return { end: await execution.ended, limits: execution.limits };
  });
}

async function prepare(deps: TrialRunDeps, executionId: string, signal: AbortSignal): Promise<DockerExecution> {
  try {
    return await prepareExecution(
      deps,
      {
        executionId,
        agentId: 'probe',
        agentNumber: 0,
        folder: trialRunFolder(executionId),
        bundle: { cpuMs: 10_000, memoryMb: 64, tokens: 0, attention: 0 },
        wallMs: 30_000,
        handshake: executionId,
        files: [{ path: 'main.py', content: Buffer.from(PROGRAM), executable: false }],
        environment: {},
        mounts: [],
      },
      signal,
    );
  } catch (error) {
    // A source that the engine doesn't find is a bad request; a few say that it is their own fault.
    const status = statusBehind(error);
    if (status !== 400 && status !== 500) throw error;
    throw mountsError(`folders of this machine do not reach a container: ${engineMessage(error)}`, deps.address);
  }
}

/** What kept the trial run from seeing what it should have seen, or undefined. */
async function findProblem(
  { home, workspaces }: TrialRunDeps,
  executionId: string,
  end: ExecutionEnd,
): Promise<string | undefined> {
  if (end.cause === 'not_runnable') return 'workspaces do not reach a container';
  if (end.cause === 'exited' && end.exitCode === EXIT.notWritable)
    return 'a container can not write into its workspace';
  if (end.cause !== 'exited' || end.exitCode !== EXIT.ok) {
    const output = await readFile(outputPath(home, executionId), 'utf8').catch(() => '');
    const said = output
      .replace(/[^\x20-\x7e]+/g, ' ')
      .trim()
      .slice(-200);
    const hasNetwork = end.cause === 'exited' && end.exitCode === EXIT.network;
    throw new BpError(
      'sandbox_probe',
      hasNetwork
        ? `this engine gives a container a network although none is asked for: ${said}`
        : `a trial run of the sandbox failed: ${end.detail}${said === '' ? '' : `: ${said}`}`,
      { hint: hasNetwork ? 'use another engine' : 'build the image anew with `bp-agents image`' },
    );
  }
  const placement = await workspaces.placement();
  const { paths } = await workspaces.resume(executionId, trialRunFolder(executionId), placement);
  const mark = join(paths.root, MARK);
  const seen = await readFile(mark, 'utf8').catch(() => undefined);
  return seen === executionId ? undefined : 'what a container writes into its workspace does not reach this machine';
}

function mountsError(problem: string, { url }: EngineAddress): BpError {
  const cause = `the engine at ${url} does not see the folders of this machine, or not all of them`;
  return new BpError('sandbox_mounts', `${problem}; ${cause}`, {
    hint: 'see docs/handbook/machines-and-engines.md#which-hosts-work',
  });
}

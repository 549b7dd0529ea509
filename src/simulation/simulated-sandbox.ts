import type { Clock } from '../platform/clock.ts';
import type { Snapshot } from '../domain/prompt-files.ts';
import { BpError } from '../platform/errors.ts';
import type {
  AdoptedExecution,
  AdoptionRequest,
  ExecutionEnd,
  ExecutionRequest,
  PreparedExecution,
  Sandbox,
} from '../sandbox/sandbox.ts';
import type { Dice } from './dice.ts';
import type { Faults } from './faults.ts';
import { never, type Fuse } from './fuse.ts';
import type { Container, SimulatedEngine } from './simulated-engine.ts';

export interface SimulatedSandboxDeps {
  readonly engine: SimulatedEngine;
  readonly clock: Clock;
  readonly dice: Dice;
  readonly faults: Faults;
  readonly fuse: Fuse;
}

/** As long as the real sandbox waits for an answer of the engine. */
const CALL_MS_MAX = 60_000;
const PREPARE_MS = [20, 900] as const;
const CALL_MS = [1, 30] as const;
const VANISH_MS = [1, 30_000] as const;
const END_LATE_MS = [500, 20_000] as const;

/** One orchestrator's way to the engine. */
export function simulatedSandbox(deps: SimulatedSandboxDeps): Sandbox {
  const { engine, fuse } = deps;
  const prepared = new Set<Container>();

  /** A call to the engine: takes a moment, or a minute, and fails while it is down. */
  function call<T>(what: string, signal: AbortSignal | undefined, work: () => T): Promise<T> {
    return fuse.through(what, async () => {
      await answer(deps, signal);
      engine.checkUp();
      return work();
    });
  }

  return {
    check: (signal) => call('check', signal, () => []),
    ping: (signal) => call('ping', signal, () => undefined),
    prepare: (request, signal) =>
      fuse.through('prepare', () => prepare(deps, request, signal, (container) => prepared.add(container))),
    adopt: (request, signal) => fuse.through('adopt', () => adopt(deps, request, signal)),
    discard: (executionId) =>
      fuse.through('discard', async () => {
        await answer(deps, undefined);
        engine.checkUp();
        if (deps.faults.strikes('clean_up_fails')) throw new BpError('sandbox_engine', 'not removed (simulated)');
        engine.remove(executionId);
      }),
    close: () =>
      call('close', undefined, () => {
        for (const { phase, executionId } of prepared) if (phase === 'waiting') engine.remove(executionId);
      }),
    forget: () => Promise.resolve(),
    sweep: (keep, signal) =>
      call('sweep', signal, () => {
        for (const executionId of [...engine.containers.keys()]) if (!keep.has(executionId)) engine.remove(executionId);
      }),
    materials: () => Promise.resolve({ content: null, files: 0, bytes: 0, news: undefined }),
    place: ({ key, source }, signal) => call('place', signal, () => void engine.contents.set(key, source.kind)),
    keepContent: (kind, keys, signal) =>
      call('keepContent', signal, () => {
        for (const [key, one] of [...engine.contents]) if (one === kind && !keys.has(key)) engine.contents.delete(key);
      }),
    erase: (signal) =>
      call('erase', signal, () => {
        engine.contents.clear();
        for (const executionId of [...engine.containers.keys()]) engine.remove(executionId);
      }),
  };
}

async function answer({ clock, dice, faults }: SimulatedSandboxDeps, signal: AbortSignal | undefined): Promise<void> {
  await clock.sleep(dice.whole(...CALL_MS), signal);
  if (!faults.strikes('engine_hangs')) return;
  await clock.sleep(CALL_MS_MAX, signal);
  throw new BpError('sandbox_engine_unreachable', 'the engine did not answer within 60 s (simulated)');
}

async function prepare(
  deps: SimulatedSandboxDeps,
  request: ExecutionRequest,
  signal: AbortSignal,
  isReady: (container: Container) => void,
): Promise<PreparedExecution> {
  const { engine, clock, dice, faults, fuse } = deps;
  engine.checkUp();
  const container = engine.create(request);
  try {
    await clock.sleep(dice.whole(...PREPARE_MS), signal);
    if (faults.strikes('prepare_hangs')) await clock.sleep(CALL_MS_MAX, signal);
    engine.checkUp();
    if (faults.strikes('workspace_fails'))
      throw new BpError('sandbox_workspace', 'env.json is a directory that is not empty (simulated)');
    if (faults.strikes('prepare_fails')) throw new BpError('sandbox_engine', 'no container was made (simulated)');
  } catch (error) {
    // Dead code must not clean up; what is left is found at the next start.
    if (fuse.isBlown()) return never();
    engine.remove(request.executionId);
    throw error;
  }
  isReady(container);
  return {
    ...handle(deps, container),
    unheld: [],
    keptFiles: [],
    go: () =>
      fuse.through('go', async () => {
        if (faults.strikes('start_fails')) engine.end(container, { cause: 'start_failed', exitCode: null });
        engine.go(container);
        if (faults.strikes('vanishes'))
          clock.sleep(dice.whole(...VANISH_MS)).then(
            () => engine.vanish(container),
            () => undefined,
          );
        await clock.sleep(dice.whole(...CALL_MS));
      }),
  };
}

async function adopt(
  deps: SimulatedSandboxDeps,
  request: AdoptionRequest,
  signal: AbortSignal,
): Promise<AdoptedExecution> {
  await answer(deps, signal);
  deps.engine.checkUp();
  if (deps.faults.strikes('adopt_unanswered'))
    throw new BpError('sandbox_engine_unreachable', 'the engine went away (simulated)');
  const container = deps.engine.containers.get(request.executionId);
  if (container) return { ...handle(deps, container), hadEnded: container.phase === 'ended' };
  return {
    ended: Promise.resolve(LOST),
    stop: () => Promise.resolve(),
    ...UNSERVED,
    takeFiles: () => Promise.reject(new BpError('sandbox_content', 'it has vanished (simulated)')),
    requests: 0,
    keepRequests: () => undefined,
    hadEnded: true,
  };
}

function handle(
  deps: SimulatedSandboxDeps,
  container: Container,
): Omit<PreparedExecution, 'go' | 'unheld' | 'keptFiles'> {
  const { engine, clock, dice, fuse } = deps;
  return {
    ended: fuse.through('the end', () => endOf(deps, container)),
    stop: () =>
      fuse.through('stop', async () => {
        await clock.sleep(dice.whole(...CALL_MS));
        engine.end(container, { cause: 'stopped', exitCode: null });
      }),
    ...UNSERVED,
    takeFiles: (paths, bytesMax) => fuse.through('take', async () => takeFiles(deps, container, paths, bytesMax)),
    requests: container.requests,
    keepRequests(count) {
      container.requests = count;
    },
  };
}

/** Of what its workspace was given: simulated programs write nothing. */
async function takeFiles(
  { engine, clock, dice }: SimulatedSandboxDeps,
  { executionId, files }: Container,
  paths: readonly string[],
  bytesMax: number,
): Promise<Snapshot> {
  await clock.sleep(dice.whole(...CALL_MS));
  engine.checkUp();
  if (engine.containers.get(executionId)?.phase !== 'running')
    throw new BpError('sandbox_content', `${executionId} has ended (simulated)`);
  let room = bytesMax;
  const contents: Uint8Array[] = [];
  for (const [index, path] of paths.entries()) {
    const content = files.get(path);
    if (content === undefined) return { fault: 'missing', index };
    room -= content.byteLength;
    if (room < 0) return { fault: 'too_large', index };
    contents.push(content);
  }
  return { contents };
}

async function endOf({ clock, dice, faults }: SimulatedSandboxDeps, container: Container): Promise<ExecutionEnd> {
  const end = await new Promise<ExecutionEnd | undefined>((resolve) => {
    if (container.phase === 'ended') resolve(container.end);
    else container.onEnd.add(resolve);
  });
  if (faults.strikes('end_late')) await clock.sleep(dice.whole(...END_LATE_MS));
  // A container that never got its "go" and is gone has run nothing.
  return end ?? LOST;
}

/** Simulated agents ask by no connection: `OrchestratorLife.takes` stands for it. */
const unknown = () => Promise.resolve(undefined);
const UNSERVED = { serve: () => undefined, usedCpuMs: unknown, memoryPeakBytes: unknown };

const LOST: ExecutionEnd = {
  ...{ cause: 'lost', detail: 'vanished (simulated)', exitCode: null, signal: null },
  usage: {
    ...{ cpuMs: null, memoryPeakBytes: null, wallMs: null },
    ...{ workspaceBytes: null, workspaceFiles: null, outputBytes: null },
  },
};

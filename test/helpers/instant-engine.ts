import { rmSync } from 'node:fs';
import { workspacesDirectory } from '../../src/config/home-places.ts';
import type { EnginePort } from '../../src/cli/cli-deps.ts';
import { micro } from '../../src/domain/credits.ts';
import { parseId } from '../../src/domain/ids.ts';
import { bundleCost } from '../../src/domain/resources.ts';
import { onceFree } from '../../src/economy/home/database-patience.ts';
import type { Economy } from '../../src/economy/economy.ts';
import type { Caller } from '../../src/economy/executions/caller.ts';
import { placeBid } from '../../src/economy/market/place-bid.ts';
import { submitPrompt } from '../../src/economy/attention/submit-prompt.ts';
import type { Endpoints } from '../../src/orchestrator/deps.ts';
import type { ExecutionEnd, ExecutionRequest, PreparedExecution, Sandbox } from '../../src/sandbox/sandbox.ts';
import { layInFolder, lookInFolder } from '../../src/sandbox/content/workspace-update.ts';
import { accepted, BARE, WITH_ATTENTION } from './economy.ts';
import { STORE } from '../../src/economy/internal/store-key.ts';

/** What an agent does while it runs, with the economy in place of the System Service. */
export type Behaviour = (caller: Caller, economy: Economy) => void | Promise<void>;

/** Bids for its next execution, with attention every other time, and shows a prompt where it may. */
export const liveOn: Behaviour = ({ executionId, agentId }, economy) => {
  const { attention } = economy[STORE].executions.get(executionId).bundle;
  const draft = { title: 'A letter', content: `Mark execution ${executionId}.` };
  const bundle = attention === 1 ? BARE : WITH_ATTENTION;
  const live = () => {
    if (attention === 1) accepted(submitPrompt(economy, { executionId, agentId }, draft));
    accepted(placeBid(economy, agentId, { bundle, amount: bundleCost(bundle, economy[STORE].markets.prices()) }));
  };
  return onceFree(economy, () => economy[STORE].transaction(live));
};

/** Bids for another life without attention, as one that is always at work. */
export const workOn: Behaviour = ({ agentId }, economy) => {
  const amount = () => 2 * bundleCost(BARE, economy[STORE].markets.prices());
  const work = () => void accepted(placeBid(economy, agentId, { bundle: BARE, amount: micro(amount()) }));
  return onceFree(economy, () => economy[STORE].transaction(work));
};

const DONE: ExecutionEnd = {
  cause: 'exited',
  detail: 'exited with code 0',
  exitCode: 0,
  signal: null,
  usage: {
    cpuMs: 12.5,
    memoryPeakBytes: 8_000_000,
    wallMs: 40,
    workspaceBytes: 4096,
    workspaceFiles: 2,
    outputBytes: 0,
  },
};

const STOPPED: ExecutionEnd = { ...DONE, cause: 'stopped', detail: 'stopped by the operator', exitCode: null };

/** An engine without containers, but with workspaces: each execution does what the test says and has then completed. */
export function instantEngine(behave: Behaviour): EnginePort {
  return {
    open: () => Promise.reject(new Error('nothing is left here')),
    machine: () => Promise.resolve(undefined),
    putBackWorkspaces: () => Promise.resolve(),
    bringProgram: (_home, { program, onLine }) => {
      onLine(`${program.name} is there`);
      return Promise.resolve();
    },
    install: () => Promise.resolve({ commands: [], size: null }),
    layFiles: ({ directory }, request) => layInFolder(directory, request, { uid: 1 }),
    lookAtFiles: ({ directory }, request) => lookInFolder(directory, request),
    start: ({ economy, directory }, { logger, events }) =>
      Promise.resolve({
        orchestrator: {
          economy,
          sandbox: instantSandbox(directory, economy, behave),
          endpoints: noEndpoints(),
          clock: economy.clock,
          logger,
          events,
        },
        close: () => Promise.resolve(),
      }),
    ensureImage: (_config, progress) => {
      progress('nothing to build');
      return Promise.resolve({ id: 'sha256:0', built: false, milliseconds: 3 });
    },
    examine: () => Promise.resolve([{ name: 'engine', ok: true, detail: 'instant' }]),
  };
}

function instantSandbox(directory: string, economy: Economy, behave: Behaviour): Sandbox {
  return {
    check: () => Promise.resolve([]),
    async prepare(request) {
      const { agentId, files } = request;
      const laid = files.length === 0 ? undefined : await layInFolder(directory, { agentId, files }, { uid: 1 });
      return prepared(request, laid?.kept ?? [], economy, behave);
    },
    ping: () => Promise.resolve(),
    adopt: () => Promise.reject(new Error('nothing to adopt')),
    discard: () => Promise.resolve(),
    close: () => Promise.resolve(),
    forget: () => Promise.resolve(),
    sweep: () => Promise.resolve(),
    materials: () => Promise.resolve({ content: null, files: 0, bytes: 0, news: undefined }),
    place: () => Promise.resolve(),
    keepContent: () => Promise.resolve(),
    erase() {
      rmSync(workspacesDirectory(directory), { recursive: true, force: true });
      return Promise.resolve();
    },
  };
}

function prepared(
  { executionId, agentId }: ExecutionRequest,
  keptFiles: readonly string[],
  economy: Economy,
  behave: Behaviour,
): PreparedExecution {
  const caller = { executionId: accepted(parseId('execution', executionId)), agentId };
  let end: (ended: ExecutionEnd) => void = () => undefined;
  const ended = new Promise<ExecutionEnd>((resolve) => {
    end = resolve;
  });
  return {
    unheld: [],
    keptFiles,
    async go() {
      await Promise.race([behave(caller, economy), ended]);
      end(DONE);
    },
    ended,
    stop() {
      end(STOPPED);
      return Promise.resolve();
    },
    serve: () => undefined,
    requests: 0,
    keepRequests: () => undefined,
    usedCpuMs: () => Promise.resolve(undefined),
    memoryPeakBytes: () => Promise.resolve(undefined),
    takeFiles: () => Promise.reject(new Error('there are no files')),
  };
}

function noEndpoints(): Endpoints {
  return {
    open: () => undefined,
    endCalls: () => Promise.resolve(),
    requests: () => 0,
    close: () => undefined,
  };
}

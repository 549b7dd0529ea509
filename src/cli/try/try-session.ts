import { lstatSync, rmSync, symlinkSync } from 'node:fs';
import { resolve } from 'node:path';
import { logsDirectory, materialsDirectory, outputPath } from '../../config/home-places.ts';
import type { Config } from '../../config/schema.ts';
import type { MicroCredits } from '../../domain/credits.ts';
import { formatId } from '../../domain/ids.ts';
import type { Bundle } from '../../domain/resources.ts';
import type { ServedRequest } from '../../domain/served-request.ts';
import { bootstrapAgent } from '../../economy/agents/bootstrap-agent.ts';
import { closeEconomy } from '../../economy/economy.ts';
import { openPracticeEconomy, type PracticeEconomy } from '../../economy/home/practice-economy.ts';
import { readLog } from '../../operator/execution-log.ts';
import { triedExecutionView, type TriedExecution } from '../../operator/views/tried-execution.ts';
import type { WorkspaceFolder } from '../../operator/workspace-folder.ts';
import { openLogger, type OpenLogger } from '../../platform/pino-logger.ts';
import type { CliDeps } from '../cli-deps.ts';
import { checkMemory } from '../home/check-memory.ts';
import { machineOf } from '../home/engine-machine.ts';
import { valueOf } from '../output/command-failure.ts';
import { printLines } from '../output/printing.ts';
import { EndLimits } from '../run/end-limits.ts';
import { addNeighbour, type Neighbour } from './neighbour.ts';
import { practise, type PracticeOrder } from './practice-run.ts';
import { openTryPlace, provenEngineOf, sweepTries } from './try-place.ts';

export interface TryOrder extends PracticeOrder {
  readonly folder: WorkspaceFolder;
  readonly bundle: Bundle | undefined;
  readonly credits: MicroCredits | undefined;
  readonly neighbours: readonly Neighbour[];
}

export interface TryAction {
  /** The home whose market this one is like; nothing of it changes. */
  readonly home: string;
  /** With `intelligence.replay` where a cassette answers. */
  readonly config: Config;
  /** Called before anything runs. */
  readonly begun: (like: PracticeEconomy['like'], offered: MicroCredits) => void;
  /** Called after each execution, also of others. */
  readonly tried: (execution: TriedExecution) => void;
}

const UNASKED = 'bp-agents try asks no provider; with --replay FILE a cassette answers; nothing is billed';
/** Of one execution; the rest is counted. */
const REQUESTS_MAX = 500;
const OUTPUT_CHARS_MAX = 1_048_576;

/** Makes an economy in memory, runs the agent in it, and takes all of it away again, however that ends. */
export async function trySession(deps: CliDeps, order: TryOrder, action: TryAction): Promise<void> {
  const { home, config } = action;
  const { clock, random, interrupt } = deps;
  // Reading it for the first time makes the process catch its signals, since from here on there is something to take
  // away.
  interrupt.throwIfAborted();
  const place = openTryPlace(home);
  const { directory } = place;
  const left = { any: false };
  const materials = materialsDirectory(resolve(home));
  if (lstatSync(materials, { throwIfNoEntry: false })) symlinkSync(materials, materialsDirectory(directory));
  try {
    const logger = openTryLogger(deps, directory, config);
    try {
      await sweepTries(deps, home, { config, logger });
      const practice = openPracticeEconomy({ directory: home, config, machine: machineOf(deps, home), clock, random });
      try {
        const onLeft = () => void (left.any = true);
        await tryIn(deps, order, { ...action, practice, logger, directory, onLeft });
      } finally {
        closeEconomy(practice.economy);
      }
    } finally {
      logger.close();
    }
  } finally {
    // By this folder the next `try` knows what it has to take away.
    if (!left.any) rmSync(directory, { recursive: true, force: true });
    else printLines(deps.stderr, ['bp-agents: something of this try could not be removed; the next one does that']);
    place.release();
  }
}

type Trial = TryAction & {
  readonly practice: PracticeEconomy;
  readonly logger: OpenLogger;
  readonly directory: string;
  /** Something of it could not be taken away. */
  readonly onLeft: () => void;
};

async function tryIn(deps: CliDeps, order: TryOrder, trial: Trial): Promise<void> {
  const { interrupt } = deps;
  const { config, practice, logger, directory } = trial;
  const { economy, like } = practice;
  const { agentId: id, folder, bundle, credits } = order;
  const made = valueOf(bootstrapAgent(economy, { id, files: folder.files, bundle, credits }));
  for (const neighbour of order.neighbours) addNeighbour(economy, neighbour);
  trial.begun(like, made.amount);
  const seen = new Map<number, ServedRequest[]>();
  const limits = new EndLimits(deps, { config, economy });
  const onInterrupt = () => limits.settling();
  interrupt.addEventListener('abort', onInterrupt, { once: true });
  const parts = await deps.engine.start(
    { directory, config, economy, close: () => undefined },
    {
      logger,
      events: { publish: () => undefined },
      checks: checkMemory(deps, provenEngineOf(trial.home), { isTrusted: true }),
      practice: { unasked: UNASKED, observe: (request) => keep(seen, request) },
    },
    interrupt,
  );
  const { orchestrator } = parts;
  const ended = async (executionId: number) => {
    await parts.proven;
    trial.tried(triedExecutionView(economy, executionId, observed(directory, executionId, seen)));
  };
  try {
    await practise(orchestrator, order, { signal: interrupt, ended });
    await parts.proven;
  } finally {
    await orchestrator.sandbox.erase(new AbortController().signal).catch((error: unknown) => {
      logger.warn({ err: error }, 'something is left of a try');
      trial.onLeft();
    });
    await parts.close();
    interrupt.removeEventListener('abort', onInterrupt);
  }
}

function openTryLogger({ stderr }: CliDeps, directory: string, { log }: Config): OpenLogger {
  return openLogger({
    directory: logsDirectory(directory),
    ...{ level: log.level, fileBytesMax: log.file_bytes_max, filesMax: log.files_max },
    screen: (line, level) => {
      if (level === 'error' || level === 'warn') printLines(stderr, [`bp-agents: ${line}`]);
    },
  });
}

function keep(seen: Map<number, ServedRequest[]>, request: ServedRequest): void {
  const requests = seen.get(request.executionId) ?? [];
  if (requests.length < REQUESTS_MAX) requests.push(request);
  seen.set(request.executionId, requests);
}

function observed(directory: string, executionId: number, seen: ReadonlyMap<number, readonly ServedRequest[]>) {
  let output = '';
  for (const piece of readLog(outputPath(directory, formatId('execution', executionId)))) {
    output += piece;
    if (output.length > OUTPUT_CHARS_MAX) break;
  }
  return {
    output: output.slice(0, OUTPUT_CHARS_MAX),
    complete: output.length <= OUTPUT_CHARS_MAX,
    requests: seen.get(executionId) ?? [],
  };
}

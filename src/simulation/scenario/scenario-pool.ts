import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { ErrorCode } from '../../platform/error-codes.ts';
import { BpError } from '../../platform/errors.ts';
import { prepareScenario } from './scenario-file.ts';
import { runScenario, type ScenarioRun } from './scenario-run.ts';

/** One run of a scenario, in words that can be sent to another thread. */
export interface ScenarioTask {
  readonly name: string;
  readonly text: string;
  /** Where names of files in it begin; by default where the program was called. */
  readonly directory?: string | undefined;
  readonly files?: Readonly<Record<string, string>> | undefined;
  readonly configuration?: readonly string[] | undefined;
  readonly overrides: readonly string[];
  readonly seed: string;
  readonly days: number;
  /** Whether its welfare is measured; by default it is. */
  readonly welfare?: boolean;
}

/** What a thread sends back. */
export type ScenarioAnswer =
  | { readonly ok: true; readonly run: ScenarioRun }
  | { readonly ok: false; readonly code: ErrorCode; readonly message: string };

export interface PoolOptions {
  /** How many runs at the same time; with 1 they are made in this thread. */
  readonly jobs: number;
  readonly signal?: AbortSignal;
  /** Told as each is done, in whatever order. */
  readonly onDone?: (place: number, run: ScenarioRun) => void;
}

/** The runs of the tasks, in their order. Rejects with the first error, after which no further run is begun. */
export async function runAll(tasks: readonly ScenarioTask[], options: PoolOptions): Promise<readonly ScenarioRun[]> {
  const { jobs, signal, onDone = () => undefined } = options;
  const runs: ScenarioRun[] = [];
  const waiting = [...tasks.entries()];
  let isOver = false;
  const work = async (perform: (task: ScenarioTask) => Promise<ScenarioRun>) => {
    for (let next = waiting.shift(); next !== undefined && !isOver; next = waiting.shift()) {
      signal?.throwIfAborted();
      const [place, task] = next;
      const run = await perform(task);
      runs[place] = run;
      onDone(place, run);
    }
  };
  if (jobs <= 1) await work(runTask);
  else {
    const threads = Array.from({ length: Math.min(jobs, tasks.length) }, () => new ScenarioThread());
    const stop = () => {
      isOver = true;
      for (const thread of threads) thread.stop();
    };
    signal?.addEventListener('abort', stop, { once: true });
    try {
      await Promise.all(threads.map((thread) => work((task) => thread.run(task))));
    } catch (error) {
      // Threads that were stopped have nothing else to say.
      signal?.throwIfAborted();
      throw error;
    } finally {
      signal?.removeEventListener('abort', stop);
      stop();
    }
  }
  signal?.throwIfAborted();
  return runs;
}

export function runTask({
  name,
  text,
  directory,
  files,
  configuration,
  overrides,
  ...options
}: ScenarioTask): Promise<ScenarioRun> {
  return runScenario(prepareScenario(name, text, overrides, { directory, files, configuration }), options);
}

/** Another thread that makes one run after the other. */
class ScenarioThread {
  #settle: { resolve: (answer: ScenarioAnswer) => void; reject: (error: Error) => void } | undefined;
  // The same file before and after the build, which changes its extension.
  readonly #worker = new Worker(
    new URL(`./scenario-thread${extname(fileURLToPath(import.meta.url))}`, import.meta.url),
  );

  constructor() {
    this.#worker.on('message', (answer: ScenarioAnswer) => this.#settle?.resolve(answer));
    this.#worker.on('error', (error) => this.#settle?.reject(error));
    this.#worker.on('exit', () => this.#settle?.reject(new BpError('scenario_broken', 'a simulation was ended')));
  }

  async run(task: ScenarioTask): Promise<ScenarioRun> {
    const answer = new Promise<ScenarioAnswer>((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    this.#worker.postMessage(task);
    const result = await answer;
    if (!result.ok) throw new BpError(result.code, result.message);
    return result.run;
  }

  stop(): void {
    void this.#worker.terminate();
  }
}

import type { CallObserver } from '../domain/ended-call.ts';
import type { MarketEvents } from '../domain/market-event.ts';
import type { RequestObserver } from '../domain/served-request.ts';
import type { Home } from '../operator/home.ts';
import type { RunningUses } from '../operator/running-uses.ts';
import type { OrchestratorDeps } from '../orchestrator/deps.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { Randomness } from '../platform/randomness.ts';
import type { ThisProcess } from '../platform/this-process.ts';
import type { Engine } from '../sandbox/engine.ts';
import type { CheckMemory } from '../sandbox/sandbox.ts';

/** What the commands need of the world. `main.ts` passes the real one. */
export interface CliDeps {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where the program was called. */
  readonly directory: string;
  readonly clock: Clock;
  readonly random: Randomness;
  readonly machine: { readonly cores: number; readonly memoryMb: number };
  readonly version: string;
  /** What the operator types to call the program again. */
  readonly calledAs: string;
  /** The folder of `runtime/` in this package. */
  readonly runtimeDirectory: string;
  /** Where the built page lies. */
  readonly pageDirectory: string;
  readonly engine: EnginePort;
  /** Aborted by the first interrupt; `run` then launches nothing more and settles what runs. */
  readonly interrupt: AbortSignal;
  readonly process: Pick<
    ThisProcess,
    'raiseInterrupt' | 'exitWithin' | 'killWithin' | 'onContinued' | 'onExit' | 'suspend' | 'isInForeground'
  >;
  /** Does what a SIGINT does to another process, as SIGTERM. Throws the system's error. */
  interruptProcess(pid: number): void;
}

/** The engine and the System Service, which commands reach only through here. */
export interface EnginePort extends Engine {
  /** Joins sandbox, service and orchestrator for this home. Throws `BpError` where the engine can't be used. */
  start(home: Home, run: RunOptions, signal: AbortSignal): Promise<RunningParts>;
}

export interface RunOptions {
  readonly logger: Logger;
  /** Where the market tells what happens. */
  readonly events: MarketEvents;
  /** What of the engine's check need not be done again. */
  readonly checks: CheckMemory;
  /** Told of calls of models. */
  readonly calls?: CallObserver | undefined;
  /** Told of what runs, for who wants to know what it has used so far. */
  readonly uses?: RunningUses | undefined;
  /** It is for practice. */
  readonly practice?: Practice | undefined;
}

export interface Practice {
  readonly observe: RequestObserver;
  /** Why no model is asked where no cassette answers: providers are never. */
  readonly unasked: string;
}

export interface RunningParts {
  readonly orchestrator: OrchestratorDeps;
  /** Rejects where the engine can't be used after all: for practice a container is tried while the first one starts. */
  readonly proven?: Promise<unknown>;
  /** Closes the service. Idempotent. */
  close(): Promise<void>;
}

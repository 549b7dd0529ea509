import type { Config } from '../config/schema.ts';
import type { AgentFile } from '../domain/agent.ts';
import type { MarketEvents } from '../domain/market-event.ts';
import type { Home } from '../operator/home.ts';
import type { OrchestratorDeps } from '../orchestrator/deps.ts';
import type { Clock } from '../platform/clock.ts';
import type { Finding } from '../platform/finding.ts';
import type { Logger } from '../platform/logger.ts';
import type { Randomness } from '../platform/randomness.ts';

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
  /** The folder of `runtime/` in this package. */
  readonly runtimeDirectory: string;
  readonly engine: EnginePort;
  /** Aborted by the first interrupt; `run` then launches nothing more and settles what runs. */
  readonly interrupt: AbortSignal;
  /** Does what a SIGINT does: a terminal that hands over single keys hands over Ctrl-C as one of them. */
  raiseInterrupt(): void;
  /** Does the same to another process, as SIGTERM. Throws the system's error. */
  interruptProcess(pid: number): void;
}

/** Docker and the System Service, which commands reach only through here. */
export interface EnginePort {
  /** Joins sandbox, service and orchestrator for this home. Throws `BpError` where the engine can't be used. */
  start(home: Home, run: RunOptions, signal: AbortSignal): Promise<RunningParts>;
  /** Builds the image where it is missing or older than `runtime/`. */
  ensureImage(
    config: Config,
    progress: (line: string) => void,
    signal: AbortSignal,
  ): Promise<{ readonly id: string; readonly built: boolean; readonly milliseconds: number }>;
  /** Installs what an agent's own manifest asks for into its workspace, with a network. Not while a `run` goes on. */
  install(home: Home, request: AgentInstallation, signal: AbortSignal): Promise<InstalledPackages>;
  /** Puts back the workspaces that a `run` which was cut off left in filesystems of their own. Never rejects. */
  putBackWorkspaces(home: Home, complain: (line: string) => void): Promise<void>;
  /** What `doctor` asks of the engine and of what agents need on this machine, without changing anything. */
  examine(place: ExaminedHome, signal: AbortSignal): Promise<readonly Finding[]>;
}

export interface RunOptions {
  readonly logger: Logger;
  /** Where the market tells what happens. */
  readonly events: MarketEvents;
}

export interface AgentInstallation {
  readonly agentId: string;
  readonly agentNumber: number;
  readonly files: readonly AgentFile[];
  /** Packages may run programs of their own. */
  readonly scripts: boolean;
  readonly onLine: (line: string) => void;
}

export interface InstalledPackages {
  readonly commands: readonly string[];
  /** Of the whole workspace; null where it is too large to be counted. */
  readonly size: { readonly bytes: number; readonly files: number } | null;
}

export interface ExaminedHome {
  /** The home's folder, which may not be there yet. */
  readonly directory: string;
  readonly config: Config;
  /** A `run` is going on: what stands under this home's label is in use. */
  readonly isRunning: boolean;
}

export interface RunningParts {
  readonly orchestrator: OrchestratorDeps;
  /** Closes the service. Idempotent. */
  close(): Promise<void>;
}

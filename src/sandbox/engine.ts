import type { Config } from '../config/schema.ts';
import type { LaidFiles, WaitingFile } from '../domain/agent-files.ts';
import type { Program } from '../domain/template.ts';
import type { Finding } from '../platform/finding.ts';
import type { Logger } from '../platform/logger.ts';
import type { MachineSize } from '../platform/machine.ts';
import type { Sandbox } from './sandbox.ts';

/**
 * What runs containers for us. An engine of another kind is another implementation of this interface, in a folder of
 * its own. What rejects, rejects with a `BpError`, or with the signal's reason when that is aborted.
 */
export interface Engine {
  /** The sandbox in which a home's agents run. Nothing is sent to the engine yet: `Sandbox.check` comes first. */
  open(home: EngineHome, logger: Logger): Promise<Sandbox>;
  /** What the engine's machine has; undefined where that is this machine. */
  machine(config: Config, signal: AbortSignal): Promise<MachineSize | undefined>;
  /** Builds the image where it is missing or older than `runtime/`. */
  ensureImage(config: Config, progress: (line: string) => void, signal: AbortSignal): Promise<AgentImage>;
  /**
   * Installs what an agent's own manifest asks for, with a network, in a copy of its workspace; laid down at its next
   * execution. Nothing of the agent runs meanwhile.
   */
  install(home: EngineHome, request: InstallRequest, signal: AbortSignal): Promise<Installed>;
  /**
   * Sees to it that a program lies on the engine, whole, where it isn't there yet: installs what its lock file names, with
   * a network. Rejects as `install` does, and then nothing of it is left.
   */
  bringProgram(home: EngineHome, request: ProgramRequest, signal: AbortSignal): Promise<void>;
  /**
   * Lays files in an agent's workspace while no `run` goes on and nothing of the agent runs; undefined where the workspace
   * is not in its folder, since it could not be put back. Asks nothing of the engine. Rejects with `sandbox_files` and
   * `sandbox_workspace`.
   */
  layFiles(home: EngineHome, request: LayingRequest): Promise<LaidFiles | undefined>;
  /** What `layFiles` would do, as the folder is now. Changes nothing, and may be asked at any time. */
  lookAtFiles(home: EngineHome, request: LayingRequest): Promise<LaidFiles>;
  /** Puts back the workspaces that a `run` which was cut off left in filesystems of their own. Never rejects. */
  putBackWorkspaces(home: EngineHome, complain: (line: string) => void): Promise<void>;
  /** All that agents need of this machine and its engine, for `doctor`. Changes nothing. */
  examine(home: ExaminedHome, signal: AbortSignal): Promise<readonly Finding[]>;
}

export interface EngineHome {
  /** The home's folder. */
  readonly directory: string;
  readonly config: Config;
}

/** Its folder may not be there yet. */
export interface ExaminedHome extends EngineHome {
  /** A `run` is going on: what stands under this home's label is in use. */
  readonly isRunning: boolean;
}

export interface AgentImage {
  readonly id: string;
  readonly built: boolean;
  readonly milliseconds: number;
}

export interface InstallRequest {
  readonly agentId: string;
  readonly agentNumber: number;
  /** Files of the agent that were not written yet, since it never ran. */
  readonly files: readonly WaitingFile[];
  /** Packages may run programs of their own, and be built, while they are installed. */
  readonly scripts: boolean;
  readonly onLine: (line: string) => void;
}

export interface ProgramRequest {
  readonly program: Program;
  readonly onLine: (line: string) => void;
}

export interface LayingRequest {
  readonly agentId: string;
  readonly files: readonly WaitingFile[];
}

export interface Installed {
  /** What was run. */
  readonly commands: readonly string[];
  /** Of the whole workspace, as it will be; null where it is too large to be counted. */
  readonly size: { readonly bytes: number; readonly files: number } | null;
}

import type { Duplex } from 'node:stream';
import type { WaitingFile } from '../domain/agent-files.ts';
import type { EssentialLimit, Usage } from '../domain/execution.ts';
import type { TakeFiles } from '../domain/prompt-files.ts';
import type { SeenMaterials } from '../domain/materials.ts';
import type { Bundle } from '../domain/resources.ts';

/** Where every agent finds the System Service inside its container. */
export const SERVICE_URL = 'http://127.0.0.1:8080';

/** Where every agent finds the operator's materials. */
export const MATERIALS_PATH = '/materials';

/**
 * Where agents run. Callers know nothing of Docker: other engines are other implementations of this interface.
 * Every method that touches the engine rejects with a `BpError` whose code begins with `sandbox_`.
 */
export interface Sandbox {
  /**
   * Checks that the engine answers, that the image is there, and that a container can be attached to and sees its
   * workspace. Resolves with one line for each thing that works less well than it could.
   *
   * What `memory` recalls isn't tried in a container again. With `aside` this doesn't wait for that trial; what is
   * prepared meanwhile is only handed over once the trial has gone well.
   */
  check(signal: AbortSignal, memory?: CheckMemory, aside?: Aside): Promise<readonly string[]>;
  /**
   * Makes the workspace ready: lays `files`, then writes the handshake. Then starts the container up to the point where
   * the supervisor waits for "go". Where this rejects, no container is left; `discard` removes the rest.
   *
   * Rejects with `sandbox_workspace` where the agent's own files prevent it, and with the signal's reason when it is
   * aborted.
   */
  prepare(request: ExecutionRequest, signal: AbortSignal): Promise<PreparedExecution>;
  /** Resolves when the engine answers at all. Cheap: called every cycle. */
  ping(signal: AbortSignal): Promise<void>;
  /**
   * Takes over an execution that got its "go" from an earlier process: its limits hold again, its end is found from its
   * report and from what the engine knows, at once where it has ended meanwhile (`lost` where it has vanished).
   */
  adopt(request: AdoptionRequest, signal: AbortSignal): Promise<AdoptedExecution>;
  /** Removes what is left of one execution: container, report. Idempotent. */
  discard(executionId: string): Promise<void>;
  /**
   * Ends what is being prepared or waits for "go", and puts back and removes what stands ready for executions to come,
   * where none uses it any more. What runs goes on, for another process to adopt. Idempotent.
   */
  close(): Promise<void>;
  /** Removes the kept output of an execution. Idempotent. */
  forget(executionId: string): Promise<void>;
  /**
   * Removes whatever is left of this home's executions that are not in `keep`: containers, reports, temporary files,
   * mounts. To be called at the start, and at the end once all is settled.
   */
  sweep(keep: ReadonlySet<string>, signal: AbortSignal): Promise<void>;
  /**
   * Sees to it that content lies on the engine, whole, for `ExecutionRequest.mounts`: at once where it does. Idempotent.
   * Rejects with `sandbox_content_changed` where a tree is not what its key was made from, and for a program with what npm
   * failed for (`install_…`).
   */
  place(content: Content, signal: AbortSignal): Promise<void>;
  /** Places what lies in the home's `materials/` now, as far as agents may see it, and keeps nothing of what did before. */
  materials(signal: AbortSignal): Promise<ExposedMaterials>;
  /** Removes this home's content of a kind but what has one of these keys; what a container still has goes the next time. */
  keepContent(kind: ContentKind, keys: ReadonlySet<string>, signal: AbortSignal): Promise<void>;
  /**
   * As `sweep` with nothing to keep, and the agents' workspaces and all content go, too: for a home that is over.
   * Idempotent.
   */
  erase(signal: AbortSignal): Promise<void>;
}

/** Is given what the trial run comes to, which goes on after a check has resolved. */
export type Aside = (trial: Promise<readonly string[]>) => void;

/** What earlier checks came to, each known by what it depended on. */
export interface CheckMemory {
  /** The lines of one that need not be made again; undefined: it has to be. */
  recall(basis: string): readonly string[] | undefined;
  remember(basis: string, lines: readonly string[]): void;
}

/** What lies on an engine once, read-only, for any number of executions. */
export interface Content {
  /** 64 hexadecimal digits: the SHA-256 of all that it is made from. The same key is the same content. */
  readonly key: string;
  readonly source: ContentTree | ContentProgram;
}

export type ContentKind = Content['source']['kind'];

/** A tree of this host. */
export interface ContentTree {
  readonly kind: 'tree';
  readonly root: string;
  /** Each after the folder that it stands in. */
  readonly entries: readonly ContentEntry[];
}

/** Made on the engine itself: what npm installs, with a network. */
export interface ContentProgram {
  readonly kind: 'program';
  /** `package.json` and `package-lock.json`. */
  readonly manifest: Uint8Array;
  readonly lockfile: Uint8Array;
  /** Told of what is done. Data of others. */
  readonly onLine: (line: string) => void;
}

export type ContentEntry =
  | { readonly kind: 'folder'; readonly path: string }
  /** `target` is relative, and leads to within the tree. */
  | { readonly kind: 'link'; readonly path: string; readonly target: string }
  | {
      readonly kind: 'file';
      readonly path: string;
      readonly bytes: number;
      /** SHA-256 in hexadecimal digits. */
      readonly digest: string;
      readonly executable: boolean;
      /** Whole seconds since 1970; no part of the key. */
      readonly modifiedAt: number;
      /** Where this host has it, if not at its path below the tree's root. */
      readonly from?: { readonly root: string; readonly path: string };
    };

/** What executions can see of the operator's materials. */
export interface ExposedMaterials {
  /** The key of what was placed; null: nothing is to be seen. */
  readonly content: string | null;
  readonly files: number;
  readonly bytes: number;
  /** Undefined where it is as it was when it was asked for before. */
  readonly news: SeenMaterials | undefined;
}

/** Where an agent finds content. */
export interface ContentMount {
  readonly content: string;
  /** An absolute path. */
  readonly at: string;
}

export interface ExecutionRequest {
  /** `exe_17`: names the container and its label. */
  readonly executionId: string;
  readonly agentId: string;
  /** A number that is this agent's alone in this home, from 1 up: chooses its user id. */
  readonly agentNumber: number;
  readonly bundle: Bundle;
  readonly wallMs: number;
  /** Written as `env.json` into the workspace. */
  readonly handshake: string;
  /** Laid before the handshake is written. Their paths were checked. */
  readonly files: readonly WaitingFile[];
  /** Environment of the agent besides PATH, HOME, LANG and the service's address. */
  readonly environment: Readonly<Record<string, string>>;
  /** Content that was placed before: where it is gone meanwhile, `prepare` rejects with `sandbox_content_missing`. */
  readonly mounts: readonly ContentMount[];
}

/** The way between an execution's agent and the System Service. */
export interface ServedExecution {
  /**
   * Hands over each connection that the agent makes to `SERVICE_URL`; those that came earlier wait for this. To be
   * called once. Each is over when both ends have ended, or when it is destroyed.
   */
  serve(accept: (connection: Duplex) => void): void;
  /** Requests that an earlier process had counted; 0 where none had. */
  readonly requests: number;
  /** Keeps the number of requests for a process that adopts this execution. Cheap: may be called at each request. */
  keepRequests(count: number): void;
  /** CPU milliseconds used so far, or undefined where it can't be read. */
  usedCpuMs(): Promise<number | undefined>;
  /** The most memory that there was at once so far, in bytes, or undefined where it can't be told. */
  memoryPeakBytes(): Promise<number | undefined>;
  /**
   * Takes a snapshot of files as the agent itself could read them, without a link on the way, whatever it does to them
   * meanwhile. Where a container has a control group of its own, the agent pays the CPU time.
   * Rejects with `sandbox_content` where it takes too long, and once the execution has ended.
   */
  readonly takeFiles: TakeFiles;
}

/** A container whose supervisor waits. Nothing of the agent has run yet. */
export interface PreparedExecution extends ServedExecution {
  /** What is not held for it, as far as `sandbox.accept_unheld` lets it be. */
  readonly unheld: readonly EssentialLimit[];
  /** Paths of `files` that were changed since they were given, and stay as they are. */
  readonly keptFiles: readonly string[];
  /** Lets the agent start. Resolves when the supervisor has said that it started it, or when it has ended instead. */
  go(): Promise<void>;
  /** Resolves once, with what is known of the end. Never rejects. */
  readonly ended: Promise<ExecutionEnd>;
  /** Ends it: terminates the tree, takes the report. Idempotent; `ended` tells the rest. */
  stop(reason: 'operator' | 'shutdown'): Promise<void>;
}

export type AdoptionRequest = Pick<ExecutionRequest, 'executionId' | 'agentId' | 'bundle' | 'wallMs'> & {
  /** Milliseconds since 1970: when "go" was given. */
  readonly startedAt: number;
};

/** As a prepared execution after its "go". */
export type AdoptedExecution = Omit<PreparedExecution, 'go' | 'unheld' | 'keptFiles'> & {
  /** It had ended when it was asked for: while it ran its last, no program was there for it. */
  readonly hadEnded: boolean;
};

/** Why a run ended, as the sandbox saw it. `lost`: nobody knows; `start_failed`: the agent never began and it was not its fault. */
export type EndCause =
  | 'exited'
  | 'cpu_budget'
  | 'wall_budget'
  | 'out_of_memory'
  | 'disk_quota'
  | 'stopped'
  | 'not_runnable'
  | 'start_failed'
  | 'lost';

export interface ExecutionEnd {
  readonly cause: EndCause;
  /** One line for the operator and the log. */
  readonly detail: string;
  /** Of the agent's first process; null where it was killed or never ran. */
  readonly exitCode: number | null;
  readonly signal: number | null;
  readonly usage: Usage;
}

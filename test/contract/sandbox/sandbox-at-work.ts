import type { EssentialLimit } from '../../../src/domain/execution.ts';
import type { Config } from '../../../src/config/schema.ts';
import type { ExecutionRequest, Sandbox } from '../../../src/sandbox/sandbox.ts';

/** An engine that is to keep to `Sandbox`, as the contract meets it. */
export interface SandboxUnderTest {
  /** A home of its own with a sandbox. */
  open(settings?: Partial<Config['sandbox']>, options?: OpenOptions): Promise<SandboxAtWork>;
  /** What it has. What it lacks is not asked of it. */
  readonly has: {
    /** Whether its agents are real: files that run. */
    readonly agents: boolean;
    /** Whether no more than its quota comes into a workspace, not even for a moment. */
    readonly heldQuota?: boolean;
    /** Whether a container's stream can be taken up again by a later program, or once it broke. */
    readonly streamAgain: boolean;
    /** Whether workspaces are carried: at home they are the operator's then, and not the agent's user's. */
    readonly carried?: boolean;
    /** Whether it limits how many files there are in /tmp. */
    readonly tmpFileLimit?: boolean;
    /** What it holds less than hard, and what its homes accept so. */
    readonly unheld?: readonly EssentialLimit[];
  };
}

export interface OpenOptions {
  /** It pauses only briefly between two attempts to attach; else a test that breaks the stream often takes long. */
  readonly hurried?: boolean;
}

export interface SandboxAtWork {
  /** As the program has it that runs now. */
  readonly sandbox: Sandbox;
  /** A whole request for an agent that does this; it stays until it is released. */
  request(deed: Deed, request: Partial<ExecutionRequest> & Pick<ExecutionRequest, 'executionId'>): ExecutionRequest;
  /** Resolves when an agent that asks has been answered three times. */
  hasAsked(agentId: string): Promise<void>;
  /** The agents that stay exit now. */
  release(agentId: string): void;
  /**
   * Lets a program of its own come to this point, and kills it; `sandbox` is the next program's from then on. The
   * kill comes when `meanwhile` has resolved.
   */
  crash(life: Life, meanwhile?: () => Promise<void>): Promise<void>;
  /** The executions of this home of which the engine still has something, and whether that runs. */
  left(): Promise<readonly { readonly executionId: string; readonly isRunning: boolean }[]>;
  /** Removes all of it. */
  close(): Promise<void>;
  /** Only where agents are real: the home's directory, and where its streams can be had in hand. */
  readonly home: string;
  readonly stream: StreamInHand;
  /** What was logged as a warning or worse. */
  readonly complaints: readonly string[];
}

/**
 * `exits`: exits with code 3, at once. `stays`: until it is released, then exits with 3. `asks`: asks the service three
 * times, and stays.
 */
export type Deed = 'exits' | 'stays' | 'asks';

/** What a program does that is to be killed. It serves the agent, and counts its requests. */
export interface Life {
  readonly request: ExecutionRequest;
  /** How far it comes: a prepared execution, one that has its "go", or one that it has adopted. */
  readonly state: 'prepared' | 'running' | 'adopted';
}

export type Direction = 'to container' | 'from container';

/** Breaks an attachment when so many bytes of it have passed in this direction. */
export interface Cut {
  readonly direction: Direction;
  readonly bytes: number;
}

/** The streams between the program and its containers. */
export interface StreamInHand {
  /** Breaks those that are attached; they can be attached to anew. */
  break(): void;
  /** Breaks them, and then each of those that follow as planned. */
  cutEach(cuts: readonly Cut[]): void;
  /** Cuts that are still to come. */
  readonly cutsLeft: number;
  /** How often one was attached. */
  readonly attached: number;
  /** How many bytes a second the program reads; `Infinity`: as they come. */
  pace(bytesPerSecond: number): void;
  /** Lets the program read this from the container's stdout. */
  inject(bytes: Uint8Array): void;
}

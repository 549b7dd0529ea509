/** `alive`: it has a pending bid, an execution or a waiting prompt. `dormant`: none of these. `dead`: for good, or until revived. */
export type AgentStatus = 'alive' | 'dormant' | 'dead';

/** One agent, as the store keeps it. The dead are kept too. */
export interface Agent {
  /** This agent's alone, from 1 up. */
  readonly number: number;
  readonly id: string;
  readonly parentId: string | null;
  /** The root agent from which it descends; itself for a root. */
  readonly lineageId: string;
  readonly status: AgentStatus;
  readonly stopped: boolean;
  readonly life: number;
  readonly bornCycle: number;
  readonly bornAt: number;
  readonly dormantSinceCycle: number | null;
  readonly diedCycle: number | null;
  readonly lastSeenCycle: number | null;
  readonly restarts: number;
  /** What it was made of; null: of files alone. */
  readonly template: string | null;
  /** The key of the program that its executions find; null where it has none. */
  readonly program: string | null;
  /** When all text of it that was over was let go of, the last time; null where that never was. */
  readonly purgedAt: number | null;
  /** The last bundle that it bid for itself, without attention. */
  readonly lastBundle: { readonly cpuMs: number; readonly memoryMb: number; readonly tokens: number } | null;
}

/** A file for an agent's workspace; the path is relative and was checked. */
export interface AgentFile {
  readonly path: string;
  readonly content: Uint8Array;
  readonly executable: boolean;
}

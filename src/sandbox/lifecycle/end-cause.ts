import type { ExecutionEnd, EndCause } from '../sandbox.ts';
import type { EndedEvent } from './supervisor-events.ts';

/** Why the host ended it, where it did. */
export type HostStop = 'operator' | 'shutdown' | 'cpu_backstop' | 'wall_backstop' | 'disk_watch' | 'unserved';

/** What the engine knows of a container that has ended. */
export interface ContainerEnd {
  readonly exitCode: number;
  readonly oomKilled: boolean;
  /** What the engine says went wrong; mostly empty. */
  readonly error: string;
}

/** Everything that is known about an end. Whatever could not be had is undefined. */
export interface EndFacts {
  /** The supervisor's own report. */
  readonly report: EndedEvent | undefined;
  /** What was said on stderr: by the supervisor where it could not do its work, or by the engine. */
  readonly complaint: string | undefined;
  readonly container: ContainerEnd | undefined;
  /** Whether "go" was sent; where that isn't known, it is taken to be. */
  readonly went: boolean;
  readonly hostStop: HostStop | undefined;
  /** The memory bought, where that is a limit of its own. */
  readonly memoryBytes?: number | undefined;
  /** Whether the host found the workspace over its quota. */
  readonly overQuota?: boolean;
  /** Why the host has the workspace that it had before, and whether that is by what the agent left in it. */
  readonly workspaceKept?: { readonly because: string; readonly isAgentsFault: boolean } | undefined;
  /** As the host measured it. */
  readonly measured: {
    readonly cpuMs: number | undefined;
    readonly wallMs: number | undefined;
    readonly workspaceBytes: number | undefined;
    readonly workspaceFiles: number | undefined;
    readonly outputBytes: number | undefined;
  };
}

/** The supervisor's exit codes where the agent never ran: wrong options, no "go", no setting up. */
const NOTHING_RAN: ReadonlySet<number | undefined> = new Set([2, 3, 4]);

/**
 * One cause from all the facts. The supervisor's report counts before the engine's, and that before what the host
 * wanted to do. Nobody is believed about what they didn't see.
 */
export function executionEnd(facts: EndFacts): ExecutionEnd {
  const { report, measured } = facts;
  const [cause, detail] = withWorkspace(facts, report ? fromReport(report, facts) : withoutReport(facts));
  return {
    cause,
    detail: detail.replace(/\s+/g, ' ').trim().slice(0, 500),
    exitCode: report?.exit_code ?? null,
    signal: report?.signal ?? null,
    usage: {
      cpuMs: typeof report?.cpu_us === 'number' ? Math.round(report.cpu_us / 1000) : rounded(measured.cpuMs),
      memoryPeakBytes: report?.memory_peak_bytes ?? null,
      wallMs: rounded(report?.wall_ms ?? measured.wallMs),
      workspaceBytes: measured.workspaceBytes ?? null,
      workspaceFiles: measured.workspaceFiles ?? null,
      outputBytes: report?.output_bytes ?? measured.outputBytes ?? null,
    },
  };
}

/** Who is killed for its own limit has come to it, but for what the kernel takes at once. */
const OWN_LIMIT_MARGIN_BYTES = 1_048_576;
const DISK_USED_UP = 'the workspace holds more than it may';

type Verdict = readonly [EndCause, string];

function fromReport(report: EndedEvent, facts: EndFacts): Verdict {
  const { container, went, hostStop, overQuota = false } = facts;
  switch (report.cause) {
    case 'cpu_budget':
      return ['cpu_budget', report.detail || 'the CPU time bought was used up'];
    case 'wall_budget':
      return ['wall_budget', report.detail || 'the wall time was over'];
    case 'disk_quota':
      return ['disk_quota', report.detail || DISK_USED_UP];
    case 'not_runnable':
      return ['not_runnable', report.detail || 'there is no entry point that can be run'];
    case 'stopped':
      if (!went && hostStop === undefined) return ['start_failed', 'it was never told to begin'];
      return stopped(hostStop);
    case 'exited':
      if (overQuota) return ['disk_quota', DISK_USED_UP];
      // Also where only a child was killed and the agent itself went on to exit with 0.
      if (container?.oomKilled || (report.oom_kills ?? 0) > 0) {
        if (!isKilledForOthers(report, facts)) return ['out_of_memory', 'the memory bought was used up'];
        if (report.exit_code !== 0)
          return ['lost', 'it was killed since the machine ran out of memory, not for its own'];
      }
      return ['exited', report.detail || describeExit(report)];
  }
}

/**
 * The kernel also kills where the machine, or a control group above the container's, has no memory left, and counts
 * that in the same place. Then the container's own memory was never used up.
 */
function isKilledForOthers({ memory_peak_bytes: peak }: EndedEvent, { memoryBytes }: EndFacts): boolean {
  return peak !== null && memoryBytes !== undefined && peak < memoryBytes - OWN_LIMIT_MARGIN_BYTES;
}

/**
 * Files that can't be brought home must not pass for delivered. It is the agent's fault where its own files prevent it.
 */
function withWorkspace({ workspaceKept: kept, went }: EndFacts, verdict: Verdict): Verdict {
  const [cause, detail] = verdict;
  if (!kept || !went) return verdict;
  const told = `${kept.because}; its workspace is as it was before`;
  if (!kept.isAgentsFault) return ['lost', told];
  return cause === 'exited' || cause === 'out_of_memory' ? ['disk_quota', told] : [cause, `${detail}; ${told}`];
}

function withoutReport({ container, complaint, went, hostStop }: EndFacts): Verdict {
  if (!went || NOTHING_RAN.has(container?.exitCode)) {
    if (hostStop) return ['stopped', 'stopped before it began'];
    return ['start_failed', complaint ?? (container?.error || 'the container ended before the agent began')];
  }
  if (hostStop) return stopped(hostStop);
  if (container?.oomKilled) return ['out_of_memory', 'the memory bought was used up'];
  if (!container) return ['lost', 'the container has vanished'];
  return ['lost', container.error || `the container ended with exit code ${container.exitCode} and left no report`];
}

function stopped(hostStop: HostStop | undefined): Verdict {
  switch (hostStop) {
    case 'cpu_backstop':
      return ['cpu_budget', 'the CPU time bought was used up (ended by the host)'];
    case 'wall_backstop':
      return ['wall_budget', 'the wall time was over (ended by the host)'];
    case 'disk_watch':
      return ['disk_quota', `${DISK_USED_UP} (ended by the host)`];
    case 'operator':
      return ['stopped', 'stopped by the operator'];
    case 'shutdown':
      return ['stopped', 'stopped because the program ended'];
    case 'unserved':
      return ['lost', 'its stream could not be taken up again'];
    case undefined:
      return ['lost', 'the container was stopped from outside this program'];
  }
}

function describeExit({ exit_code: exitCode, signal }: EndedEvent): string {
  if (signal !== null) return `the agent was ended by signal ${signal}`;
  return `the agent exited with code ${exitCode ?? 'unknown'}`;
}

function rounded(value: number | null | undefined): number | null {
  return typeof value === 'number' ? Math.round(value) : null;
}

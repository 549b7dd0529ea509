import { describe, expect, it } from 'vitest';
import { executionEnd, type EndFacts, type HostStop } from '../../../src/sandbox/lifecycle/end-cause.ts';
import type { EndedEvent } from '../../../src/sandbox/lifecycle/supervisor-events.ts';

const REPORT: EndedEvent = {
  event: 'ended',
  cause: 'exited',
  exit_code: 0,
  signal: null,
  cpu_us: 51_600,
  memory_peak_bytes: 5_000_000,
  oom_kills: 0,
  wall_ms: 90,
  tree_empty: true,
  output_bytes: 17,
  requests: 0,
  detail: 'exited with code 0',
};
const ENDED_WELL = { exitCode: 0, oomKilled: false, error: '' };
const FACTS: EndFacts = {
  report: REPORT,
  complaint: undefined,
  container: ENDED_WELL,
  went: true,
  hostStop: undefined,
  measured: { cpuMs: undefined, wallMs: 120.4, workspaceBytes: 8192, workspaceFiles: 3, outputBytes: 12 },
};

function cause(facts: Partial<EndFacts>) {
  return executionEnd({ ...FACTS, ...facts }).cause;
}

function report(fields: Partial<EndedEvent>): EndedEvent {
  return { ...REPORT, ...fields };
}

describe('an end with a report', () => {
  it('has the report as its receipt, with what only the host can measure', () => {
    expect(executionEnd(FACTS)).toEqual({
      cause: 'exited',
      detail: 'exited with code 0',
      exitCode: 0,
      signal: null,
      usage: {
        cpuMs: 52,
        memoryPeakBytes: 5_000_000,
        wallMs: 90,
        workspaceBytes: 8192,
        workspaceFiles: 3,
        outputBytes: 17,
      },
    });
  });

  it.each(['cpu_budget', 'wall_budget', 'disk_quota', 'not_runnable'] as const)(
    'is %s where the report says so',
    (named) => {
      expect(cause({ report: report({ cause: named }) })).toBe(named);
    },
  );

  it('is disk_quota where the host found too much, or ended it for that', () => {
    expect(cause({ overQuota: true })).toBe('disk_quota');
    expect(cause({ report: report({ cause: 'stopped' }), hostStop: 'disk_watch' })).toBe('disk_quota');
    expect(cause({ report: report({ cause: 'cpu_budget' }), overQuota: true })).toBe('cpu_budget');
  });

  it('is out_of_memory where the kernel killed anything in it, also where the agent went on and exited with 0', () => {
    expect(cause({ report: report({ oom_kills: 1 }) })).toBe('out_of_memory');
    expect(cause({ container: { ...ENDED_WELL, oomKilled: true } })).toBe('out_of_memory');
  });

  it('is lost where the kernel killed in it and its own memory was not used up, unless it completed all the same', () => {
    const container = { ...ENDED_WELL, oomKilled: true };
    const killed = (peak: number | null, exit: Partial<EndedEvent> = { exit_code: null, signal: 9 }) =>
      cause({ report: report({ oom_kills: 1, memory_peak_bytes: peak, ...exit }), container, memoryBytes: 64_000_000 });
    expect(killed(30_000_000)).toBe('lost');
    expect(killed(30_000_000, { exit_code: 1 })).toBe('lost');
    expect(killed(30_000_000, { exit_code: 0 })).toBe('exited');
    expect(killed(63_900_000)).toBe('out_of_memory');
    expect(killed(null)).toBe('out_of_memory');
  });

  it('is the spent budget, not the memory, where both hold', () => {
    const container = { ...ENDED_WELL, oomKilled: true };
    expect(cause({ report: report({ cause: 'cpu_budget' }), container })).toBe('cpu_budget');
  });

  it.each([
    ['operator', 'stopped'],
    ['shutdown', 'stopped'],
    ['cpu_backstop', 'cpu_budget'],
    ['wall_backstop', 'wall_budget'],
    [undefined, 'lost'],
  ] as readonly [HostStop | undefined, string][])('that was stopped by %s is %s', (hostStop, named) => {
    expect(cause({ report: report({ cause: 'stopped' }), hostStop })).toBe(named);
  });

  it('stays what it was where the stop came too late', () => {
    expect(cause({ hostStop: 'operator' })).toBe('exited');
  });

  it('shows the agent’s words in one line of limited length', () => {
    const { detail } = executionEnd({ ...FACTS, report: report({ detail: `a\nb\t${'c'.repeat(1000)}` }) });
    expect(detail).toMatch(/^a b c+$/);
    expect(detail.length).toBe(500);
  });
});

describe('an end without a report', () => {
  const NO_REPORT = { ...FACTS, report: undefined };

  it('has no figures that nobody measured', () => {
    const { usage, exitCode } = executionEnd({ ...NO_REPORT, container: { ...ENDED_WELL, exitCode: 137 } });
    expect(usage).toEqual({
      cpuMs: null,
      memoryPeakBytes: null,
      wallMs: 120,
      workspaceBytes: 8192,
      workspaceFiles: 3,
      outputBytes: 12,
    });
    expect(exitCode).toBeNull();
  });

  it('is start_failed where the agent never ran', () => {
    expect(cause({ ...NO_REPORT, went: false })).toBe('start_failed');
    for (const exitCode of [2, 3, 4])
      expect(cause({ ...NO_REPORT, container: { ...ENDED_WELL, exitCode } })).toBe('start_failed');
    const failed = executionEnd({
      ...NO_REPORT,
      complaint: 'fork: no memory',
      container: { ...ENDED_WELL, exitCode: 4 },
    });
    expect(failed).toMatchObject({ cause: 'start_failed', detail: 'fork: no memory' });
  });

  it('is start_failed where it was stopped before it began, by nobody of ours', () => {
    expect(cause({ report: report({ cause: 'stopped' }), went: false })).toBe('start_failed');
  });

  it('is stopped where it was stopped before it began', () => {
    expect(cause({ ...NO_REPORT, went: false, hostStop: 'operator' })).toBe('stopped');
  });

  it('is out_of_memory where the supervisor went with the agent', () => {
    expect(cause({ ...NO_REPORT, container: { exitCode: 137, oomKilled: true, error: '' } })).toBe('out_of_memory');
  });

  it('is what the host killed it for', () => {
    const container = { exitCode: 137, oomKilled: false, error: '' };
    expect(cause({ ...NO_REPORT, container, hostStop: 'cpu_backstop' })).toBe('cpu_budget');
    expect(cause({ ...NO_REPORT, container, hostStop: 'wall_backstop' })).toBe('wall_budget');
    expect(cause({ ...NO_REPORT, container, hostStop: 'shutdown' })).toBe('stopped');
  });

  it('is lost where nobody knows', () => {
    expect(cause({ ...NO_REPORT, container: undefined })).toBe('lost');
    expect(cause({ ...NO_REPORT, container: { exitCode: 137, oomKilled: false, error: '' } })).toBe('lost');
    expect(cause({ ...NO_REPORT, container: ENDED_WELL })).toBe('lost');
  });
});

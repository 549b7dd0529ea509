import { describe, expect, it } from 'vitest';
import { createTextHead } from '../../../src/sandbox/docker/container/text-head.ts';
import { parseReport, parseSupervisorEvent } from '../../../src/sandbox/lifecycle/supervisor-events.ts';

const ENDED = {
  event: 'ended',
  cause: 'exited',
  exit_code: 0,
  signal: null,
  cpu_us: 12_345,
  memory_peak_bytes: 4096,
  oom_kills: 1,
  wall_ms: 20,
  tree_empty: true,
  output_bytes: 6,
  requests: 2,
  detail: 'exited with code 0',
};

describe("the supervisor's events", () => {
  const ready = { event: 'ready', going: false, wall_ms: 0, requests: 0 };

  it('are read from a line each', () => {
    expect(parseSupervisorEvent(JSON.stringify({ ...ready, cgroup_version: 1 }))).toEqual(ready);
    expect(parseSupervisorEvent('{"event":"started","entry":"main.py"}')).toEqual({
      event: 'started',
      entry: 'main.py',
    });
    expect(parseSupervisorEvent(JSON.stringify({ ...ready, tells_use: true }))).toEqual({ ...ready, tells_use: true });
    expect(parseSupervisorEvent('{"event":"used","cpu_us":null,"memory_peak_bytes":7}')).toEqual({
      ...{ event: 'used', cpu_us: null, memory_peak_bytes: 7 },
    });
    expect(parseSupervisorEvent(JSON.stringify(ENDED))).toEqual(ENDED);
  });

  it.each([
    'exec format error',
    '{"event":"party"}',
    '{"event":"ready"}',
    '{"event":"used","cpu_us":-1}',
    '[]',
    'nul',
    '',
  ])('are not made up from %j', (line) => {
    expect(parseSupervisorEvent(line)).toBeUndefined();
  });
});

describe('the head of a text', () => {
  it('is its beginning on one line, however much comes', () => {
    const head = createTextHead(40);
    head.push(Buffer.from('exec \n format\terr'));
    head.push(Buffer.from('or é'.repeat(1000)));
    expect(head.text).toBe(`exec format error ${'éor '.repeat(6)}`.slice(0, 40));
    const cut = createTextHead(10);
    for (const byte of Buffer.from('ü')) cut.push(Uint8Array.of(byte));
    expect(cut.text).toBe('ü');
  });
});

describe('a report', () => {
  it('is read from its text', () => {
    expect(parseReport(JSON.stringify(ENDED))).toEqual(ENDED);
  });

  it.each([
    ['half a file', '{"event":"ended","cause":"exi'],
    ['another event', '{"event":"ready"}'],
    ['an unknown cause', JSON.stringify({ ...ENDED, cause: 'bored' })],
    ['a negative figure', JSON.stringify({ ...ENDED, cpu_us: -1 })],
    ['a figure that is no number', JSON.stringify({ ...ENDED, cpu_us: '12' })],
    ['no object', '17'],
    ['nothing', ''],
  ])('is not made up from %s', (_, text) => {
    expect(parseReport(text)).toBeUndefined();
  });
});

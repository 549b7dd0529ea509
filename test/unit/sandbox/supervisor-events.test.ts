import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createEventReader,
  parseReport,
  type SupervisorEvent,
} from '../../../src/sandbox/lifecycle/supervisor-events.ts';

const EVENT_LINE_CHARS_MAX = 4096;
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
  detail: 'exited with code 0',
};

function read(chunks: readonly Uint8Array[]) {
  const events: SupervisorEvent[] = [];
  const reader = createEventReader((event) => events.push(event));
  for (const chunk of chunks) reader.push(chunk);
  return { events, noise: reader.noise };
}

describe("the supervisor's events", () => {
  const text = `{"event":"ready","cgroup_version":1}\n{"event":"started","entry":"main.py"}\n${JSON.stringify(ENDED)}\n`;

  it('are read whatever the chunks in which they come', () => {
    const bytes = Buffer.from(text);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (sizes) => {
        const chunks: Uint8Array[] = [];
        for (let offset = 0, index = 0; offset < bytes.length; index++) {
          const size = sizes[index % sizes.length]!;
          chunks.push(bytes.subarray(offset, offset + size));
          offset += size;
        }
        expect(read(chunks).events).toEqual([{ event: 'ready' }, { event: 'started', entry: 'main.py' }, ENDED]);
      }),
    );
  });

  it('are apart from whatever else is said, of which the beginning is kept', () => {
    const { events, noise } = read([Buffer.from('exec format error\n{"event":"ready"}\n{"event":"party"}\n[]\nnul')]);
    expect(events).toEqual([{ event: 'ready' }]);
    expect(noise).toBe('exec format error {"event":"party"} [] nul');
  });

  it('are never more than one line of limited length in memory', () => {
    const flood = Buffer.alloc(1_000_000, 'x');
    const { events, noise } = read([flood, flood, Buffer.from('\n{"event":"ready"}\n')]);
    expect(events).toEqual([{ event: 'ready' }]);
    expect(noise.length).toBeLessThanOrEqual(EVENT_LINE_CHARS_MAX);
  });

  it('are not believed where a line is cut', () => {
    const overlong = JSON.stringify({ ...ENDED, detail: 'x'.repeat(EVENT_LINE_CHARS_MAX) });
    expect(read([Buffer.from(`${overlong}\n`)]).events).toEqual([]);
    const trailing = `{"event":"ready"}${' '.repeat(EVENT_LINE_CHARS_MAX)}x`;
    expect(read([Buffer.from(`${trailing}\n`)]).events).toEqual([]);
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

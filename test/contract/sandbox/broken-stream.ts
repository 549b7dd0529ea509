import { afterEach, describe, expect, it } from 'vitest';
import type { Config } from '../../../src/config/schema.ts';
import { ENOUGH } from '../../helpers/docker-sandbox.ts';
import { asking, pause, realHome, serveRequests, until, type RealHome } from './real-home.ts';
import { itWhere } from './it-where.ts';
import type { Cut, Direction, OpenOptions, SandboxUnderTest } from './sandbox-at-work.ts';

/** A prime, so that the sample hits every part of the frames; `BP_CUT_EVERY=1` cuts at every byte. */
const CUT_EVERY = Number(process.env['BP_CUT_EVERY'] ?? 23);
/** A greeting, what is said after it, and some requests. */
const CUT_BYTES_MAX = 600;
const PACE = 50_000;
const LINES = 12_000;

/** Prints a number, asks with it until it is answered, and goes on with the next one until it is released. */
const COUNTING = asking(`
n = 0
while not os.path.exists("go-on"):
    say("%d\\n" % n)
    ask("/%d" % n)
    n += 1
say("end\\n")
`);

function countedTo(asked: readonly string[]): string {
  return [...new Set(asked), 'end', ''].map((path) => path.replace('/', '')).join('\n');
}

/** The stream between program and container breaks, or is read slowly, or not at all, or says nonsense. */
export function itStandsABrokenStream(engine: SandboxUnderTest): void {
  const { streamAgain } = engine.has;
  let home: RealHome;
  const open = async (settings: Partial<Config['sandbox']>, options: OpenOptions = {}) => {
    home = realHome(await engine.open({ output_bytes_max: 100_000_000, ...settings }, options));
  };
  afterEach(async () => {
    await home.at.close();
  });

  /** A hurried clock hurries this limit as well: a busy machine doesn't keep it then, whatever the stream does. */
  const HURRIED = 'the memory of TCP buffers could not be limited';
  const complaints = () => home.at.complaints.filter((complaint) => complaint !== HURRIED);

  const cuts = (direction: Direction): Cut[] =>
    Array.from({ length: Math.ceil(CUT_BYTES_MAX / CUT_EVERY) }, (_, index) => ({
      direction,
      bytes: 1 + index * CUT_EVERY,
    }));

  describe('a stream', () => {
    itWhere(streamAgain)('that breaks at any byte loses and doubles nothing', async () => {
      await open({}, { hurried: true });
      const request = home.request({ files: COUNTING, bundle: { ...ENOUGH, cpuMs: 600_000 }, wallMs: 3_600_000 });
      const execution = await home.prepare(request);
      const { asked } = serveRequests(execution);
      await execution.go();
      const { stream } = home.at;
      stream.cutEach([...cuts('to container'), ...cuts('from container')]);
      await until(() => stream.cutsLeft === 0);
      const [before, attached] = [asked.length, stream.attached];
      await until(() => asked.length > before + 20);
      expect(attached).toBeGreaterThanOrEqual(2 * cuts('to container').length);
      home.at.release(request.agentId);
      const end = await execution.ended;
      const output = home.output(request.executionId);
      expect(end).toMatchObject({ cause: 'exited', exitCode: 0, usage: { outputBytes: output.length } });
      expect(output).toBe(countedTo(asked));
      expect((await home.adopt(request)).requests).toBe(asked.length);
      expect(complaints()).toEqual([]);
    });

    itWhere(streamAgain)('that breaks before "go" can still bring it', async () => {
      await open({});
      const request = home.request({ files: asking('say("went")') });
      const execution = await home.prepare(request);
      home.at.stream.break();
      await execution.go();
      expect(await execution.ended).toMatchObject({ cause: 'exited', exitCode: 0 });
      expect(home.output(request.executionId)).toBe('went');
    });

    itWhere(!streamAgain)('that breaks before "go" and can not be taken up again lets nothing run', async () => {
      await open({});
      const request = home.request({ files: asking('say("went")') });
      const execution = await home.prepare(request);
      home.at.stream.break();
      await execution.go();
      expect(await execution.ended).toMatchObject({ cause: 'start_failed', exitCode: null });
      expect(home.output(request.executionId)).toBe('');
    });

    itWhere(streamAgain)('that says nonsense is let go of and attached to anew', async () => {
      await open({}, { hurried: true });
      const request = home.request({ files: COUNTING });
      const execution = await home.prepare(request);
      const { asked } = serveRequests(execution);
      await execution.go();
      const { stream } = home.at;
      const frames = [Buffer.alloc(12, 0xff), Buffer.alloc(100_000), Buffer.from('{"event":"ended"}\n'.repeat(100))];
      for (const nonsense of frames) {
        const before = asked.length;
        await until(() => asked.length > before + 5);
        stream.inject(nonsense);
        const { attached } = stream;
        await until(() => stream.attached > attached);
      }
      const before = asked.length;
      await until(() => asked.length > before + 5);
      home.at.release(request.agentId);
      expect(await execution.ended).toMatchObject({ cause: 'exited', exitCode: 0 });
      expect(home.output(request.executionId)).toBe(countedTo(asked));
      expect(new Set(complaints())).toEqual(new Set(['what comes out of a container breaks the rules']));
    });

    it('that is read slowly brings all of it, and its agent waits', async () => {
      await open({});
      const request = home.request({ files: asking(`for n in range(${LINES}): say("%07d\\n" % n)\n`) });
      const execution = await home.prepare(request);
      home.at.stream.pace(PACE);
      const began = performance.now();
      await execution.go();
      const end = await execution.ended;
      expect(performance.now() - began).toBeGreaterThan(((8 * LINES) / PACE) * 500);
      expect(end).toMatchObject({ cause: 'exited', exitCode: 0, usage: { outputBytes: 8 * LINES } });
      const lines = Array.from({ length: LINES }, (_, n) => `${String(n).padStart(7, '0')}\n`);
      expect(home.output(request.executionId)).toBe(lines.join(''));
    });

    it('that nobody reads keeps no limit from its agent', async () => {
      await open({ backstop_ms: 500 });
      const request = home.request({
        bundle: { ...ENOUGH, cpuMs: 500 },
        files: asking(`
import threading
def flood():
    while True: say("x" * 1000)
threading.Thread(target=flood, daemon=True).start()
while True: pass
`),
      });
      const execution = await home.prepare(request);
      home.at.stream.pace(0);
      void execution.go();
      await pause(3000);
      home.at.stream.pace(Infinity);
      const end = await execution.ended;
      expect(end).toMatchObject({ cause: 'cpu_budget', usage: { outputBytes: expect.any(Number) as number } });
      expect(end.usage.cpuMs).toBeLessThan(800);
      const output = home.output(request.executionId);
      expect(output).toHaveLength(end.usage.outputBytes!);
    });

    it('that nobody reads keeps no stop from its agent', async () => {
      await open({ stop_grace_ms: 1000 });
      const request = home.request({ files: asking('while True: say("x" * 1000)') });
      const execution = await home.begin(request);
      home.at.stream.pace(0);
      await pause(500);
      const stopped = execution.stop('operator');
      await pause(1500);
      home.at.stream.pace(Infinity);
      await stopped;
      const end = await execution.ended;
      expect(end.cause).toBe('stopped');
      expect(end.usage.wallMs).toBeLessThan(2000);
      expect(home.output(request.executionId)).toHaveLength(end.usage.outputBytes!);
    });
  });
}

import { afterEach, describe, expect, it } from 'vitest';
import type { Config } from '../../../src/config/schema.ts';
import { cutMarker } from '../../helpers/cut-marker.ts';
import { ENOUGH } from '../../helpers/docker-sandbox.ts';
import { asking, pause, realHome, serveRequests, until, type RealHome } from './real-home.ts';
import { itWhere } from './it-where.ts';
import type { SandboxUnderTest } from './sandbox-at-work.ts';

/** Prints numbered lines and asks, both until it is released; each answer must be higher than the one before. */
const BUSY = asking(`
import threading
answers = [0]
def keep_asking():
    while not os.path.exists("go-on"):
        answers.append(int(ask("/")))
        assert answers[-1] > answers[-2], answers[-2:]
        time.sleep(0.005)
thread = threading.Thread(target=keep_asking); thread.start()
n = 0
while not os.path.exists("go-on"):
    say("%d %s\\n" % (n, "x" * (n % 200)))
    n += 1
    if n % 10 == 0: time.sleep(0.001)
thread.join()
say("%d lines, %d answers, the last %d\\n" % (n, len(answers) - 1, answers[-1]))
`);

/** What an execution said and asked before, while and after no program was there for it. */
export function itAdopts(engine: SandboxUnderTest): void {
  const { streamAgain } = engine.has;
  let home: RealHome;
  const open = async (settings: Partial<Config['sandbox']> = {}) => {
    home = realHome(await engine.open(settings));
  };
  afterEach(async () => {
    await home.at.close();
  });

  describe('what an execution that is taken over', () => {
    itWhere(streamAgain)('prints and asks is all there, each once, however often the program is killed', async () => {
      await open({ output_bytes_max: 100_000_000 });
      const request = home.request({ files: BUSY, bundle: { ...ENOUGH, cpuMs: 60_000 } });
      await home.at.crash({ request, state: 'running' }, () => pause(300));
      await pause(300);
      await home.at.crash({ request, state: 'adopted' }, () => pause(300));
      await pause(300);
      const execution = await home.adopt(request);
      const before = execution.requests;
      expect(before).toBeGreaterThan(0);
      const { asked } = serveRequests(execution);
      await until(() => asked.length > 10);
      home.at.release(request.agentId);
      const end = await execution.ended;
      const output = home.output(request.executionId);
      expect(end, output.slice(-1000)).toMatchObject({ cause: 'exited', exitCode: 0 });
      const lines = output.trimEnd().split('\n');
      const told = /^(\d+) lines, (\d+) answers, the last (\d+)$/.exec(lines.pop()!)!.slice(1).map(Number);
      expect(lines).toEqual(lines.map((_, n) => `${n} ${'x'.repeat(n % 200)}`));
      const [printed, answers, last] = told as [number, number, number];
      expect(lines).toHaveLength(printed);
      expect(end.usage.outputBytes).toBe(output.length);
      expect(last).toBe(before + asked.length);
      expect((await home.adopt(request)).requests).toBe(last);
      expect(answers).toBeLessThanOrEqual(last);
      // A request is made once more only where a kill came over it.
      expect(last - answers).toBeLessThanOrEqual(4);
    });

    it('printed and asked is also there where it ended while nobody was', async () => {
      await open();
      const text = 'for n in range(3): ask("/")\nopen("asked", "w").close()\nwait_for("go-on")\n';
      const complaint = 'time.sleep(0.2)\nos.write(2, b"at last\\n")\n';
      const request = home.request({
        files: asking(
          `say("before\\n")\n${text}for n in range(5000): say("%d after\\n" % n)\n${complaint}raise SystemExit(3)\n`,
        ),
      });
      await home.at.crash({ request, state: 'running' }, () => home.at.hasAsked(request.agentId));
      home.at.release(request.agentId);
      for (;;) {
        const [left] = await home.at.left();
        if (left?.isRunning !== true) break;
        await pause(50);
      }
      const execution = await home.adopt(request);
      expect(execution).toMatchObject({ hadEnded: true, requests: 3 });
      const end = await execution.ended;
      const output = home.output(request.executionId);
      expect(end).toMatchObject({ cause: 'exited', exitCode: 3, usage: { outputBytes: output.length } });
      expect(end.usage.cpuMs).toBeGreaterThan(0);
      expect(output).toBe(
        ['before', ...Array.from({ length: 5000 }, (_, n) => `${n} after`), 'at last', ''].join('\n'),
      );
      expect(home.stderr(request.executionId)).toBe('at last\n');
      // As often as it is asked for.
      expect(await (await home.adopt(request)).ended).toEqual(end);
      expect(home.output(request.executionId)).toBe(output);
    });

    itWhere(streamAgain)('prints beyond the cap is counted on and cut only once, and its limits hold on', async () => {
      await open({ output_bytes_max: 2000, backstop_ms: 500 });
      const request = home.request({
        bundle: { ...ENOUGH, cpuMs: 1000 },
        files: asking(`
for _ in range(1000): say("x" * 1000)
ask("/"); open("asked", "w").close(); wait_for("go-on")
for _ in range(1000): say("y" * 1000)
while True: pass
`),
      });
      await home.at.crash({ request, state: 'running' }, () => home.at.hasAsked(request.agentId));
      const execution = await home.adopt(request);
      expect(await execution.usedCpuMs()).toBeGreaterThan(0);
      home.at.release(request.agentId);
      const end = await execution.ended;
      expect(end).toMatchObject({ cause: 'cpu_budget', usage: { outputBytes: 2_000_000 } });
      expect(end.usage.cpuMs).toBeGreaterThanOrEqual(1000);
      expect(end.usage.cpuMs).toBeLessThan(1300);
      expect(home.output(request.executionId)).toBe('x'.repeat(2000) + cutMarker(2000));
    });
  });
}

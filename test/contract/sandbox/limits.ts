import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cutMarker } from '../../helpers/cut-marker.ts';
import { ENOUGH, files, python } from '../../helpers/docker-sandbox.ts';
import { realHome, until, type RealHome } from './real-home.ts';
import { itWhere } from './it-where.ts';
import type { SandboxUnderTest } from './sandbox-at-work.ts';

const OUTPUT_MAX = 2000;
const MB = 1_048_576;
const WORKSPACE = { workspace_mb: 16, workspace_files_max: 200 };

const FILL = `
import time
def fill():
    for count in range(40):
        try:
            with open(f"big-{count}", "wb") as f: f.write(b"x" * 1048576)
        except OSError: return
`;

/** Each limit ends who goes over it; and of several things that happened the weightiest is told. */
export function itKeepsLimits(engine: SandboxUnderTest): void {
  const holdsMemory = !engine.has.unheld?.includes('memory');
  let home: RealHome;
  beforeAll(async () => {
    const settings = { output_bytes_max: OUTPUT_MAX, stop_grace_ms: 1000, backstop_ms: 500, ...WORKSPACE };
    home = realHome(await engine.open(settings));
  });
  afterAll(async () => {
    await home.at.close();
  });

  describe('a limit', () => {
    it('of CPU time ends the whole tree', async () => {
      const { end } = await home.run({
        bundle: { ...ENOUGH, cpuMs: 300 },
        files: python('import os\nos.fork()\nos.fork()\nwhile True: pass\n'),
      });
      expect(end.cause).toBe('cpu_budget');
      expect(end.usage.cpuMs).toBeGreaterThanOrEqual(300);
      expect(end.usage.cpuMs).toBeLessThan(500);
    });

    it('of wall time ends who sleeps', async () => {
      const { end } = await home.run({ wallMs: 400, files: python('import time\ntime.sleep(60)\n') });
      expect(end.cause).toBe('wall_budget');
      expect(end.usage.wallMs).toBeGreaterThanOrEqual(400);
      expect(end.usage.cpuMs).toBeLessThan(300);
    });

    itWhere(holdsMemory)('of memory ends who takes more', async () => {
      const greedy = await home.run({
        bundle: { ...ENOUGH, memoryMb: 32 },
        files: python('x = bytearray(100 * 1024 * 1024)\nprint("held", len(x))\n'),
      });
      expect(greedy).toMatchObject({ end: { cause: 'out_of_memory', signal: 9 }, output: '' });
    });

    it('of the workspace ends who goes over it', async () => {
      const { end } = await home.run({ files: python(`${FILL}\nfill()\ntime.sleep(120)\n`) });
      expect(end).toMatchObject({ cause: 'disk_quota' });
      expect(end.usage.workspaceBytes).toBeGreaterThan(16 * MB);
      if (engine.has.heldQuota) expect(end.usage.workspaceBytes).toBeLessThan(17.1 * MB);
    });

    itWhere(engine.has.heldQuota)(
      'of the workspace keeps files out that do not fit, and leaves no container',
      async () => {
        const large = files({ 'main.py': 'pass', 'large.txt': 'x'.repeat(40 * MB) });
        await expect(home.prepare({ files: large })).rejects.toMatchObject({ code: 'sandbox_workspace' });
        expect((await home.at.left()).filter(({ isRunning }) => isRunning)).toEqual([]);
      },
    );

    it('of kept output cuts it with a line that says so, counts all of it, and harms nobody', async () => {
      const { end, output } = await home.run({
        files: python('import sys\nfor _ in range(50_000): sys.stdout.write("x" * 1000)\n'),
      });
      expect(end).toMatchObject({ cause: 'exited', exitCode: 0, usage: { outputBytes: 50_000_000 } });
      expect(output).toBe('x'.repeat(OUTPUT_MAX) + cutMarker(OUTPUT_MAX));
    });
  });

  describe('of what happened', () => {
    const GREEDY_CHILD = 'import os\nif os.fork() == 0: x = bytearray(100 * 1024 * 1024)\nos.wait()\n';
    const SMALL = { ...ENOUGH, memoryMb: 32 };

    itWhere(holdsMemory)('a memory limit is told rather than an exit, also where only a child died of it', async () => {
      const { end, output } = await home.run({ bundle: SMALL, files: python(`${GREEDY_CHILD}print("I live")\n`) });
      expect({ end, output }).toMatchObject({ end: { cause: 'out_of_memory', exitCode: 0 }, output: 'I live\n' });
    });

    it('the limit that ended it is told rather than one that did not', async () => {
      const bundle = { ...SMALL, cpuMs: 400 };
      const { end } = await home.run({ bundle, files: python(`${GREEDY_CHILD}while True: pass\n`) });
      expect(end.cause).toBe('cpu_budget');
    });

    it('a full workspace is told rather than a memory limit or an exit', async () => {
      const { end } = await home.run({ bundle: SMALL, files: python(`${FILL}\nfill()\n${GREEDY_CHILD}`) });
      expect(end.cause).toBe('disk_quota');
    });

    it('a stop is told rather than the exit that it brings about', async () => {
      const request = home.request({
        files: python(
          'import signal, time\nsignal.signal(15, lambda *_: exit(0))\nprint(1, flush=True)\ntime.sleep(60)\n',
        ),
      });
      const execution = await home.begin(request);
      await until(() => home.output(request.executionId) !== '');
      await execution.stop('operator');
      expect(await execution.ended).toMatchObject({ cause: 'stopped', detail: 'stopped by the operator' });
    });

    it('a stop ends also who refuses to end, and what was used is told', async () => {
      const request = home.request({
        files: python('import signal, time\nsignal.signal(15, signal.SIG_IGN)\nprint(1, flush=True)\ntime.sleep(60)\n'),
      });
      const execution = await home.begin(request);
      await until(() => home.output(request.executionId) !== '');
      await execution.stop('shutdown');
      const end = await execution.ended;
      expect(end).toMatchObject({ cause: 'stopped', exitCode: null });
      expect(end.usage.cpuMs).toBeGreaterThan(0);
    });
  });
}

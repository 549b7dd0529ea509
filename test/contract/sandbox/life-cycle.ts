import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NEVER } from '../../helpers/docker-sandbox.ts';
import type { AdoptedExecution } from '../../../src/sandbox/sandbox.ts';
import { itWhere } from './it-where.ts';
import type { Deed, SandboxAtWork, SandboxUnderTest } from './sandbox-at-work.ts';

/** From its preparation to its removal; what the agent does in between doesn't matter, so it need not be real. */
export function itHasALifeCycle(engine: SandboxUnderTest): void {
  const { streamAgain } = engine.has;
  let at: SandboxAtWork;
  beforeEach(async () => {
    at = await engine.open({ stop_grace_ms: 1000 });
  });
  afterEach(async () => {
    await at.close();
  });

  const prepare = (deed: Deed, executionId = 'exe_1', agentId = 'a') =>
    at.sandbox.prepare(at.request(deed, { executionId, agentId }), NEVER);
  const adopt = (executionId = 'exe_1'): Promise<AdoptedExecution> =>
    at.sandbox.adopt({ ...at.request('stays', { executionId }), startedAt: Date.now() - 1000 }, NEVER);
  const crash = (deed: Deed, state: 'prepared' | 'running') =>
    at.crash({ request: at.request(deed, { executionId: 'exe_1' }), state }, () =>
      deed === 'asks' ? at.hasAsked('a') : Promise.resolve(),
    );
  const ids = async () => (await at.left()).map(({ executionId }) => executionId).sort();

  async function untilEnded(executionId: string): Promise<void> {
    for (;;) {
      const left = await at.left();
      if (left.find((one) => one.executionId === executionId)?.isRunning !== true) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  describe('an execution', () => {
    it('is prepared, goes, and ends once', async () => {
      const execution = await prepare('exits');
      expect(execution.requests).toBe(0);
      await execution.go();
      const end = await execution.ended;
      expect(end).toMatchObject({ cause: 'exited', exitCode: 3, signal: null });
      expect(end.detail).not.toBe('');
      expect(end.usage.cpuMs).toBeGreaterThan(0);
      expect(await ids()).toEqual(['exe_1']);
      // What has ended is not stopped.
      await execution.stop('operator');
      expect(await execution.ended).toBe(end);
    });

    it('gives a snapshot of files of its workspace while it runs, or says why not', async () => {
      const request = at.request('stays', { executionId: 'exe_1' });
      const notes = { path: 'out/notes.txt', content: Buffer.from('as given'), executable: false };
      const execution = await at.sandbox.prepare({ ...request, files: [...request.files, notes] }, NEVER);
      await execution.go();
      const names = ['out/notes.txt'];
      expect(await execution.takeFiles(names, 8)).toEqual({ contents: [Buffer.from('as given')] });
      expect(await execution.takeFiles(names, 7)).toEqual({ fault: 'too_large', index: 0 });
      expect(await execution.takeFiles([...names, 'other'], 8)).toEqual({ fault: 'missing', index: 1 });
      await execution.stop('operator');
      await execution.ended;
      await expect(execution.takeFiles(names, 8)).rejects.toMatchObject({ code: 'sandbox_content' });
    });

    it('is stopped as often as it is asked for, and the first reason counts', async () => {
      const execution = await prepare('stays');
      await execution.go();
      await Promise.all([execution.stop('operator'), execution.stop('shutdown')]);
      expect(await execution.ended).toMatchObject({ cause: 'stopped', exitCode: null });
      await execution.stop('operator');
    });

    it('that is stopped before "go" has not begun, and "go" begins nothing', async () => {
      const execution = await prepare('exits');
      await execution.stop('shutdown');
      await execution.go();
      expect(await execution.ended).toMatchObject({ cause: 'stopped', exitCode: null, usage: { cpuMs: 0 } });
    });

    it('whose preparation is broken off leaves nothing, whenever that comes', async () => {
      for (const milliseconds of [0, 10, 40]) {
        const controller = new AbortController();
        const request = at.request('exits', { executionId: `exe_${milliseconds}` });
        const preparing = at.sandbox.prepare(request, controller.signal);
        setTimeout(() => controller.abort(new Error('enough')), milliseconds);
        // A simulated one may be ready before.
        await preparing.then(
          () => at.sandbox.discard(request.executionId),
          (error: unknown) => expect(error).toMatchObject({ message: 'enough' }),
        );
        expect(await ids()).toEqual([]);
      }
      const gone = at.sandbox.prepare(
        at.request('exits', { executionId: 'exe_1' }),
        AbortSignal.abort(new Error('no')),
      );
      await expect(gone).rejects.toThrow('no');
      expect(await ids()).toEqual([]);
    });

    it('goes on beside others, each to its own end', async () => {
      const [first, second] = await Promise.all([prepare('stays', 'exe_1', 'a'), prepare('exits', 'exe_2', 'b')]);
      await Promise.all([first.go(), second.go()]);
      expect(await second.ended).toMatchObject({ exitCode: 3 });
      expect(await at.left()).toContainEqual({ executionId: 'exe_1', isRunning: true });
      at.release('a');
      expect(await first.ended).toMatchObject({ cause: 'exited', exitCode: 3 });
    });
  });

  describe('after a kill of the program', () => {
    itWhere(streamAgain)('an execution that runs is taken over to its end', async () => {
      await crash('stays', 'running');
      expect(await at.left()).toEqual([{ executionId: 'exe_1', isRunning: true }]);
      const adopted = await adopt();
      expect(adopted).toMatchObject({ hadEnded: false, requests: 0 });
      at.release('a');
      expect(await adopted.ended).toMatchObject({ cause: 'exited', exitCode: 3 });
    });

    itWhere(streamAgain)('one that runs can be stopped', async () => {
      await crash('stays', 'running');
      const adopted = await adopt();
      await adopted.stop('operator');
      expect(await adopted.ended).toMatchObject({ cause: 'stopped' });
    });

    itWhere(!streamAgain)('one that runs, but whose stream can not be taken up again, is lost', async () => {
      await crash('stays', 'running');
      const adopted = await adopt();
      expect(adopted.hadEnded).toBe(false);
      expect(await adopted.ended).toMatchObject({ cause: 'lost', exitCode: null });
    });

    it('one that ended meanwhile is found with its end', async () => {
      await crash('stays', 'running');
      at.release('a');
      await untilEnded('exe_1');
      const adopted = await adopt();
      expect(adopted.hadEnded).toBe(true);
      const end = await adopted.ended;
      expect(end).toMatchObject({ cause: 'exited', exitCode: 3 });
      expect(end.usage.cpuMs).toBeGreaterThan(0);
      await adopted.stop('shutdown');
    });

    it('one that was only prepared has not begun and never will', async () => {
      await crash('exits', 'prepared');
      expect(await (await adopt()).ended).toMatchObject({ cause: 'start_failed', exitCode: null });
    });

    it('one that has vanished is lost', async () => {
      await crash('stays', 'running');
      await at.sandbox.discard('exe_1');
      const adopted = await adopt();
      expect(adopted).toMatchObject({ hadEnded: true, requests: 0 });
      expect(await adopted.ended).toMatchObject({ cause: 'lost', exitCode: null, usage: { cpuMs: null } });
      adopted.serve(() => undefined);
      adopted.keepRequests(1);
      await adopted.stop('operator');
    });

    itWhere(streamAgain)('its requests are counted on, as often as that happens', async () => {
      await crash('asks', 'running');
      expect((await adopt()).requests).toBe(3);
      await at.crash({ request: at.request('asks', { executionId: 'exe_1' }), state: 'adopted' });
      const adopted = await adopt();
      expect(adopted.requests).toBe(3);
      at.release('a');
      await adopted.ended;
      // Also of one that has ended.
      expect((await adopt()).requests).toBe(3);
    });
  });

  describe('what is left', () => {
    it('goes by a discard, as often as it is asked for, also where there is nothing', async () => {
      await at.sandbox.discard('exe_9');
      const execution = await prepare('exits');
      await execution.go();
      await execution.ended;
      for (let times = 0; times < 2; times++) await at.sandbox.discard('exe_1');
      expect(await ids()).toEqual([]);
    });

    it('goes by a discard while it runs', async () => {
      const execution = await prepare('stays');
      await execution.go();
      await at.sandbox.discard('exe_1');
      expect(await ids()).toEqual([]);
      expect(['lost', 'stopped']).toContain((await execution.ended).cause);
    });

    it('goes by a close where it waits for its "go"; what runs goes on', async () => {
      const [running, waiting] = await Promise.all([prepare('stays', 'exe_1', 'a'), prepare('exits', 'exe_2', 'b')]);
      await running.go();
      for (let times = 0; times < 2; times++) await at.sandbox.close();
      await waiting.ended;
      expect(await at.left()).toEqual([{ executionId: 'exe_1', isRunning: true }]);
      at.release('a');
      expect(await running.ended).toMatchObject({ exitCode: 3 });
    });

    it('goes by a sweep, but for what is to be kept and what is another home’s', async () => {
      const other = await engine.open();
      try {
        const others = await other.sandbox.prepare(other.request('exits', { executionId: 'exe_1' }), NEVER);
        const all = await Promise.all([prepare('exits', 'exe_1', 'a'), prepare('exits', 'exe_2', 'b')]);
        for (const execution of all) {
          await execution.go();
          await execution.ended;
        }
        await at.sandbox.sweep(new Set(['exe_2']), NEVER);
        expect(await ids()).toEqual(['exe_2']);
        await at.sandbox.sweep(new Set(), NEVER);
        expect(await ids()).toEqual([]);
        expect(await other.left()).toEqual([{ executionId: 'exe_1', isRunning: true }]);
        await others.stop('shutdown');
      } finally {
        await other.close();
      }
    });
  });

  describe('the engine', () => {
    it('is asked whether it answers, and looked over, and that leaves nothing', async () => {
      await at.sandbox.ping(NEVER);
      const warnings = await at.sandbox.check(NEVER);
      expect(await at.sandbox.check(NEVER)).toEqual(warnings);
      expect(await ids()).toEqual([]);
    });

    it('is not waited for by who has given up', async () => {
      const given = AbortSignal.abort(new Error('given up'));
      await expect(at.sandbox.ping(given)).rejects.toThrow('given up');
      await expect(at.sandbox.check(given)).rejects.toThrow('given up');
      await expect(at.sandbox.sweep(new Set(), given)).rejects.toThrow('given up');
    });
  });
}

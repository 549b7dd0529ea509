import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { homeLabelOf } from '../../src/sandbox/docker/labels.ts';
import { compiled } from '../helpers/compiled.ts';
import { contentOf } from '../helpers/content-tree.ts';
import { NEVER, openTestHome, python, type TestHome } from '../helpers/docker-sandbox.ts';
import { dockerCli } from '../helpers/engine-under-test.ts';

let home: TestHome;
let root: string;
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'bp-content-'));
  home = await openTestHome();
});
afterEach(async () => {
  await home.close();
  rmSync(root, { recursive: true });
});

const listed = (what: string, ...words: string[]) =>
  dockerCli(what, 'ls', ...words, '--filter', `label=bp-agents.home=${homeLabelOf(realpathSync(home.path))}`)
    .split('\n')
    .filter(Boolean);
const volumes = () => listed('volume', '--quiet', '--filter', 'label=bp-agents.content');
const containers = () => listed('container', '--quiet', '--all');
const run = (executionId: string, content: string) =>
  home.run({
    ...{ executionId, agentId: executionId.replace('_', '-') },
    files: python('print(open("/materials/a").read())\n'),
    mounts: [{ content, at: '/materials' }],
  });

describe('content on an engine', () => {
  it('is found by the next program, lies there once, and is made anew where somebody has removed it', async () => {
    const content = contentOf(root, { a: 'one' });
    await home.sandbox.place(content, NEVER);
    const before = volumes();
    expect(before).toHaveLength(2);
    const later = home.reopen();
    await later.place(content, NEVER);
    expect(volumes()).toEqual(before);
    for (const name of before) dockerCli('volume', 'rm', name);
    // The engine makes an empty volume of any name that a container asks for.
    await expect(run('exe_1', content.key)).rejects.toMatchObject({ code: 'sandbox_content_missing' });
    expect(containers()).toEqual([]);
    await later.place(content, NEVER);
    expect((await run('exe_2', content.key)).output).toBe('one\n');
    await later.sweep(new Set(), NEVER);
    expect(volumes()).toHaveLength(2);
    // Nor is that empty one left.
    const [held] = before.filter((name) => !name.endsWith(content.key));
    expect(listed('volume', '--quiet')).not.toContain(held);
  });

  it('is made anew where only half of it is left', async () => {
    const content = contentOf(root, { a: 'one' });
    await home.sandbox.place(content, NEVER);
    for (const isMarker of [true, false]) {
      const gone = volumes().find((name) => name.endsWith(content.key) === isMarker)!;
      dockerCli('volume', 'rm', gone);
      const sandbox = home.reopen();
      await sandbox.place(content, NEVER);
      expect((await run(isMarker ? 'exe_1' : 'exe_2', content.key)).output).toBe('one\n');
      await sandbox.discard('exe_1');
      await sandbox.discard('exe_2');
      await sandbox.sweep(new Set(), NEVER);
      expect(volumes()).toHaveLength(2);
    }
  });

  it('stays while an execution has it, and goes later', async () => {
    const content = contentOf(root, { a: 'one' });
    await home.sandbox.place(content, NEVER);
    const execution = await home.prepare({
      executionId: 'exe_1',
      files: python('print(open("/materials/a").read())'),
      mounts: [{ content: content.key, at: '/materials' }],
    });
    await home.sandbox.keepContent('tree', new Set(), NEVER);
    expect(volumes()).toHaveLength(1);
    await execution.go();
    expect(await execution.ended).toMatchObject({ cause: 'exited', exitCode: 0 });
    expect(home.output('exe_1')).toBe('one\n');
    await home.sandbox.discard('exe_1');
    await home.sandbox.keepContent('tree', new Set(), NEVER);
    expect(volumes()).toEqual([]);
  });

  it('that is asked for by many at once, and by two programs, is made once', async () => {
    const content = contentOf(root, { a: 'one' });
    const [one, other] = [home.sandbox, home.reopen()];
    await Promise.all([one, one, other, other].map((sandbox) => sandbox.place(content, NEVER)));
    expect((await run('exe_1', content.key)).output).toBe('one\n');
    await other.sweep(new Set(), NEVER);
    expect(volumes()).toHaveLength(2);
    expect(containers()).toEqual([]);
  });

  it('that nobody waits for any more is not there, nor is anything of it', async () => {
    const content = contentOf(root, { a: 'x'.repeat(20_000_000) });
    for (const milliseconds of [0, 20, 100, 250]) {
      const controller = new AbortController();
      const placing = home.sandbox.place(content, controller.signal);
      setTimeout(() => controller.abort(new Error('enough')), milliseconds);
      await placing.catch((error: unknown) => expect(error).toMatchObject({ message: 'enough' }));
    }
    // What was broken off is taken away before the next one begins.
    await home.sandbox.place(content, NEVER);
    expect([volumes().length, containers()]).toEqual([2, []]);
  });

  it('is whole or not there, whenever the program is killed', async () => {
    const texts = Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`f${n}`, 'x'.repeat(20_000)]));
    const content = contentOf(root, { ...texts, a: 'one' });
    const script = await compiled(new URL('../helpers/placing-program.ts', import.meta.url));
    for (let step = 0; step < 12; step++) {
      const program = spawn(process.execPath, [script, home.path, root], { stdio: ['ignore', 'pipe', 'inherit'] });
      const closed = once(program, 'close');
      await once(program.stdout, 'data');
      await new Promise((resolve) => setTimeout(resolve, step * 60));
      program.kill('SIGKILL');
      await closed;
      const next = home.reopen();
      await next.sweep(new Set(), NEVER);
      expect(containers()).toEqual([]);
      expect([0, 2]).toContain(volumes().length);
      if (volumes().length === 0) continue;
      const names = volumes();
      await next.place(content, NEVER);
      expect(volumes()).toEqual(names);
      const { output } = await home.run({
        ...{ executionId: `exe_${100 + step}`, mounts: [{ content: content.key, at: '/materials' }] },
        files: python('import os\nprint(len(os.listdir("/materials")))\n'),
      });
      expect(output).toBe('301\n');
      await next.discard(`exe_${100 + step}`);
      await next.keepContent('tree', new Set(), NEVER);
    }
    await home.reopen().place(content, NEVER);
    expect((await run('exe_1', content.key)).output).toBe('one\n');
  });
});

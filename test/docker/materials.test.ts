import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Placement } from '../../src/sandbox/content/placement.ts';
import { MATERIALS_PATH } from '../../src/sandbox/sandbox.ts';
import { NEVER, openTestHome, python, type TestHome } from '../helpers/docker-sandbox.ts';

let home: TestHome;
let number = 0;
afterEach(() => home.close());

const put = (path: string, text: string, mode = 0o644) => {
  mkdirSync(join(home.path, 'materials', path, '..'), { recursive: true });
  writeFileSync(join(home.path, 'materials', path), text);
  chmodSync(join(home.path, 'materials', path), mode);
};
const execution = async (program: string) => {
  const { content } = await home.sandbox.materials(NEVER);
  const mounts = content === null ? [] : [{ content, at: MATERIALS_PATH }];
  return { executionId: `exe_${++number}`, agentId: `a${number}`, files: python(program), mounts };
};
const run = async (program: string) => (await home.run(await execution(program))).output;

const LIST = `
import os
for root, folders, names in sorted(os.walk("/materials")):
    for name in sorted(names): print(os.path.join(root, name), open(os.path.join(root, name)).read(), oct(os.stat(os.path.join(root, name)).st_mode))
`;

describe.each<Placement>(['folder', 'shipped'])('materials beside a workspace that is %s', (placement) => {
  beforeEach(async () => {
    home = await openTestHome({
      ...(placement === 'shipped' ? { workspace_placement: 'shipped' } : { workspace_quota: 'watch' }),
    });
  });

  it('are what lies there when an execution begins, and stay so while it runs', async () => {
    expect(await run('import os; print(os.path.exists("/materials"))')).toBe('False\n');
    put('brief.txt', 'one', 0o4700);
    put('.env', 'TOKEN=1');
    put('keys/id_rsa', 'secret');
    symlinkSync('/etc/shadow', join(home.path, 'materials', 'shadow'));
    const first = await home.prepare(
      await execution(`import time\ntime.sleep(1)\n${LIST}\nprint(end="", flush=True)\ntime.sleep(60)\n`),
    );
    put('brief.txt', 'two');
    put('requests/1/wish.txt', 'more');
    await first.go();
    expect(await run(LIST)).toBe('/materials/brief.txt two 0o100644\n/materials/requests/1/wish.txt more 0o100644\n');
    await expect.poll(() => home.output(`exe_${number - 1}`), { timeout: 60_000 }).not.toBe('');
    await first.stop('operator');
    expect(home.output(`exe_${number - 1}`)).toBe('/materials/brief.txt one 0o100755\n');
    rmSync(join(home.path, 'materials'), { recursive: true });
    expect(await run('import os; print(os.path.exists("/materials"))')).toBe('False\n');
  });
});

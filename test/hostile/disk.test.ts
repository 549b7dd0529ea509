import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestHome, type Finished, type TestHome } from '../helpers/docker-sandbox.ts';
import { IS_QUOTA_HELD, IS_SHIPPED } from '../helpers/engine-under-test.ts';
import { attacker } from '../helpers/hostile-agents.ts';
import { mountedBelow } from '../helpers/mounted.ts';

const MB = 1_048_576;
const QUOTA = { workspace_mb: 16, workspace_files_max: 300 };
let home: TestHome;
let number = 0;

beforeAll(async () => {
  home = await openTestHome(QUOTA);
});
afterAll(async () => {
  await home.close();
});

async function run(agentId: string, text?: string): Promise<Finished> {
  number += 1;
  const executionId = `exe_${number}`;
  const files = text === undefined ? [] : attacker(text);
  const finished = await home.run({ executionId, agentId, agentNumber: number, files });
  await home.sandbox.discard(executionId);
  return finished;
}

/** Ended for it, and where the quota is held, with hardly more than it. */
function expectEnded({ end, output }: Finished): void {
  expect(end, output).toMatchObject({ cause: 'disk_quota' });
  if (!IS_QUOTA_HELD) return;
  expect(end.usage.workspaceBytes).toBeLessThanOrEqual((QUOTA.workspace_mb + 1.1) * MB);
  expect(end.usage.workspaceFiles).toBeLessThanOrEqual(QUOTA.workspace_files_max + 300);
}

describe(`disk${IS_QUOTA_HELD ? '' : ', its quota only watched here'}`, () => {
  it('written bytes: no more come to the disk than the quota', async () => {
    expectEnded(
      await run(
        'writer',
        'f = open("big", "wb")\ntry:\n  while True: f.write(b"x" * 1048576)\nexcept OSError: pass\ntime.sleep(60)',
      ),
    );
  });

  it('reserved bytes: fallocate takes no more than the quota', async () => {
    expectEnded(
      await run(
        'reserver',
        `
for n in range(20):
  fd = os.open(f"hole-{n}", os.O_CREAT | os.O_RDWR)
  for size in (256, 64, 16, 4, 1):
    try: os.posix_fallocate(fd, 0, size * 1048576 - 1)
    except OSError: pass
time.sleep(60)`,
      ),
    );
  });

  it('many files: empty files, folders and links end at the quota too', async () => {
    expectEnded(
      await run(
        'maker',
        `
try:
  for n in range(100000):
    os.mkdir(f"d{n}"); open(f"f{n}", "w").close(); os.symlink("nowhere", f"l{n}")
except OSError: pass
time.sleep(60)`,
      ),
    );
  });

  it('parallel writers: a hundred processes together take no more than one', async () => {
    expectEnded(
      await run(
        'crowd',
        `
for n in range(60):
  if os.fork() == 0:
    try:
      with open(f"big-{n}", "wb") as f:
        while True: f.write(b"x" * 65536)
    except OSError: pass
    time.sleep(60)
    os._exit(0)
time.sleep(60)`,
      ),
    );
  });

  it('full workspace: it gets its handshake all the same, and can clean up', async () => {
    const text = `
if not os.path.exists("big-0"):
  try:
    for n in range(1000):
      with open(f"big-{n}", "wb") as f: f.write(b"x" * 1048576)
  except OSError: pass
  try:
    for n in range(100000): open(f"small-{n}", "w").close()
  except OSError: pass
else:
  print(open("env.json").read())
  for name in os.listdir("."):
    if name.startswith(("big", "small")): os.unlink(name)`;
    expectEnded(await run('hoarder', text));
    // What doesn't come home isn't in its way.
    if (IS_SHIPPED) {
      expect(readdirSync(home.workspace('hoarder'))).toEqual(['attack.py', 'main.py']);
      return;
    }
    const { end, output } = await run('hoarder');
    expect(output).toBe('{}\n\n');
    expect(end).toMatchObject({ cause: 'exited', exitCode: 0 });
    expect(end.usage.workspaceBytes).toBeLessThan(MB);
  });

  it('other workspaces: one that is full takes nothing from another', async () => {
    await run('filler', 'open("big", "wb").write(b"x" * 30 * 1048576)');
    const { end } = await run('neighbour', 'open("own", "wb").write(b"x" * 8 * 1048576)');
    expect(end).toMatchObject({ cause: 'exited', exitCode: 0 });
  });

  it('putting back: deep, locked, linked and oddly named files neither stop it nor lead it out', async () => {
    const { end } = await run(
      'obstacle',
      `
open("kept", "w").write("kept")
os.symlink("/etc", "out")
os.symlink("../agent-neighbour", "beside")
os.mkfifo("pipe")
os.mkdir("locked"); open("locked/in", "w").close(); os.chmod("locked", 0)
os.mkdir(b"odd-\\xff\\n\\x1b")
os.chmod(".", 0o711)
for n in range(150):
  os.mkdir("n" * 200); os.chdir("n" * 200)`,
    );
    // What is too deep to be carried doesn't come home, and none of the rest without it.
    if (IS_SHIPPED) {
      expect(end).toMatchObject({ cause: 'disk_quota' });
      expect(readdirSync(home.workspace('obstacle'))).toEqual(['attack.py', 'main.py']);
      return;
    }
    expect(end).toMatchObject({ cause: 'exited', exitCode: 0 });
    await home.sandbox.close();
    expect(mountedBelow(home.path)).toEqual([]);
    expect(existsSync(join(home.path, '.bp-agents', 'volumes'))).toBe(false);
    const folder = home.workspace('obstacle');
    expect(readFileSync(join(folder, 'kept'), 'utf8')).toBe('kept');
    for (const link of ['out', 'beside']) expect(lstatSync(join(folder, link)).isSymbolicLink()).toBe(true);
    expect(lstatSync(join(folder, 'pipe')).isFIFO()).toBe(true);
    expect(readdirSync(home.workspace('neighbour'))).toContain('own');
    const names = readdirSync(join(home.path, 'workspaces')).filter((name) => name !== '.staging');
    expect(names.every((name) => name.startsWith('agent-'))).toBe(true);
  });
});

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { NEVER, openTestHome, python, type TestHome } from '../helpers/docker-sandbox.ts';
import { mountedBelow } from '../helpers/mounted.ts';
import { needsRoot } from '../helpers/needs.ts';
import { openSmallDisk, type SmallDisk } from '../helpers/small-disk.ts';

// Only as root on Linux is a workspace a filesystem in a file; elsewhere agents write to the disk itself and see it full.
const MB = 1_048_576;
const SETTINGS = { workspace_mb: 32, workspace_files_max: 200 };

let disk: SmallDisk;
let home: TestHome;

beforeEach(async (context) => {
  needsRoot(context, 'mount a disk of its own');
  disk = openSmallDisk(320);
  home = await openTestHome(SETTINGS, { parent: disk.path });
  context.onTestFinished(async () => {
    disk.free();
    await home.close();
    disk.close();
  });
});

/** Waits for the test before it writes and says what came of it. */
const WRITES_LATE = `
import hashlib, os, time
print("ready", flush=True)
while not os.path.exists("begin"): time.sleep(0.02)
content = os.urandom(1048576)
with open("large", "wb") as f:
    for n in range(24): f.write(content)
    f.flush(); os.fsync(f.fileno())
os.unlink("begin")
with open("again", "wb") as f:
    f.write(content); f.flush(); os.fsync(f.fileno())
print("sum", hashlib.sha256(content * 24).hexdigest(), flush=True)
`;

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 20));
}

async function runWhileOthersFillTheDisk(executionId: string): Promise<void> {
  const execution = await home.prepare({ executionId, files: python(WRITES_LATE) });
  await execution.go();
  await until(() => home.output(executionId).includes('ready'));
  disk.fill();
  writeFileSync(join(home.workspace(), 'begin'), '');
  expect(await execution.ended, home.output(executionId)).toMatchObject({ cause: 'exited', exitCode: 0 });
}

function isWhole(executionId: string): void {
  const sum = /sum (\w+)/.exec(home.output(executionId))?.[1];
  const large = readFileSync(join(home.workspace(), 'large'));
  expect(createHash('sha256').update(large).digest('hex')).toBe(sum);
  expect(readFileSync(join(home.workspace(), 'again'))).toHaveLength(MB);
}

describe('on a disk that others fill', () => {
  it('an agent can write all of its quota, whatever was filled since it began', async () => {
    await runWhileOthersFillTheDisk('exe_1');
    disk.free();
    await home.sandbox.discard('exe_1');
    await home.sandbox.close();
    isWhole('exe_1');
  });

  it('what an agent wrote stays in its image until there is room for it, and that is said', async () => {
    await runWhileOthersFillTheDisk('exe_1');
    await home.sandbox.discard('exe_1');
    disk.fill();
    await home.sandbox.close();
    const image = join(home.path, '.bp-agents', 'volumes', 'agent-a', 'image');
    expect(home.complaints.join('\n')).toContain(`agent-a could not be put back`);
    expect(home.complaints.join('\n')).toContain('MB');
    expect(home.complaints.join('\n')).toContain(image);
    expect(existsSync(image)).toBe(true);
    expect(mountedBelow(home.path)).toEqual([]);
    expect(readdirSync(join(home.path, 'workspaces'))).toEqual(['agent-a']);
    disk.free();
    await home.reopen().sweep(new Set(), NEVER);
    isWhole('exe_1');
    expect(existsSync(image)).toBe(false);
  });

  it('nothing is started that could not write its quota, and it is the fault of the machine', async () => {
    await home.run({ executionId: 'exe_1', files: python('open("kept", "w").write("kept")') });
    await home.sandbox.discard('exe_1');
    disk.fill();
    for (const agentId of ['a', 'b']) {
      const prepared = home.prepare({ executionId: `exe_${agentId}`, agentId, files: python('pass') });
      await expect(prepared).rejects.toMatchObject({ code: 'sandbox_disk' });
      await home.sandbox.discard(`exe_${agentId}`);
    }
    await expect(home.sandbox.check(NEVER)).rejects.toMatchObject({ code: 'sandbox_disk' });
    disk.free();
    const again = await home.run({ executionId: 'exe_2', files: python('print(open("kept").read())') });
    expect(again.output).toBe('kept\n');
  });

  it('the room that an agent did not use is given back when it has ended', async () => {
    const before = disk.freeBytes;
    for (const executionId of ['exe_1', 'exe_2', 'exe_3']) {
      const execution = await home.prepare({ executionId, files: python('import time; time.sleep(0.2)') });
      expect(before - disk.freeBytes).toBeGreaterThan(32 * MB);
      await execution.go();
      await execution.ended;
      await home.sandbox.discard(executionId);
      expect(before - disk.freeBytes).toBeLessThan(12 * MB);
    }
  });
});

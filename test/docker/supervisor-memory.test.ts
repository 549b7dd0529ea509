import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { executionEnd } from '../../src/sandbox/lifecycle/end-cause.ts';
import { parseSupervisorEvent } from '../../src/sandbox/lifecycle/supervisor-events.ts';
import { needsRoot } from '../helpers/needs.ts';
import { removeSupervised, supervise } from '../helpers/supervised.ts';

const MB = 1_048_576;
const NAME = `bp-test-memory-${process.pid}`;
const VERSION_1 = '/sys/fs/cgroup/memory';
const isVersion1 = existsSync(VERSION_1);
const GROUP = join(isVersion1 ? VERSION_1 : '/sys/fs/cgroup', NAME);

afterEach(async () => {
  await removeSupervised();
  if (existsSync(GROUP)) rmdirSync(GROUP);
});

/** In pieces, each of which the kernel is told to swap out before the next one. */
const SWAPPED = `
import ctypes, mmap
libc = ctypes.CDLL(None)
held = []
for piece in range(25):
    memory = mmap.mmap(-1, 4 << 20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    for at in range(0, 4 << 20, 4096):
        memory[at] = 1
    view = (ctypes.c_char * (4 << 20)).from_buffer(memory)
    libc.madvise(ctypes.c_void_p(ctypes.addressof(view)), ctypes.c_size_t(4 << 20), 21)
    held.append((memory, view))
`;
const ZRAM = { device: '/dev/zram0', settings: '/sys/block/zram0' };

/** A swap of compressed memory, into which pages go at once; undefined where there is no unused one. */
function swapOn(): (() => void) | undefined {
  const size = join(ZRAM.settings, 'disksize');
  if (!existsSync(size) || readFileSync(size, 'utf8').trim() !== '0') return undefined;
  writeFileSync(size, String(128 * MB));
  execFileSync('mkswap', [ZRAM.device]);
  execFileSync('swapon', [ZRAM.device]);
  return () => {
    execFileSync('swapoff', [ZRAM.device]);
    writeFileSync(join(ZRAM.settings, 'reset'), '1');
  };
}

/** How one ends that takes 100 MB of the 64 that it bought, in a group that has so much. */
async function endWithin(groupMb: number, program = 'x = bytearray(100 * 1024 * 1024)\n') {
  mkdirSync(GROUP);
  writeFileSync(join(GROUP, isVersion1 ? 'memory.limit_in_bytes' : 'memory.max'), String(groupMb * MB));
  const files = { 'main.py': program };
  const supervised = await supervise({ files, memoryMb: 64, cgroupParent: `/${NAME}` });
  supervised.say('go');
  const report = parseSupervisorEvent(JSON.stringify(await supervised.line('ended')));
  if (report?.event !== 'ended') throw new Error('no report');
  expect(report.oom_kills).toBeGreaterThan(0);
  const measured = { cpuMs: 0, wallMs: 0, workspaceBytes: 0, workspaceFiles: 0, outputBytes: 0 };
  return executionEnd({
    ...{ report, measured, complaint: undefined, container: undefined, hostStop: undefined },
    ...{ went: true, memoryBytes: 64 * MB },
  });
}

describe('who is killed for memory', () => {
  it.for([
    ['its own', 256, 'out_of_memory'],
    ["the machine's, as by a group around it", 40, 'lost'],
  ] as const)('that was used up is told whose it was: %s', async ([, groupMb, cause], context) => {
    needsRoot(context, 'make a control group');
    expect((await endWithin(groupMb)).cause).toBe(cause);
  });

  it('is its own also where it had most of it swapped out', async (context) => {
    needsRoot(context, 'make a control group, and swap');
    const swapOff = swapOn();
    if (!swapOff) return context.skip('there is no unused zram0');
    try {
      expect((await endWithin(256, SWAPPED)).cause).toBe('out_of_memory');
    } finally {
      await removeSupervised();
      swapOff();
    }
  });
});

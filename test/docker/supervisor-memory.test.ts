import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
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

/** How one ends that takes 100 MB of the 64 that it bought, in a group that has so much. */
async function endWithin(groupMb: number) {
  mkdirSync(GROUP);
  writeFileSync(join(GROUP, isVersion1 ? 'memory.limit_in_bytes' : 'memory.max'), String(groupMb * MB));
  const files = { 'main.py': 'x = bytearray(100 * 1024 * 1024)\n' };
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
});

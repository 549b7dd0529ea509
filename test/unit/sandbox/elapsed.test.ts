import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { elapsedSinceGo } from '../../../src/sandbox/lifecycle/elapsed.ts';

const ID = 'c0ffee'.repeat(10);
const DAY = 86_400_000;
const container = (byWallClock: number) => ({ byWallClock, pid: 42, containerId: ID });

/** What the kernel shows of a container's first process that began 100 s ago. */
describe('the time that an adopted execution has had', () => {
  let proc: string;
  beforeEach(() => {
    proc = mkdtempSync(join(tmpdir(), 'bp-proc-'));
    mkdirSync(join(proc, '42'));
    const fields = ['S', ...Array.from({ length: 18 }, () => '0'), '400000', '0', '0'];
    writeFileSync(join(proc, '42', 'stat'), `42 (a (bad) name) ${fields.join(' ')}\n`);
    writeFileSync(join(proc, '42', 'cgroup'), `12:cpuacct:/docker/${ID}\n`);
    writeFileSync(join(proc, 'uptime'), '4100.00 8000.00\n');
  });
  afterEach(() => rmSync(proc, { recursive: true }));

  it('is what the wall clock says where the kernel agrees', async () => {
    expect(await elapsedSinceGo(container(98_500), proc)).toBe(98_500);
  });

  it('is never more than its process has lived, though the clock jumped a day forward', async () => {
    expect(await elapsedSinceGo(container(98_500 + DAY), proc)).toBe(100_000);
  });

  it('is not forgotten because the clock went back', async () => {
    expect(await elapsedSinceGo(container(98_500 - DAY), proc)).toBe(70_000);
  });

  it('is what the wall clock says where the process is not the container’s', async () => {
    writeFileSync(join(proc, '42', 'cgroup'), '12:cpuacct:/docker/another\n');
    expect(await elapsedSinceGo(container(7), proc)).toBe(7);
    expect(await elapsedSinceGo(container(-7), proc)).toBe(0);
    expect(await elapsedSinceGo(container(9), join(proc, 'missing'))).toBe(9);
  });

  it('can be told of a real process', async () => {
    const own = await elapsedSinceGo({ byWallClock: DAY, pid: process.pid, containerId: '/' });
    expect(own).toBeGreaterThanOrEqual(0);
    expect(own).toBeLessThan(DAY);
  });
});

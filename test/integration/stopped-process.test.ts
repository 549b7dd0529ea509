import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';

describe('the system clock of a process', () => {
  it('doesn’t end a sleep early because the process was stopped meanwhile', async () => {
    const script = `
      import { systemClock } from ${JSON.stringify(new URL('../../src/platform/system-clock.ts', import.meta.url).href)};
      const clock = systemClock();
      const began = performance.now();
      console.log('begun');
      await clock.sleep(4000);
      console.log(Math.round(performance.now() - began));
    `;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', script]);
    let printed = '';
    child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
    const ended = once(child, 'close');
    while (!printed.includes('begun')) await pause(20);
    await pause(500);
    child.kill('SIGSTOP');
    await pause(8_000);
    child.kill('SIGCONT');
    await ended;
    // 4 s of its own and 8 s stopped, but for the second that a gap is counted as.
    expect(Number(printed.split('\n')[1])).toBeGreaterThan(10_500);
  });
});

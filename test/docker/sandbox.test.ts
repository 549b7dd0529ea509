import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENOUGH, openTestHome, python, type TestHome } from '../helpers/docker-sandbox.ts';

// What every sandbox keeps to is in contract.test.ts; here is what takes Docker's own means to bring about.

let home: TestHome;

beforeAll(async () => {
  home = await openTestHome({ stop_grace_ms: 1000, backstop_ms: 500 });
});
afterAll(async () => {
  await home.close();
});

async function kill(executionId: string, signal: string): Promise<void> {
  const [container] = await home.docker.listContainers({ filters: { name: [`-${executionId}$`] } });
  await home.docker.getContainer(container!.Id).kill({ signal });
}

describe('a limit', () => {
  it('is kept by the host where the supervisor does not', async () => {
    const execution = await home.prepare({
      executionId: 'exe_1',
      bundle: { ...ENOUGH, cpuMs: 300 },
      files: python('print("busy", flush=True)\nwhile True: pass\n'),
    });
    await execution.go();
    await kill('exe_1', 'SIGSTOP');
    const end = await execution.ended;
    expect(end.cause).toBe('cpu_budget');
    expect(end.detail).toContain('by the host');
    expect(home.complaints).toContain('the host ends an execution that its supervisor should have ended');
  });
});

describe('a stop from outside this program', () => {
  it.each([
    ['SIGTERM', 'exe_2'],
    ['SIGKILL', 'exe_3'],
  ])('is nobody’s fault but the system’s: %s', async (signal, executionId) => {
    const execution = await home.prepare({ executionId, files: python('import time\ntime.sleep(60)\n') });
    await execution.go();
    await kill(executionId, signal);
    expect((await execution.ended).cause).toBe('lost');
  });
});

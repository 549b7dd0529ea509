import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NEVER, openTestHome, python, type TestHome } from '../helpers/docker-sandbox.ts';
import { layWire, type Wire } from '../helpers/wire.ts';

let wire: Wire;
let home: TestHome;

beforeEach(async () => {
  const direct = await openTestHome();
  await direct.close();
  if (direct.address.connection.kind !== 'socket') throw new Error('these tests need an engine at a socket');
  wire = await layWire(direct.address.connection.path);
  home = await openTestHome({ stop_grace_ms: 500, backstop_ms: 500 }, { dockerHost: wire.address });
});
afterEach(async () => {
  wire.state = 'whole';
  await home.close();
  wire.close();
});

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

describe('when the connection to the engine is lost', () => {
  it('an execution goes on, and its end is found once the engine answers again', async () => {
    const execution = await home.prepare({
      executionId: 'exe_1',
      files: python('import time\ntime.sleep(0.8)\nopen("finished", "w")\nexit(3)\n'),
    });
    await execution.go();
    wire.cut();
    await pause(1500);
    wire.state = 'whole';
    expect(await execution.ended).toMatchObject({ cause: 'exited', exitCode: 3 });
  });

  it('a stop is tried again until the engine answers', async () => {
    const execution = await home.prepare({ executionId: 'exe_1', files: python('import time\ntime.sleep(600)\n') });
    await execution.go();
    wire.cut();
    const stopped = execution.stop('operator');
    await pause(5000);
    wire.state = 'whole';
    await stopped;
    expect((await execution.ended).cause).toBe('stopped');
  });

  it('every call says so, and one that hangs ends with its signal', async () => {
    wire.cut();
    const unreachable = { code: 'sandbox_engine_unreachable', hint: expect.any(String) as string };
    await expect(home.sandbox.ping(NEVER)).rejects.toMatchObject(unreachable);
    await expect(home.prepare({ executionId: 'exe_1', files: python('pass\n') })).rejects.toMatchObject(unreachable);
    wire.cut('hanging');
    await expect(home.sandbox.ping(AbortSignal.timeout(100))).rejects.toMatchObject({ name: 'TimeoutError' });
    await expect(home.sandbox.check(AbortSignal.timeout(100))).rejects.toMatchObject({ name: 'TimeoutError' });
  });
});

describe('an engine at a port of this machine', () => {
  it('is used like one at a socket', async () => {
    const port = createServer((near) => {
      const far = connect(wire.path);
      near.pipe(far).pipe(near);
      near.on('error', () => far.destroy()).on('close', () => far.destroy());
      far.on('error', () => near.destroy()).on('close', () => near.destroy());
    }).listen(0, '127.0.0.1');
    await once(port, 'listening');
    const dockerHost = `tcp://127.0.0.1:${(port.address() as AddressInfo).port}`;
    const other = await openTestHome({}, { dockerHost });
    try {
      const { end, output } = await other.run({ executionId: 'exe_1', files: python('print("over TCP")\n') });
      expect(end).toMatchObject({ cause: 'exited', exitCode: 0 });
      expect(output).toBe('over TCP\n');
    } finally {
      await other.close();
      port.close();
    }
  });
});
